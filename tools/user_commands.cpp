// The commands wandb-users whoami, show, list, create and teams.
#include <csignal>
#include <cstddef>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/ascii.hpp>

#include "advice.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "json.hpp"
#include "tool.hpp"
#include "typed_text.hpp"
#include "user_output.hpp"

std::string shown_name(const Flags& flags) { return plain(flags.name); }

wandb::Result<User> subject(const Api& api, const Flags& flags, bool keys) {
  if (flags.name.empty()) return api.viewer({.keys = keys});
  auto found = api.user(flags.name, {.keys = keys});
  if (!found) return found.error();
  if (*found) return std::move(**found);
  return wandb::Error(make_error_code(wandb::errc::not_found), "there is no user " + shown_name(flags));
}

wandb::Secret own_key(const Api& api) {
  const auto& identity = api.caller().identity;
  return identity ? (*identity)->secret() : wandb::Secret();
}

void survive_readers() { std::signal(SIGPIPE, SIG_IGN); }

namespace {

/// Returns the source of a setting, as a user of the tool knows it.
std::string source_of(const wandb::Setting& setting) {
  if (setting.source == "wandb::Options") return setting.name == "timeout" ? "--timeout" : "--base-url";
  return setting.source == "BeastOptions::ca_file" ? "--ca-file" : setting.source;
}

/// Prints the settings in effect and their sources. They go to standard error like all that --verbose adds, so that
/// standard output has one format.
void print_settings(const Api& api) {
  const auto status = api.status();
  if (!status) return;
  const auto as_json = [](const wandb::Setting& setting) {
    return JsonObject()
        .add_text("name", on_one_line(setting.name))
        .add_text("value", on_one_line(setting.value))
        .add_text("source", on_one_line(source_of(setting)))
        .text();
  };
  if (speaks_json()) {
    std::cerr << JsonObject().add("settings", json_list(*status, as_json)).text() << '\n';
    return;
  }
  for (const auto& setting : *status) note(setting.name + ": " + setting.value + "  (" + source_of(setting) + ")");
}

}  // namespace

int whoami(const Api& api, const Flags& flags) {
  // The settings come first, since they may explain why the user cannot be read.
  if (flags.verbose) print_settings(api);
  const auto me = api.viewer({.keys = false});
  if (!me) return tell(me.error());
  print(*me, {}, flags.format);
  return ok;
}

int show(const Api& api, const Flags& flags) {
  const auto user = subject(api, flags, true);
  if (!user) return tell(user.error());
  const auto in_use = own_key(api);
  print(*user, {.keys = true, .with = in_use}, flags.format);
  if (flags.format != Format::table) return ok;
  if (!user->teams().empty()) std::cout << '\n';
  print(user->teams(), Format::table);
  if (!user->keys().empty()) std::cout << '\n';
  print(user->keys(), in_use, Format::table);
  return ok;
}

namespace {

/// Returns whether the list has this user; an error if the server does not say what was asked for.
wandb::Result<bool> is_wanted(const User& user, const Flags& flags) {
  if (flags.deleted && user.deleted_at().empty()) return false;
  if (!flags.admins) return true;
  if (const auto admin = user.admin()) return *admin;
  return wandb::Error(make_error_code(wandb::errc::attribute_not_loaded),
                      "the server does not say whether " + named(user.username()) + " is an admin");
}

/// Prints the wanted users of a range, and returns the exit code.
template <class Users>
int print_users(Users users, const Flags& flags) {
  int code = ok;
  const auto fail = [&](const wandb::Error& error) {
    const int one = tell(error);
    if (code == ok) code = one;
  };
  std::size_t printed = 0;
  UserRows rows(flags.format, {});
  for (auto& one : users) {
    if (!one) {
      fail(one.error());
      continue;
    }
    const User user = *one;
    const auto wanted = is_wanted(user, flags);
    if (!wanted) fail(wanted.error());
    if (!wanted || !*wanted) continue;
    rows.add(user);
    if (++printed == flags.limit) break;
  }
  rows.finish();
  return code;
}

}  // namespace

int list(const Api& api, const Flags& flags) {
  wandb::PageOptions page{.keys = false};
  // Without a filter, no more users are requested than are printed.
  const bool all = !flags.admins && !flags.deleted && flags.team.empty();
  if (all && flags.limit != 0 && flags.limit < 100) page.size = static_cast<int>(flags.limit);
  if (!flags.team.empty()) return print_users(api.team_members(flags.team, page), flags);
  return print_users(api.users(flags.query, page), flags);
}

namespace {

/// Reports a user who exists already, where that is permitted: it is a success if the user is as requested.
int tell_there(const User& user, const Flags& flags) {
  print(user, {.teams = false}, flags.format);
  const auto differs = [&](const char* how) {
    return tell("the user is there already, but " + std::string(how) + "; nothing was changed", already_exists);
  };
  if (!user.deleted_at().empty()) return differs("is deleted");
  const auto admin = user.admin();
  if (admin && *admin != flags.admin) return differs(flags.admin ? "is no admin" : "is an admin");
  if (!admin && flags.admin) return differs("the server does not say whether they are an admin");
  note("the user is there already");
  return ok;
}

/// Returns the user with that e-mail. A username may look like an e-mail, and another user may have it.
wandb::Result<std::optional<User>> with_email(const Api& api, const std::string& email) {
  auto found = api.user(email, {.keys = false});
  if (found && *found && !wandb::detail::equal_ignoring_case((*found)->email(), email)) return std::optional<User>();
  return found;
}

/// Reports a user who could not be made, or not without a fault, after looking up who exists.
int tell_not_made(const Api& api, const Flags& flags, const wandb::Error& error) {
  const bool conflict = error == wandb::condition::conflict && error.outcome() == wandb::Outcome::not_run;
  const bool ran = error.outcome() == wandb::Outcome::ran;
  if (!conflict && !ran) {
    if (error != wandb::condition::outcome_unknown) return tell(error);
    return tell(error, advised(error) + "; see later with `wandb-users show " + shown_name(flags) + "`",
                outcome_unknown);
  }
  const auto found = with_email(api, flags.name);
  const bool there = found && *found;
  // A user who exists now existed before, or was made in spite of the error.
  if (there && ran) print(**found, {}, flags.format);
  if (conflict && there && flags.if_not_exists) return tell_there(**found, flags);
  int code = exit_code(error);
  if (conflict) code = there ? already_exists : failed;
  std::string how;
  if (conflict && there)
    how = (*found)->deleted_at().empty() ? "; the user is there" : "; the user is there, and is deleted";
  if (conflict && !found) how = "; nor does a look tell who is there: " + advised(found.error());
  return tell(error, advised(error) + how, code);
}

}  // namespace

int create(const Api& api, const Flags& flags) {
  if (const auto fault = address_fault(flags.name); !fault.empty()) {
    return tell(quoted(flags.name) + " is not an e-mail address: " + fault, usage);
  }
  survive_readers();
  const Interrupt interrupt;
  const auto user = api.create_user(flags.name, flags.admin, {.stop = &interrupt.token()});
  if (!user) return tell_not_made(api, flags, user.error());
  print(*user, {.teams = false}, flags.format);
  if (std::cout.flush()) return ok;
  return tell("the user " + shown_name(flags) + " was made, but could not be printed; see `wandb-users show " +
                  shown_name(flags) + "`",
              failed, wandb::Outcome::ran);
}

int teams(const Api& api, const Flags& flags) {
  const auto user = subject(api, flags, false);
  if (!user) return tell(user.error());
  if (const auto code = tell_missing(*user, "teams")) return *code;
  print(user->teams(), flags.format);
  return ok;
}
