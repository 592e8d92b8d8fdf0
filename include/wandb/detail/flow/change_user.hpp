// Changes a user: updates, deletes, restores.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/mutation.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// A mutation of that user, as far as its variables are known.
[[nodiscard]] inline GraphqlRequest request_about(const Operation& operation, const UserRecord& user) {
  GraphqlRequest request(operation);
  return std::move(request.add_id("the user's id", user.text("id")));
}

/// The update of whatever is set.
[[nodiscard]] inline GraphqlRequest update_request(const UserRecord& user, const UserUpdate& changes) {
  const auto id = user.text("id");
  GraphqlRequest request(graphql::update_user);
  request.add("id", id.view());
  bool any = false;
  const auto add_text = [&](std::string_view variable, const std::optional<std::string_view>& value) {
    any = any || value;
    if (value) request.add_text(variable, variable, *value, true);
  };
  const auto add_flag = [&](std::string_view variable, const std::optional<bool>& value) {
    any = any || value;
    if (value) request.add(variable, *value);
  };
  add_text("name", changes.name);
  add_flag("admin", changes.admin);
  add_text("defaultEntity", changes.default_entity);
  add_text("primaryEmail", changes.primary_email);
  add_text("photoUrl", changes.photo_url);
  add_flag("private", changes.is_private);
  add_flag("hideTeamsFromPublic", changes.hide_teams_from_public);
  if (!any) request.refuse_if(unusable("updateUser", "the update", "changes nothing"));
  return std::move(request.refuse_if(check_id("updateUser", "the user's id", id)));
}

/// A mutation that gives the changed user back: `updateUser`, `deleteUser`, `undeleteUser`.
class ChangeUser {
 public:
  using value_type = void;
  /// `request` is complete but for whom it is about.
  ChangeUser(UserRecord user, GraphqlRequest request)
      : user_(std::move(user)), operation_(&request.operation()), request_(std::move(request)) {
    request_.about(subject_of(user_));
  }

  [[nodiscard]] Step<void> start() { return std::move(request_); }
  [[nodiscard]] Step<void> resume(Result<GraphqlAnswer> answer) {
    if (doubt_) return looked(std::move(answer));
    if (!answer) {
      const bool deletion = operation_ == &graphql::delete_user;
      return deletion && may_be_own_echo(answer.error()) ? look(answer.error()) : finished<void>(answer.error());
    }
    const auto fresh = reading_at(*answer, operation_->field, "user");
    if (fresh && !is_about(user_, fresh->object)) {
      return finished<void>(incomplete(*answer, *operation_, "user.id", "it is another user's"));
    }
    if (fresh) {
      user_.take(*fresh);
      return finished<void>(answer->failure ? Result<void>(*answer->failure) : success());
    }
    return finished<void>(incomplete(*answer, *operation_, "user", "it is missing"));
  }

 private:
  // The refusal may mean that an earlier, unanswered try has removed the user: see whether it is still there.
  [[nodiscard]] Step<void> look(Error doubt) {
    doubt_ = std::move(doubt);
    GraphqlRequest request(graphql::user_state);
    return std::move(request.add("id", user_.text("id")).about(subject_of(user_)));
  }
  [[nodiscard]] Step<void> looked(Result<GraphqlAnswer> answer) {
    if (!answer || !answer->errors.empty()) return finished<void>(*doubt_);
    const auto user = answer->root.object("user");
    const auto deleted_at = user ? user->state("deletedAt") : SlotState::string;
    if (deleted_at == SlotState::unloaded || (user && !is_about(user_, *user))) return finished<void>(*doubt_);
    if (deleted_at == SlotState::null) return finished<void>(with_outcome(*doubt_, Outcome::not_run));
    if (const auto now = reading_at(*answer, "user")) user_.take(*now);
    return finished<void>(success());
  }

  UserRecord user_;
  const Operation* operation_;
  GraphqlRequest request_;
  std::optional<Error> doubt_;
};

}  // namespace wandb::detail
