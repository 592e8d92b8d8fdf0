// Formats users and keys for standard output, as text and as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <wandb/keys.hpp>
#include <wandb/secret.hpp>

#include "commands.hpp"
#include "rows.hpp"

/// Holds which lists were requested, and the key of the request if it is to be marked in the list.
struct Asked {
  bool keys = false;
  bool teams = true;
  wandb::Secret with{};
};

// In JSON, a member that was not loaded is left out. Null means that the server has no value, or refuses to show it; in
// the second case `errors` of the user says why. `[]` is an empty list.
[[nodiscard]] std::string json_of(const User& user, const Asked& asked);

/// Writes users, one after another.
class UserRows {
 public:
  UserRows(Format format, Asked asked);
  /// Writes a user, and prints the server's errors about them.
  void add(const User& user);
  void finish() { rows_.finish(); }

 private:
  Format format_;
  Asked asked_;
  RowWriter rows_;
};

/// Writes one user. In JSON that is an object.
void print(const User& user, const Asked& asked, Format format);
/// `in_use` is the key of the request, which is marked in the list.
void print(const wandb::Keys& keys, const wandb::Secret& in_use, Format format);
void print(const wandb::TeamNames& teams, Format format);

/// Prints the server's errors about parts of a user that it did not send.
void tell_errors(const User& user);
/// Returns whether this list was shown completely.
[[nodiscard]] bool is_whole(const User& user, std::string_view list);
/// Checks that a list of the user, "apiKeys" or "teams", was shown. If it was not, prints why and returns the exit
/// code.
[[nodiscard]] std::optional<int> tell_missing(const User& user, std::string_view list);
