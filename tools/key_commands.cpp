// The commands wandb-users keys list, generate and delete.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/config/credentials.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/environment.hpp>

#include "advice.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "json.hpp"
#include "secret_sink.hpp"
#include "spreadsheet.hpp"
#include "tool.hpp"
#include "user_output.hpp"

namespace {

/// Returns the user for the end of a command line; empty for the caller.
std::string whose(const Flags& flags) { return flags.name.empty() ? "" : " " + shown_name(flags); }

/// A new key, as far as it is known.
struct NewKey {
  std::string id;
  wandb::Secret secret;
};

/// Returns the key that a generation returned, or the key that it added to the list although it reported an error.
std::optional<NewKey> new_key(const User& user, std::size_t before, const wandb::Result<wandb::Secret>& made) {
  const auto keys = user.keys();
  if (keys.size() > before) {
    const auto key = keys[keys.size() - 1];
    if (auto secret = key.secret()) return NewKey{std::string(key.id()), std::move(*secret)};
  }
  return made ? std::optional(NewKey{{}, *made}) : std::nullopt;
}

/// Returns the text to print for a new key, whose secret is in the file of the flags if it is `stored`.
std::string printed(const NewKey& key, const Flags& flags, bool stored) {
  if (flags.format == Format::csv) {
    return "id,description,secret,output\n" + csv_cell(key.id) + ',' + csv_cell(named(flags.description)) + ',' +
           (flags.print_secret ? csv_cell(key.secret.reveal()) : "") + ',' +
           (stored ? csv_cell(plain(flags.secret_file)) : "");
  }
  if (flags.format == Format::table) return flags.print_secret ? std::string(key.secret.reveal()) : std::string();
  auto json = JsonObject()
                  .add("id", key.id.empty() ? "null" : json_text(key.id))
                  .add("description", flags.description.empty() ? "null" : json_name(flags.description));
  if (flags.print_secret) json.add_text("secret", key.secret.reveal());
  if (stored && !flags.secret_file.empty()) json.add_text("output", flags.secret_file);
  return json.text();
}

/// Reports that the key was made but its secret could not be stored, and what to do.
int tell_lost(const NewKey& key, const std::string& fault, const std::string& place, const Flags& flags) {
  std::string text = "the key";
  if (!flags.description.empty()) text.append(" \"").append(flags.description).append("\"");
  text.append(" was made, but ").append(fault);
  if (!place.empty()) return tell(text + "; it stands " + place, failed, wandb::Outcome::ran);
  text += "; it is lost: delete the key with `wandb-users keys delete ";
  text += key.id.empty() ? "ID" + whose(flags) + "` (`keys list` shows the id)" : key.id + whose(flags) + "`";
  return tell(text + ", and generate another", failed, wandb::Outcome::ran);
}

/// Stores or prints the secret. Returns the exit code if nothing else failed.
int deliver(const NewKey& key, SecretSink& sink, const Flags& flags) {
  auto fault = sink.store(key.secret);
  const auto unprinted = sink.print(key.secret, printed(key, flags, fault.empty()));
  if (!unprinted.empty()) fault += (fault.empty() ? "" : ", and ") + unprinted;
  return fault.empty() ? static_cast<int>(ok) : tell_lost(key, fault, sink.place(), flags);
}

/// Returns the ids of a user's keys, if all of them are known.
std::optional<std::vector<std::string>> ids_of(const User& user) {
  if (!is_whole(user, "apiKeys")) return std::nullopt;
  std::vector<std::string> ids;
  for (const auto& key : user.keys()) ids.emplace_back(key.id());
  return ids;
}

/// Returns the keys that are new since `before`, as the ends of commands that delete them; nothing if that is not
/// known.
std::optional<std::string> way_to_new_keys(const Api& api, const Flags& flags,
                                           const std::optional<std::vector<std::string>>& before) {
  const auto now = before ? subject(api, flags, true) : wandb::Result<User>(wandb::errc::keys_not_loaded);
  if (!now || !ids_of(*now)) return std::nullopt;
  std::string way;
  for (const auto& key : now->keys()) {
    if (std::find(before->begin(), before->end(), key.id()) != before->end()) continue;
    way += (way.empty() ? "`wandb-users keys delete " : ", `wandb-users keys delete ") + std::string(key.id()) +
           whose(flags) + "`";
    if (!key.description().empty()) way += " (\"" + named(key.description()) + "\")";
  }
  return way;
}

/// Reports that a key was or may have been made whose secret is lost, and how to find and delete it.
int tell_orphan(const Api& api, const Flags& flags, const wandb::Error& error,
                const std::optional<std::vector<std::string>>& before) {
  const bool ran = error.outcome() == wandb::Outcome::ran;
  auto text = advised(error) + "; a key " + (ran ? "was made" : "may have been made") + " whose secret is lost";
  const auto way = way_to_new_keys(api, flags, before);
  const auto look = "`wandb-users keys list" + whose(flags) + "`";
  if (way && !way->empty()) text += ": new since is what this deletes: " + *way;
  else if (way) text += ": none is new yet; look later with " + look;
  else text += ": find it with " + look;
  if (!way || way->empty()) text += ", and delete it with `wandb-users keys delete ID" + whose(flags) + "`";
  return tell(error, text, exit_code(error));
}

/// Returns the key that an environment variable holds.
wandb::Result<wandb::Secret> key_of_variable(const std::string& name) {
  const auto variable = "the environment variable " + plain(name);
  const auto value = wandb::Environment::process().get(name.c_str());
  if (!value.empty()) return wandb::detail::checked_key(value, variable);
  return wandb::Error(make_error_code(wandb::errc::invalid_argument), variable + " is not set, or empty",
                      wandb::Delivery::nothing_sent);
}

/// Lets the user act with the key of `--user-key-env`; returns the exit code if that is not possible.
std::optional<int> authenticate(User& user, const Flags& flags) {
  if (flags.user_key_variable.empty()) return std::nullopt;
  const auto key = key_of_variable(flags.user_key_variable);
  if (!key) return tell(key.error());
  const auto known = user.authenticate(*key);
  if (known) return std::nullopt;
  const auto variable = "the environment variable " + plain(flags.user_key_variable);
  return tell(known.error(), variable + ": " + advised(known.error()), denied);
}

/// Returns the user of a command line as a key is generated for them. If the caller names themselves, it is the caller,
/// whose own key is known.
wandb::Result<User> key_owner(const Api& api, const Flags& flags) {
  auto user = subject(api, flags, true);
  if (!user || flags.name.empty() || !flags.user_key_variable.empty() || user->user_api()) return user;
  auto caller = api.viewer({.keys = true});
  return caller && !user->id().empty() && caller->id() == user->id() ? std::move(caller) : std::move(user);
}

/// Returns the keys that the text may identify, each once, because pages may show the same key twice.
template <class Is>
std::vector<wandb::ApiKey> keys_that(const User& user, Is is) {
  std::vector<wandb::ApiKey> meant;
  const auto is_there = [&](const wandb::ApiKey& key) {
    return std::any_of(meant.begin(), meant.end(), [&](const auto& other) { return other.id() == key.id(); });
  };
  for (const auto& key : user.keys()) {
    if (is(key) && (key.id().empty() || !is_there(key))) meant.push_back(key);
  }
  return meant;
}

/// Returns the keys with that name, or the one key with that id.
std::vector<wandb::ApiKey> keys_named(const User& user, std::string_view text) {
  // An id identifies one key, even if other keys have the same text as their name.
  auto named = keys_that(user, [&](const wandb::ApiKey& key) { return !key.id().empty() && key.id() == text; });
  if (!named.empty()) return named;
  return keys_that(user, [&](const wandb::ApiKey& key) { return key.name() == text || key.description() == text; });
}

/// Returns what makes the deletion of a key questionable; empty for nothing.
std::string doubt_about(const User& user, const wandb::ApiKey& row, bool in_use) {
  if (in_use) return "this is the key that these commands use";
  const bool last = keys_that(user, [&](const wandb::ApiKey& key) { return key.id() != row.id(); }).empty();
  return last ? "this is the last key of " + named(user.username()) : std::string();
}

/// Asks at the terminal whether to do something. Returns whether the answer was yes; nothing if nobody can answer.
std::optional<bool> ask(const std::string& question) {
  if (speaks_json() || ::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) return std::nullopt;
  std::cerr << "wandb-users: " << on_one_line(question) << " [y/N] " << std::flush;
  std::string answer;
  // The end of the input leaves the line of the question open.
  if (!std::getline(std::cin, answer)) std::cerr << '\n';
  answer = wandb::detail::in_lower_case(wandb::detail::trimmed(answer));
  return answer == "y" || answer == "yes";
}

/// Deletes one of a user's keys, and reports it.
int delete_row(const User& user, const wandb::ApiKey& row, bool in_use, const Flags& flags) {
  if (const auto doubt = flags.yes ? std::string() : doubt_about(user, row, in_use); !doubt.empty()) {
    const auto answer = ask(doubt + "; delete it?");
    if (!answer) return tell(doubt + "; give --yes to delete it", usage);
    if (!*answer) return tell("nothing was deleted", failed);
  }
  const Interrupt interrupt;
  if (const auto deleted = user.delete_api_key(row, {.stop = &interrupt.token()}); !deleted) {
    const auto& error = deleted.error();
    if (error.outcome() == wandb::Outcome::not_run) return tell(error);
    return tell(error, advised(error) + "; look with `wandb-users keys list" + whose(flags) + "`", exit_code(error));
  }
  if (in_use) note("it was the key that these commands use: put another into WANDB_API_KEY or the netrc file");
  if (flags.format == Format::table) return ok;
  if (flags.format == Format::csv) std::cout << "id,deleted\n" << csv_cell(row.id()) << ",true\n";
  else std::cout << JsonObject().add_text("id", row.id()).add("deleted", "true").text() << '\n';
  if (std::cout.flush()) return ok;
  return tell("the key was deleted, but that could not be printed", failed, wandb::Outcome::ran);
}

}  // namespace

