// The commands wandb-users update, set-admin, remove and restore.
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/options.hpp>

#include "advice.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "tool.hpp"
#include "typed_text.hpp"
#include "user_output.hpp"

namespace {

std::optional<std::string_view> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

std::optional<bool> given_flag(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text == "true");
}

/// Returns the command that shows the user whom a command line is about.
std::string way_to_look(const Flags& flags) {
  return flags.name.empty() ? "`wandb-users show`" : "`wandb-users show " + shown_name(flags) + "`";
}

/// Changes a user with `change`, which takes the options of its call, and prints the user as they are afterwards.
/// `done` says what was done.
template <class Change>
int change_user(const Api& api, const Flags& flags, const char* done, Change change) {
  survive_readers();
  const auto user = subject(api, flags, false);
  if (!user) return tell(user.error());
  const Interrupt interrupt;
  if (const auto changed = change(*user, wandb::CallOptions{.stop = &interrupt.token()}); !changed) {
    const auto& error = changed.error();
    if (error.outcome() == wandb::Outcome::not_run) return tell(error);
    return tell(error, advised(error) + "; see " + way_to_look(flags), exit_code(error));
  }
  print(*user, {.teams = false}, flags.format);
  if (std::cout.flush()) return ok;
  return tell(std::string("the user was ") + done + ", but could not be printed; see " + way_to_look(flags), failed,
              wandb::Outcome::ran);
}

}  // namespace

int update(const Api& api, const Flags& flags) {
  const auto& email = flags.primary_email;
  if (const auto fault = email.empty() ? std::string() : address_fault(email); !fault.empty()) {
    return tell("--primary-email: " + quoted(email) + " is not an e-mail address: " + fault, usage);
  }
  const wandb::UserUpdate changes{.name = given(flags.full_name),
                                  .admin = given_flag(flags.admin_value),
                                  .default_entity = given(flags.default_entity),
                                  .primary_email = given(flags.primary_email),
                                  .photo_url = given(flags.photo_url),
                                  .is_private = given_flag(flags.is_private),
                                  .hide_teams_from_public = given_flag(flags.hide_teams)};
  const bool any = changes.name || changes.admin || changes.default_entity || changes.primary_email ||
                   changes.photo_url || changes.is_private || changes.hide_teams_from_public;
  if (!any) return tell("say what to change, for example with --name; `update --help` lists the options", usage);
  return change_user(api, flags, "updated",
                     [&](const User& user, const wandb::CallOptions& call) { return user.update(changes, call); });
}

int set_admin(const Api& api, const Flags& flags) {
  const bool admin = flags.admin_value == "true";
  return change_user(api, flags, admin ? "made an admin" : "made no admin any more",
                     [admin](const User& user, const wandb::CallOptions& call) { return user.set_admin(admin, call); });
}

int remove(const Api& api, const Flags& flags) {
  return change_user(api, flags, "removed",
                     [](const User& user, const wandb::CallOptions& call) { return user.remove(call); });
}

int restore(const Api& api, const Flags& flags) {
  return change_user(api, flags, "restored",
                     [](const User& user, const wandb::CallOptions& call) { return user.restore(call); });
}
