#include "provision_person.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/secure_memory.hpp>

#include "advice.hpp"
#include "files.hpp"
#include "secret_sink.hpp"
#include "tool.hpp"

namespace {

using User = wandb::User<AsyncTraced>;
using wandb::condition;
using wandb::Outcome;

void add_reason(Report& report, std::string_view reason) {
  report.reason.append(report.reason.empty() ? "" : "; ").append(reason);
}

/// Returns whether all other people would fail in the same way. Only what the service itself says about the caller
/// counts, not the words of a message.
bool is_hopeless(const wandb::Error& error) {
  return error.outcome() == Outcome::not_run && !error.from_words() && error != wandb::errc::not_the_service &&
         (error == condition::unauthorized || error == condition::permission_denied);
}

Report failure(const wandb::Error& error) {
  const bool unknown = error == condition::outcome_unknown;
  // The run was given up before it sent anything that could have made the user.
  if (error == condition::cancelled && !unknown) return {};
  return {.status = unknown ? Status::unknown : Status::failed,
          .reason = advised(error),
          .code = exit_code(error),
          .hopeless = is_hopeless(error)};
}

/// Returns whether the user has that person's e-mail. A search also finds a user whose username is the e-mail.
bool is_person(const User& user, const Person& person) {
  return wandb::detail::equal_ignoring_case(user.email(), person.email);
}

/// Describes how the user differs from the file; empty if there is no difference.
std::string misfit(const User& user, const Person& person) {
  if (!user.deleted_at().empty()) return "the user is deleted";
  const auto admin = user.admin();
  if (admin && *admin != person.admin) return *admin ? "the user is an admin" : "the user is no admin";
  return {};
}

/// Reports a user who existed before this run.
Report existing(const User& user, const Person& person) {
  Report report{.status = Status::exists, .id = std::string(user.id())};
  const auto how = misfit(user, person);
  if (!how.empty()) {
    report.status = Status::differs;
    report.reason = how + "; nothing was changed";
  } else if (!user.admin() && person.admin) {
    report.status = Status::differs;
    report.reason = "the server does not say whether the user is an admin; nothing was changed";
  }
  return report;
}

/// Reports that the e-mail is the username of another user.
Report somebody_else(const User& user) {
  const auto email = user.email();
  return {.status = Status::differs,
          .reason = "this is the username of a user " +
                    (email.empty() ? "whose e-mail the server does not show" : "with the e-mail " + named(email)) +
                    "; nothing was changed"};
}

/// Reports a user whom this run made, even if something else failed.
Report made_now(const User& user, const Person& person, std::string reason) {
  Report report{.status = Status::created, .reason = std::move(reason), .id = std::string(user.id())};
  const auto how = misfit(user, person);
  if (how.empty()) return report;
  report.status = Status::differs;
  report.reason.insert(0, report.reason.empty() ? created_now : std::string(created_now) + "; ");
  add_reason(report, how);
  return report;
}

/// Returns whether the creation may still be running, or may have run: its answer was lost, or a gateway stopped
/// waiting (408, 499, 5xx).
bool may_be_under_way(const wandb::Error& error) {
  return error == condition::outcome_unknown ||
         (error.outcome() == Outcome::not_run && (error.status() == 408 || error.status() == 499));
}

/// Reports a creation that failed, after which no such user was found.
Report not_found_after(const wandb::Error& error, const std::optional<wandb::Error>& look) {
  auto report = failure(error);
  if (report.status == Status::not_started) return report;
  if (may_be_under_way(error)) {
    report.status = Status::unknown;
    report.code = outcome_unknown;
  } else if (error.outcome() == Outcome::ran) {
    // The answer itself proves the creation; it counts more than a query that does not show the user yet.
    report.status = Status::created;
    report.code = ok;
  } else if (report.status == Status::failed && error == condition::conflict) {
    report.code = failed;  // the conflict is not with this person
  }
  add_reason(report, look ? "nor does a look tell: " + advised(*look) : "a look finds no such user");
  return report;
}

/// Looks up the user after a failed creation that this can clarify: the answer was lost, or it reported a fault in
/// addition to the user, or a conflict.
Task<Report> look_after(AsyncApi api, Person person, wandb::Error error, wandb::StopToken give_up,
                        std::optional<User>& user) {
  const auto found = co_await api.user(person.email, {.stop = &give_up, .keys = !person.key.empty()});
  if (!found) co_return not_found_after(error, found.error());
  if (!*found || !is_person(**found, person)) co_return not_found_after(error, std::nullopt);
  user = **found;
  if (error.outcome() == Outcome::ran) co_return made_now(*user, person, advised(error));
  if (may_be_under_way(error)) {
    co_return made_now(*user, person, "the answer was lost, and the user is there now: " + advised(error));
  }
  auto report = existing(*user, person);
  add_reason(report, "somebody made the user in the meantime");
  co_return report;
}

Task<Report> create(AsyncApi api, Person person, wandb::StopToken give_up, std::optional<User>& user) {
  const auto made = co_await api.create_user(person.email, person.admin, {.stop = &give_up});
  if (made) {
    user = *made;
    co_return made_now(*user, person, {});
  }
  const auto& error = made.error();
  if (error.outcome() == Outcome::ran || may_be_under_way(error) || error == condition::conflict) {
    co_return co_await look_after(api, person, error, give_up, user);
  }
  co_return failure(error);
}

/// Reports that the person has no key of the file, or not its secret.
void fail_key(Report& report, const std::string& reason) {
  add_reason(report, reason);
  report.key_failed = true;
}

/// Returns the file for the secret of that person's key.
std::string key_file(const std::string& directory, std::string_view email) {
  std::string name;
  for (const char c : email) name += c == '/' ? "%2F" : c == '%' ? "%25" : std::string(1, c);
  return directory + "/" + name + ".key";
}

/// Stores a secret in its file, which must be open.
void deliver(const std::optional<wandb::Secret>& secret, SecretSink& sink, const std::string& path, Report& report) {
  const auto fault = secret ? sink.store(*secret) : "the server did not send its secret";
  if (fault.empty()) report.key_file = path;
  else fail_key(report, fault + ", and it is lost unless the server shows it again: delete the key, or run again");
}

/// Returns the key whose secret the file holds; null if it is none of these.
const wandb::ApiKey* key_in(const std::string& path, const std::vector<wandb::ApiKey>& keys) {
  std::error_code ec;
  // A pipe would make the tool wait.
  if (!std::filesystem::is_regular_file(path, ec)) return nullptr;
  auto file = read_whole(path);
  const wandb::Secret secret(file.text);
  wandb::detail::wipe(file.text.data(), file.text.size());
  const auto owner = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.belongs_to(secret); });
  return owner == keys.end() ? nullptr : &*owner;
}