int list_keys(const Api& api, const Flags& flags) {
  const auto user = subject(api, flags, true);
  if (!user) return tell(user.error());
  if (const auto code = tell_missing(*user, "apiKeys")) return *code;
  print(user->keys(), own_key(api), flags.format);
  return ok;
}

int generate_key(const Api& api, const Flags& words) {
  survive_readers();
  auto flags = words;
  if (flags.secret_file == "-") {
    flags.secret_file.clear();
    flags.print_secret = true;
  }
  if (!flags.print_secret && flags.secret_file.empty()) {
    return tell("the secret is shown only once: say where it goes, with --output FILE or --print-secret", usage);
  }
  auto user = key_owner(api, flags);
  if (!user) return tell(user.error());
  if (const auto code = authenticate(*user, flags)) return *code;
  const Interrupt interrupt;
  const wandb::CallOptions call{.stop = &interrupt.token()};
  SecretSink sink(flags.secret_file, flags.print_secret || flags.format != Format::table);
  if (const auto fault = sink.open(); !fault.empty()) return tell(fault + "; no key was made", usage);
  const auto known = ids_of(*user);
  const auto before = user->keys().size();
  const auto description =
      flags.description.empty() ? std::nullopt : std::optional<std::string_view>(flags.description);
  const auto made = user->generate_api_key(description, call);
  if (const auto key = new_key(*user, before, made)) {
    const int code = deliver(*key, sink, flags);
    if (made || code != ok) return made ? code : tell(made.error(), advised(made.error()), failed);
    return tell(made.error(), advised(made.error()) + "; the key's secret is " + sink.place(), failed);
  }
  if (made.error().outcome() == wandb::Outcome::not_run) return tell(made.error());
  // Nobody who wants it to end waits for a look at the keys.
  return tell_orphan(api, flags, made.error(), interrupt.token().stop_requested() ? std::nullopt : known);
}

