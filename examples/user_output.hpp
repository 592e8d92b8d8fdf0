// Users and keys on standard output, for a person and as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <wandb/keys.hpp>

#include "commands.hpp"

/// Which lists the server was asked for.
struct Asked {
  bool keys = false;
  bool teams = true;
};

// In JSON a member that was not loaded is left out. Null is what the server has no value for, or refuses to show:
// then `errors` of the user says why. `[]` is a list that holds nothing.
[[nodiscard]] std::string json_of(const User& user, Asked asked);
[[nodiscard]] std::string json_of(const wandb::ApiKey& key);

void print(const User& user, Asked asked, const Flags& flags);
void print(const wandb::Keys& keys, const Flags& flags);

/// Tells what the server said about parts of a user that it did not give.
void tell_errors(const User& user);
/// Whether all of this list was shown.
[[nodiscard]] bool is_whole(const User& user, std::string_view list);
/// For a command that needs this list of the user's, "apiKeys" or "teams": where it is not there, tells why and gives
/// the exit code.
[[nodiscard]] std::optional<int> tell_missing(const User& user, std::string_view list);
