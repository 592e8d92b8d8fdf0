// The commands that ask one thing of the server.
#pragma once

#include <string>

#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

using Api = wandb::Api<wandb::BeastTransport>;
using User = wandb::User<wandb::BeastTransport>;

/// What the command line says.
struct Flags {
  std::string name;
  std::string key;
  std::string key_variable;
  std::string query;
  std::string description;
  std::string secret_file;
  std::string user_key_variable;
  bool json = false;
  bool admin = false;
  bool print_secret = false;
};

/// Each gives the exit code.
using Command = int (*)(const Api&, const Flags&);
[[nodiscard]] int whoami(const Api& api, const Flags& flags);
[[nodiscard]] int show(const Api& api, const Flags& flags);
[[nodiscard]] int list(const Api& api, const Flags& flags);
[[nodiscard]] int create(const Api& api, const Flags& flags);
[[nodiscard]] int teams(const Api& api, const Flags& flags);
[[nodiscard]] int list_keys(const Api& api, const Flags& flags);
[[nodiscard]] int generate_key(const Api& api, const Flags& flags);
[[nodiscard]] int delete_key(const Api& api, const Flags& flags);

/// The user that a command is about: the one named, else the caller; with API keys where `keys` says so.
[[nodiscard]] wandb::Result<User> subject(const Api& api, const Flags& flags, bool keys);
/// The key that the server is asked with; empty where there is none.
[[nodiscard]] wandb::Secret own_key(const Api& api);
/// What the user typed as a name, to be shown: somebody may have typed a key.
[[nodiscard]] std::string shown_name(const Flags& flags);
/// For what changes something: a reader of the output who leaves must not end it before that is told.
void survive_readers();
