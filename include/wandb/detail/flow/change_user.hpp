// Updates, deletes or restores a user.
#pragma once

#include <optional>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/expected.hpp>
#include <wandb/detail/flow/mutation.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Runs a mutation that returns the changed user: `updateUser`, `deleteUser`, `undeleteUser`.
class ChangeUser {
 public:
  using value_type = void;
  /// `request` is complete but for its subject, which is `user`. An answer that contradicts `expected` is an error.
  ChangeUser(UserRecord user, GraphqlRequest request, Expected expected = {})
      : user_(std::move(user)),
        operation_(&request.operation()),
        request_(std::move(request)),
        expected_(std::move(expected)) {
    request_.about(subject_of(user_));
  }

  [[nodiscard]] Step<void> start() { return std::move(request_); }
  [[nodiscard]] Step<void> resume(Result<GraphqlAnswer> answer) {
    if (uncertain_error_) return read_check(answer);
    if (!answer) {
      const bool deletion = operation_ == &graphql::delete_user;
      return deletion && may_have_succeeded_before(answer.error()) ? check_effect(answer.error())
                                                                   : finished<void>(answer.error());
    }
    const auto fresh = reading_at(*answer, operation_->field, "user");
    if (fresh && !is_about(user_, fresh->object)) {
      return finished<void>(incomplete_error(*answer, *operation_, "user.id", "it is another user's"));
    }
    if (fresh) {
      user_.apply(*fresh);
      if (answer->failure) return finished<void>(*answer->failure);
      const auto otherwise = contradiction(*answer, *operation_, fresh->object, expected_);
      return finished<void>(otherwise ? Result<void>(*otherwise) : success());
    }
    return finished<void>(incomplete_error(*answer, *operation_, "user", "it is missing"));
  }

 private:
  // The refusal may mean that an earlier attempt, whose answer was lost, has deleted the user. This asks whether the
  // user still exists.
  [[nodiscard]] Step<void> check_effect(Error uncertain_error) {
    uncertain_error_ = std::move(uncertain_error);
    GraphqlRequest request(graphql::user_state);
    return std::move(request.add("id", user_.text("id")).about(subject_of(user_)));
  }
  [[nodiscard]] Step<void> read_check(const Result<GraphqlAnswer>& answer) {
    if (!answer || !answer->errors.empty()) return finished<void>(*uncertain_error_);
    const auto user = answer->root.object("user");
    const auto deleted_at = user ? user->state("deletedAt") : SlotState::string;
    if (deleted_at == SlotState::unloaded || (user && !is_about(user_, *user)))
      return finished<void>(*uncertain_error_);
    if (deleted_at == SlotState::null) return finished<void>(with_outcome(*uncertain_error_, Outcome::not_run));
    if (const auto now = reading_at(*answer, "user")) user_.apply(*now);
    return finished<void>(success());
  }

  UserRecord user_;
  const Operation* operation_;
  GraphqlRequest request_;
  Expected expected_;
  std::optional<Error> uncertain_error_;
};

}  // namespace wandb::detail