int delete_key(const Api& api, const Flags& words) {
  survive_readers();
  auto flags = words;
  const bool by_secret = !flags.key_variable.empty();
  if (by_secret && !flags.name.empty()) return tell("give the key or --key-env, not both", usage);
  // If the key comes from another flag, the only argument is the user.
  if (by_secret) flags.name = std::exchange(flags.key, {});
  else if (flags.key.empty()) return tell("say which key: its id, name or description, or --key-env", usage);
  const auto secret = by_secret ? key_of_variable(flags.key_variable) : wandb::Result<wandb::Secret>(wandb::Secret());
  if (!secret) return tell(secret.error());
  const auto user = subject(api, flags, true);
  if (!user) return tell(user.error());
  const auto meant = by_secret ? keys_that(*user, [&](const wandb::ApiKey& key) { return key.belongs_to(*secret); })
                               : keys_named(*user, flags.key);
  if (meant.size() > 1) return tell("several keys are so named; give the id of one, as `keys list` shows it", usage);
  if (meant.size() == 1) return delete_row(*user, meant.front(), meant.front().belongs_to(own_key(api)), flags);
  if (const auto code = tell_missing(*user, "apiKeys")) return *code;
  if (!by_secret) return tell("no key of that id, name or description", not_found);
  return tell("the key of " + flags.key_variable + " is none of this user's", not_found);
}
