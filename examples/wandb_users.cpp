// wandb-users: a command-line tool for the users of a Weights & Biases server.
#include <fcntl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

#include "advice.hpp"
#include "provision.hpp"
#include "secret_sink.hpp"
#include "tool.hpp"

namespace {

using Api = wandb::Api<wandb::BeastTransport>;
using User = wandb::User<wandb::BeastTransport>;

struct Flags {
  std::string base_url;
  std::string ca_file;
  std::string name;
  std::string key;
  std::string query;
  std::string description;
  std::string secret_file;
  std::string user_key_variable;
  double timeout = 0;
  bool json = false;
  bool admin = false;
  bool print_secret = false;
  bool insecure = false;
  ProvisionFlags provision;
};

/// What the server said about parts of a user that it did not give; the first one's exit code, where there is one.
std::optional<int> tell_errors(const User& user) {
  std::optional<int> code;
  for (const auto& error : user.errors()) {
    const int one = tell(error);
    if (!code) code = one;
  }
  return code;
}

std::string json_of(const wandb::ApiKey& key) {
  return "{\"id\":" + json_text(key.id()) + ",\"name\":" + json_text(key.name()) +
         ",\"description\":" + json_text(key.description()) + "}";
}

template <class Range, class ToJson>
std::string json_list(const Range& range, ToJson to_json) {
  std::string json = "[";
  for (const auto& element : range) json.append(json.size() > 1 ? "," : "").append(to_json(element));
  return json + "]";
}

std::string json_of(const User& user) {
  const auto admin = user.admin();
  return "{\"id\":" + json_text(user.id()) + ",\"username\":" + json_text(user.username()) +
         ",\"email\":" + json_text(user.email()) + ",\"name\":" + json_text(user.name()) +
         ",\"admin\":" + (admin ? (*admin ? "true" : "false") : "null") +
         ",\"teams\":" + json_list(user.teams(), json_text) +
         ",\"keys\":" + json_list(user.keys(), [](const wandb::ApiKey& key) { return json_of(key); }) + "}";
}

/// A text of the server's for a line of output: nobody's name breaks it or steers the terminal.
std::string plain(std::string_view text) { return wandb::detail::one_line(std::string(text)); }

void print(const User& user, const Flags& flags) {
  static_cast<void>(tell_errors(user));
  if (flags.json) {
    std::cout << json_of(user) << '\n';
    return;
  }
  std::cout << plain(user.username()) << '\t' << plain(user.email()) << '\t' << plain(user.name())
            << (user.admin() == true ? "\tadmin" : "") << '\n';
}

void print(const wandb::Keys& keys, const Flags& flags) {
  if (flags.json) {
    std::cout << json_list(keys, [](const wandb::ApiKey& key) { return json_of(key); }) << '\n';
    return;
  }
  for (const auto& key : keys)
    std::cout << plain(key.id()) << '\t' << plain(key.name()) << '\t' << plain(key.description()) << '\n';
}

/// The user that a command is about: the one named, else the caller.
wandb::Result<User> subject(const Api& api, const Flags& flags) {
  if (flags.name.empty()) return api.viewer();
  auto found = api.user(flags.name);
  if (!found) return found.error();
  if (*found) return std::move(**found);
  return wandb::Error(make_error_code(wandb::errc::not_found), "there is no user " + flags.name);
}

/// For what changes something: a reader of the output who leaves must not end it before that is told.
void survive_readers() { std::signal(SIGPIPE, SIG_IGN); }

int whoami(const Api& api, const Flags& flags) {
  const auto me = api.viewer();
  if (!me) return tell(me.error());
  print(*me, flags);
  return ok;
}

int show(const Api& api, const Flags& flags) {
  const auto user = subject(api, flags);
  if (!user) return tell(user.error());
  print(*user, flags);
  if (flags.json) return ok;
  for (const auto team : user->teams()) std::cout << "  team " << plain(team) << '\n';
  for (const auto& key : user->keys())
    std::cout << "  key  " << plain(key.name()) << "  " << plain(key.description()) << '\n';
  return ok;
}

int list(const Api& api, const Flags& flags) {
  int code = ok;
  for (auto& user : api.users(flags.query)) {
    if (user) print(*user, flags);
    else code = tell(user.error());
  }
  return code;
}

int create(const Api& api, const Flags& flags) {
  survive_readers();
  const auto user = api.create_user(flags.name, flags.admin);
  if (!user) return tell(user.error());
  print(*user, flags);
  if (std::cout.flush()) return ok;
  return tell(
      "the user " + flags.name + " was made, but could not be printed; see `wandb-users show " + flags.name + "`",
      failed);
}

int teams(const Api& api, const Flags& flags) {
  const auto user = subject(api, flags);
  if (!user) return tell(user.error());
  if (const auto code = tell_errors(*user); code && !(*user)["teams"].is_loaded()) return *code;
  if (flags.json) std::cout << json_list(user->teams(), json_text) << '\n';
  else {
    for (const auto team : user->teams()) std::cout << plain(team) << '\n';
  }
  return ok;
}

int list_keys(const Api& api, const Flags& flags) {
  const auto user = subject(api, flags);
  if (!user) return tell(user.error());
  if (const auto code = tell_errors(*user); code && !(*user)["api_keys"].is_loaded()) return *code;
  print(user->keys(), flags);
  return ok;
}

/// The key was made, and something went wrong with its secret: tells what, and the way out.
int tell_lost(const User& user, const wandb::Secret& secret, const std::string& fault, const std::string& place,
              const Flags& flags) {
  std::string text = "the key";
  if (!flags.description.empty()) text.append(" \"").append(flags.description).append("\"");
  text.append(" was made, but ").append(fault);
  if (!place.empty()) return tell(text + "; it stands " + place, failed);
  std::string id;
  for (const auto& key : user.keys()) {
    if (key.secret() == secret) id = key.id();
  }
  const auto whose = flags.name.empty() ? "" : " " + flags.name;
  text += "; it is lost: delete the key with `wandb-users keys delete ";
  text += id.empty() ? "ID" + whose + "` (`keys list` shows the id)" : id + whose + "`";
  return tell(text + ", and generate another", failed);
}

int generate_key(const Api& api, const Flags& flags) {
  survive_readers();
  if (!flags.print_secret && flags.secret_file.empty()) {
    return tell("the secret is shown only once: say where it goes, with --output FILE or --print-secret", usage);
  }
  auto user = subject(api, flags);
  if (!user) return tell(user.error());
  if (!flags.user_key_variable.empty()) {
    const char* value = std::getenv(flags.user_key_variable.c_str());
    if (value == nullptr) return tell("the environment variable " + flags.user_key_variable + " is not set", usage);
    if (auto known = user->authenticate(wandb::Secret(value)); !known) {
      return tell("the environment variable " + flags.user_key_variable + ": " + advised(known.error()), denied);
    }
  }
  SecretSink sink(flags.secret_file, flags.print_secret);
  if (const auto fault = sink.open(); !fault.empty()) return tell(fault + "; no key was made", usage);
  const auto description =
      flags.description.empty() ? std::nullopt : std::optional<std::string_view>(flags.description);
  const auto key = user->generate_api_key(description);
  if (!key) return tell(key.error());
  const auto fault = sink.keep(*key);
  return fault.empty() ? static_cast<int>(ok) : tell_lost(*user, *key, fault, sink.place(), flags);
}

int delete_key(const Api& api, const Flags& flags) {
  const auto user = subject(api, flags);
  if (!user) return tell(user.error());
  std::vector<wandb::ApiKey> named;
  for (const auto& key : user->keys()) {
    if (key.id() == flags.key || key.name() == flags.key || key.description() == flags.key) named.push_back(key);
  }
  if (named.size() > 1) return tell("several keys are so named; give the id of one, as `keys list` shows it", usage);
  if (named.empty()) {
    if (const auto code = tell_errors(*user)) return *code;
    return tell("no key of that id, name or description", not_found);
  }
  const auto deleted = user->delete_api_key(named.front());
  return deleted ? static_cast<int>(ok) : tell(deleted.error());
}

using Command = int (*)(const Api&, const Flags&);

/// The commands, each with the function that does it.
void add_commands(CLI::App& app, Flags& flags, Command& chosen) {
  const auto add = [&](CLI::App& parent, const char* name, const char* what, Command command) {
    auto* sub = parent.add_subcommand(name, what);
    sub->callback([&chosen, command] { chosen = command; });
    sub->fallthrough();
    return sub;
  };
  // A script's unset variable must not stand for yourself, or for the key without a description.
  const CLI::Validator not_empty([](const std::string& text) { return text.empty() ? "it is empty" : std::string{}; },
                                 "");
  const auto user_of = [&](CLI::App* sub) {
    sub->add_option("user", flags.name, "username, e-mail or id; else yourself")->check(not_empty);
  };

  add(app, "whoami", "the user whose credentials these are", whoami);
  user_of(add(app, "show", "a user with teams and keys", show));
  add(app, "list", "users whose username or e-mail begins or ends with a text", list)
      ->add_option("query", flags.query, "else everybody");
  auto* made = add(app, "create", "make a user (needs an admin)", create);
  made->add_option("email", flags.name, "the new user's e-mail")->required();
  made->add_flag("--admin", flags.admin, "an admin of the instance");
  user_of(add(app, "teams", "the teams of a user", teams));

  auto* keys = app.add_subcommand("keys", "API keys");
  keys->require_subcommand(1)->fallthrough();
  user_of(add(*keys, "list", "the keys of a user", list_keys));
  auto* generated = add(*keys, "generate", "make a key", generate_key);
  user_of(generated);
  generated->add_option("--description", flags.description, "what the key is for");
  generated->add_option("--output", flags.secret_file, "a new file for the secret, readable by you alone");
  generated->add_flag("--print-secret", flags.print_secret, "print the secret");
  generated->add_option("--user-key-env", flags.user_key_variable,
                        "the environment variable that holds that user's own key");
  auto* deleted = add(*keys, "delete", "delete a key", delete_key);
  deleted->add_option("key", flags.key, "its id, its name as listed, or its description")->required()->check(not_empty);
  user_of(deleted);
}

/// Runs many calls at once, on a transport of its own.
CLI::App* add_provision(CLI::App& app, ProvisionFlags& flags) {
  auto* sub = app.add_subcommand("provision", "make the users of a CSV file that do not exist yet (needs an admin)");
  sub->fallthrough();
  sub->add_option("people", flags.people,
                  "columns email and admin, and perhaps key: the description of a first key, made where the user's own "
                  "secret is known")
      ->required();
  sub->add_option("--concurrency", flags.concurrency, "how many at once")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  sub->add_flag("--dry-run", flags.dry_run, "look, say what would be done, and change nothing");
  sub->add_option(
      "--output", flags.output,
      "the file for the results, else standard output; written anew only over an earlier run's of the same people");
  sub->add_flag("--force", flags.force, "write the results over whatever the file holds");
  sub->add_option("--format", flags.format, "of the results: csv or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->capture_default_str();
  sub->footer(
      "A result row for each person: created, exists, failed, unknown (it may have been created), not_started, or "
      "would_create.\nCtrl-C stops when what is under way is finished; run again to go on, nobody is made twice.\n"
      "Exit codes: 0 everybody is there, 7 some are not; where nobody is, that of the first error.");
  return sub;
}

/// What is wrong with a timeout; empty for nothing. Asks for what is inside, where NaN never is: CLI::Range, which asks
/// for what is outside, lets it pass.
std::string timeout_fault(const std::string& text) {
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  const bool good = !text.empty() && *end == '\0' && seconds >= 0.001 && seconds <= 86400;
  return good ? std::string() : "it is \"" + plain(text) + "\"; give a number of seconds from 0.001 to 86400";
}

/// Whoever starts a program may have closed these. The next socket would get a closed one's number, and be sent what
/// is printed, a secret perhaps. What is opened here cannot be written to, which is told like a full disk.
bool hold_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) != stream) return false;
  }
  return true;
}

