// wandb-users keys list, generate, delete.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/key_format.hpp>

#include "advice.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "secret_sink.hpp"
#include "tool.hpp"
#include "user_output.hpp"

namespace {

/// For the end of a command line: the user, if not yourself.
std::string whose(const Flags& flags) { return flags.name.empty() ? "" : " " + shown_name(flags); }

/// A key that was made, as far as it is known.
struct NewKey {
  std::string id;
  wandb::Secret secret;
};

/// What a generation gave, or, where it told an error, has added to the list nevertheless.
std::optional<NewKey> new_key(const User& user, std::size_t before, const wandb::Result<wandb::Secret>& made) {
  const auto keys = user.keys();
  if (keys.size() > before) {
    const auto key = keys[keys.size() - 1];
    if (auto secret = key.secret()) return NewKey{std::string(key.id()), std::move(*secret)};
  }
  return made ? std::optional(NewKey{{}, *made}) : std::nullopt;
}

/// What is printed of a new key.
std::string printed(const NewKey& key, const Flags& flags) {
  if (!flags.json) return flags.print_secret ? std::string(key.secret.reveal()) : std::string();
  auto json = JsonObject()
                  .add("id", key.id.empty() ? "null" : json_text(key.id))
                  .add("description", flags.description.empty() ? "null" : json_name(flags.description));
  if (flags.print_secret) json.add_text("secret", key.secret.reveal());
  if (!flags.secret_file.empty()) json.add_text("output", flags.secret_file);
  return json.text();
}

/// The key was made, and something went wrong with its secret: tells what, and the way out.
int tell_lost(const NewKey& key, const std::string& fault, const std::string& place, const Flags& flags) {
  std::string text = "the key";
  if (!flags.description.empty()) text.append(" \"").append(flags.description).append("\"");
  text.append(" was made, but ").append(fault);
  if (!place.empty()) return tell(text + "; it stands " + place, failed, wandb::Outcome::ran);
  text += "; it is lost: delete the key with `wandb-users keys delete ";
  text += key.id.empty() ? "ID" + whose(flags) + "` (`keys list` shows the id)" : key.id + whose(flags) + "`";
  return tell(text + ", and generate another", failed, wandb::Outcome::ran);
}

/// Gives the secret to whom it is for. The exit code, where nothing else went wrong.
int deliver(const NewKey& key, SecretSink& sink, const Flags& flags) {
  const auto fault = sink.keep(key.secret, printed(key, flags));
  return fault.empty() ? static_cast<int>(ok) : tell_lost(key, fault, sink.place(), flags);
}

/// The ids of a user's keys, where they are all known.
std::optional<std::vector<std::string>> ids_of(const User& user) {
  if (!is_whole(user, "apiKeys")) return std::nullopt;
  std::vector<std::string> ids;
  for (const auto& key : user.keys()) ids.emplace_back(key.id());
  return ids;
}

/// The keys that are there now and were not before, as the ends of commands that delete them; nothing where that cannot
/// be seen.
std::optional<std::string> way_to_new_keys(const Api& api, const Flags& flags,
                                           const std::optional<std::vector<std::string>>& before) {
  const auto now = before ? subject(api, flags, true) : wandb::Result<User>(wandb::errc::keys_not_loaded);
  if (!now || !ids_of(*now)) return std::nullopt;
  std::string way;
  for (const auto& key : now->keys()) {
    if (std::find(before->begin(), before->end(), key.id()) != before->end()) continue;
    way += (way.empty() ? "`wandb-users keys delete " : ", `wandb-users keys delete ") + std::string(key.id()) +
           whose(flags) + "`";
    if (!key.description().empty()) way += " (\"" + plain(key.description()) + "\")";
  }
  return way;
}

/// A key was or may have been made whose secret nobody has: tells how to find it and be rid of it.
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

/// Lets the user act with the key of `--user-key-env`; the exit code where that cannot be.
std::optional<int> authenticate(User& user, const Flags& flags) {
  if (flags.user_key_variable.empty()) return std::nullopt;
  const char* value = std::getenv(flags.user_key_variable.c_str());
  const auto variable = "the environment variable " + plain(flags.user_key_variable);
  if (value == nullptr) return tell(variable + " is not set", usage);
  const auto known = user.authenticate(wandb::Secret(value));
  if (known) return std::nullopt;
  return tell(known.error(), variable + ": " + advised(known.error()), denied);
}

/// The keys that somebody may mean by this text, each once: pages may show the same one twice.
std::vector<wandb::ApiKey> keys_named(const User& user, std::string_view text) {
  std::vector<wandb::ApiKey> named;
  const auto is_there = [&](const wandb::ApiKey& key) {
    return std::any_of(named.begin(), named.end(), [&](const auto& other) { return other.id() == key.id(); });
  };
  for (const auto& key : user.keys()) {
    // An id means one key, whatever others are called.
    if (!key.id().empty() && key.id() == text) return {key};
    if ((key.name() == text || key.description() == text) && (key.id().empty() || !is_there(key))) {
      named.push_back(key);
    }
  }
  return named;
}

}  // namespace

int list_keys(const Api& api, const Flags& flags) {
  const auto user = subject(api, flags, true);
  if (!user) return tell(user.error());
  if (const auto code = tell_missing(*user, "apiKeys")) return *code;
  print(user->keys(), flags);
  return ok;
}

int generate_key(const Api& api, const Flags& flags) {
  survive_readers();
  if (!flags.print_secret && flags.secret_file.empty()) {
    return tell("the secret is shown only once: say where it goes, with --output FILE or --print-secret", usage);
  }
  auto user = subject(api, flags, true);
  if (!user) return tell(user.error());
  if (const auto code = authenticate(*user, flags)) return *code;
  SecretSink sink(flags.secret_file, flags.print_secret || flags.json);
  if (const auto fault = sink.open(); !fault.empty()) return tell(fault + "; no key was made", usage);
  const auto known = ids_of(*user);
  const auto before = user->keys().size();
  const auto description =
      flags.description.empty() ? std::nullopt : std::optional<std::string_view>(flags.description);
  const auto made = user->generate_api_key(description);
  if (const auto key = new_key(*user, before, made)) {
    const int code = deliver(*key, sink, flags);
    if (made || code != ok) return made ? code : tell(made.error(), advised(made.error()), failed);
    return tell(made.error(), advised(made.error()) + "; the key's secret is " + sink.place(), failed);
  }
  if (made.error().outcome() == wandb::Outcome::not_run) return tell(made.error());
  return tell_orphan(api, flags, made.error(), known);
}

int delete_key(const Api& api, const Flags& flags) {
  survive_readers();
  const auto user = subject(api, flags, true);
  if (!user) return tell(user.error());
  const auto named = keys_named(*user, flags.key);
  if (named.size() > 1) return tell("several keys are so named; give the id of one, as `keys list` shows it", usage);
  if (named.empty()) {
    if (const auto code = tell_missing(*user, "apiKeys")) return *code;
    return tell("no key of that id, name or description", not_found);
  }
  const auto deleted = user->delete_api_key(named.front());
  if (!deleted) return tell(deleted.error());
  if (!flags.json) return ok;
  std::cout << JsonObject().add_text("id", named.front().id()).add("deleted", "true").text() << '\n';
  if (std::cout.flush()) return ok;
  return tell("the key was deleted, but that could not be printed", failed, wandb::Outcome::ran);
}