/// Sees to it that the secret of one of the keys, which were there before, is in its file, if the server shows it.
void deliver_existing(const std::vector<wandb::ApiKey>& keys, const std::string& path, bool dry_run, Report& report) {
  const auto& key = keys.front();
  report.key = "exists";
  report.key_id = key.id();
  if (path.empty()) {
    return fail_key(report,
                    "the key is there, but not known is whether its secret was delivered; give --keys-dir, for the "
                    "directory that has it or receives it");
  }
  std::error_code ec;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ec))) {
    if (const auto* const delivered = key_in(path, keys)) report.key_id = delivered->id();
    else
      fail_key(report, "the key is there, but " + path +
                           " does not hold its secret; remove that file, or put the secret into it");
    return;
  }
  const auto secret = key.secret();
  if (!secret) return fail_key(report, "the key was there before, and the server does not show its secret again");
  if (dry_run) return;
  SecretSink sink(path, false);
  if (const auto fault = sink.open(); !fault.empty()) return fail_key(report, fault);
  deliver(secret, sink, path, report);
}

/// Makes a key with that description as the user, which requires the user's own secret.
Task<void> make_key(User user, std::string description, std::string path, wandb::StopToken give_up, Report& report) {
  SecretSink sink(path, false);
  if (const auto fault = sink.open(); !fault.empty()) {
    fail_key(report, "no key: " + fault);
    co_return;
  }
  const auto before = user.keys().size();
  const auto made = co_await user.generate_api_key(description, {.stop = &give_up});
  auto secret = made ? std::optional(*made) : std::nullopt;
  if (const auto keys = user.keys(); keys.size() > before) {
    report.key_id = keys[keys.size() - 1].id();
    if (!secret) secret = keys[keys.size() - 1].secret();
  }
  if (made || made.error().outcome() == Outcome::ran) report.key = "made";
  else if (made.error().outcome() == Outcome::unknown) report.key = "unknown";
  if (report.key == "made") deliver(secret, sink, path, report);
  if (made) co_return;
  if (report.code == ok) report.code = exit_code(made.error());
  fail_key(report, (report.key == "made" ? "a key, but: " : "no key: ") + advised(made.error()));
}

/// Sees to it that the user has the key of the file, and its secret a place.
Task<void> add_key(User user, Person person, const ProvisionFlags& flags, wandb::StopToken give_up, Report& report) {
  const auto path = flags.keys_dir.empty() ? std::string() : key_file(flags.keys_dir, person.email);
  std::vector<wandb::ApiKey> there;
  for (const auto& key : user.keys()) {
    if (key.description() == person.key) there.push_back(key);
  }
  if (!there.empty()) {
    deliver_existing(there, path, flags.dry_run, report);
    co_return;
  }
  report.key = "not_made";
  if (const auto as_user = user.user_api(); !as_user) {
    fail_key(report, "no key: " + advised(as_user.error()));
  } else if (path.empty()) {
    fail_key(report, "no key: its secret would be lost; give --keys-dir, for a directory that receives it");
  } else if (flags.dry_run) {
    report.key = "would_make";
  } else {
    co_await make_key(user, person.key, path, give_up, report);
  }
}

}  // namespace

Task<Report> provide(AsyncApi api, Person person, const ProvisionFlags& flags, wandb::StopToken give_up) {
  const auto found = co_await api.user(person.email, {.stop = &give_up, .keys = !person.key.empty()});
  if (!found) co_return failure(found.error());
  std::optional<User> user = *found;
  if (user && !is_person(*user, person)) co_return somebody_else(*user);
  Report report{.status = Status::would_create};
  if (user) report = existing(*user, person);
  else if (!flags.dry_run) report = co_await create(api, person, give_up, user);
  const bool there =
      report.status != Status::failed && report.status != Status::unknown && report.status != Status::not_started;
  if (person.key.empty() || !there) co_return report;
  if (user) {
    co_await add_key(*user, person, flags, give_up, report);
    co_return report;
  }
  report.key = "not_made";
  fail_key(report, "no key: " + advised(wandb::errc::no_user_credentials));
  co_return report;
}