int run(int argc, char** argv) {
  CLI::App app("Users of a Weights & Biases server. Credentials: WANDB_API_KEY or the netrc file.", "wandb-users");
  Flags flags;
  Command command = nullptr;
  app.set_version_flag("--version", std::string(wandb::version));
  app.add_option("--base-url", flags.base_url, "the server; else WANDB_BASE_URL, else https://api.wandb.ai");
  app.add_option("--ca-file", flags.ca_file, "certificate authorities to trust, PEM; else the system's");
  app.add_option("--timeout", flags.timeout, "seconds for one request; else WANDB_HTTP_TIMEOUT, else 19")
      ->check(CLI::Validator(timeout_fault, "", "--timeout"));
  app.add_flag("--json", flags.json, "machine-readable output, one JSON text a line");
  app.add_flag("--allow-insecure-http", flags.insecure, "send the key over plain http to another machine");
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 not permitted, 5 not reached, 6 outcome unknown, 7 partly "
      "done.");
  add_commands(app, flags, command);
  const auto* provisioning = add_provision(app, flags.provision);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ok : usage;
  }
  wandb::Options options{.base_url = flags.base_url, .allow_insecure_http = flags.insecure};
  options.timeout = std::chrono::nanoseconds(static_cast<std::int64_t>(flags.timeout * 1e9));
  if (provisioning->parsed()) return provision(flags.provision, flags.ca_file, options);
  const auto api = Api::make(wandb::BeastTransport({.ca_file = flags.ca_file}), options);
  if (!api) return tell(api.error());
  const int code = command(*api, flags);
  if (std::cout.flush() || code != ok) return code;
  return tell("the output could not be written: " + std::string(std::strerror(errno)), failed);
}

}  // namespace

int main(int argc, char** argv) {
  if (!hold_standard_streams()) return failed;
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return tell(error.what(), failed);
  }
}
