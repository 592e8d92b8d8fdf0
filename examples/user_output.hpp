// Users and keys on standard output, for a person and as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <wandb/keys.hpp>
#include <wandb/secret.hpp>

#include "commands.hpp"

/// Which lists the server was asked for, and with which key, where that is to be marked among them.
struct Asked {
  bool keys = false;
  bool teams = true;
  wandb::Secret with{};
};

// In JSON a member that was not loaded is left out. Null is what the server has no value for, or refuses to show:
// then `errors` of the user says why. `[]` is a list that holds nothing.
[[nodiscard]] std::string json_of(const User& user, const Asked& asked);

void print(const User& user, const Asked& asked, const Flags& flags);
/// `in_use`: the key that the server was asked with, to be marked.
void print(const wandb::Keys& keys, const wandb::Secret& in_use, const Flags& flags);

/// Tells what the server said about parts of a user that it did not give.
void tell_errors(const User& user);
/// Whether all of this list was shown.
[[nodiscard]] bool is_whole(const User& user, std::string_view list);
/// For a command that needs this list of the user's, "apiKeys" or "teams": where it is not there, tells why and gives
/// the exit code.
[[nodiscard]] std::optional<int> tell_missing(const User& user, std::string_view list);
