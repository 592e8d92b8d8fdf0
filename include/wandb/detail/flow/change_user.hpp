// Changes a user: updates, deletes, restores.
#pragma once

#include <optional>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/mutation.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

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
      return deletion && may_have_succeeded_before(answer.error()) ? look(answer.error())
                                                                   : finished<void>(answer.error());
    }
    const auto fresh = reading_at(*answer, operation_->field, "user");
    if (fresh && !is_about(user_, fresh->object)) {
      return finished<void>(incomplete(*answer, *operation_, "user.id", "it is another user's"));
    }
    if (fresh) {
      user_.apply(*fresh);
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
    if (const auto now = reading_at(*answer, "user")) user_.apply(*now);
    return finished<void>(success());
  }

  UserRecord user_;
  const Operation* operation_;
  GraphqlRequest request_;
  std::optional<Error> doubt_;
};

}  // namespace wandb::detail
