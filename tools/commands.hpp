// The commands that make one request to the server.
#pragma once

#include <cstddef>
#include <string>

#include <wandb/any_transport.hpp>
#include <wandb/wandb.hpp>

#include "rows.hpp"

using Api = wandb::Api<wandb::AnyTransport>;
using User = wandb::User<wandb::AnyTransport>;

/// Holds the flags of the command line.
struct Flags {
  std::string name;
  std::string key;
  std::string key_variable;
  std::string query;
  std::string description;
  std::string secret_file;
  std::string user_key_variable;
  std::string admin_value;  ///< `true` or `false`, as the other two values
  std::string full_name;
  std::string default_entity;
  std::string primary_email;
  std::string photo_url;
  std::string is_private;
  std::string hide_teams;
  std::string team;
  std::size_t limit = 0;  ///< how many users to list at most; 0 for all
  Format format = Format::table;
  bool admin = false;
  bool admins = false;
  bool deleted = false;
  bool if_not_exists = false;
  bool print_secret = false;
  bool verbose = false;
  bool yes = false;  ///< do not ask
};

/// Each command returns the exit code.
using Command = int (*)(const Api&, const Flags&);
[[nodiscard]] int whoami(const Api& api, const Flags& flags);
[[nodiscard]] int show(const Api& api, const Flags& flags);
[[nodiscard]] int list(const Api& api, const Flags& flags);
[[nodiscard]] int create(const Api& api, const Flags& flags);
[[nodiscard]] int update(const Api& api, const Flags& flags);
[[nodiscard]] int set_admin(const Api& api, const Flags& flags);
[[nodiscard]] int remove(const Api& api, const Flags& flags);
[[nodiscard]] int restore(const Api& api, const Flags& flags);
[[nodiscard]] int teams(const Api& api, const Flags& flags);
[[nodiscard]] int list_keys(const Api& api, const Flags& flags);
[[nodiscard]] int generate_key(const Api& api, const Flags& flags);
[[nodiscard]] int delete_key(const Api& api, const Flags& flags);

/// Returns the user that a command is about: the named user, otherwise the caller. `keys` says whether API keys are
/// requested.
[[nodiscard]] wandb::Result<User> subject(const Api& api, const Flags& flags, bool keys);
/// Returns the key that the requests use; empty if there is none.
[[nodiscard]] wandb::Secret own_key(const Api& api);
/// Formats what the user typed as a name for display, because it may be a key.
[[nodiscard]] std::string shown_name(const Flags& flags);
/// Call this before a change. If a reader of the output leaves, the program then does not end before it has reported
/// the change.
void survive_readers();
