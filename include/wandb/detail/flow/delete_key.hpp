// Deletes a key.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/mutation.hpp>
#include <wandb/detail/user/key_page.hpp>
#include <wandb/detail/user/paging.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Deletes a key by its id with the caller's credentials.
class DeleteKey {
 public:
  using value_type = void;
  /// `id` is the key's id, or the error with which the call finishes at once.
  DeleteKey(UserRecord user, Result<std::string> id) : user_(std::move(user)), request_(graphql::delete_api_key) {
    if (!id) {
      request_.refuse_if(id.error());
      return;
    }
    id_ = std::move(*id);
    request_.add_id("the key's id", id_).about(subject_of(user_));
  }

  [[nodiscard]] Step<void> start() { return std::move(request_); }

  [[nodiscard]] Step<void> resume(Result<GraphqlAnswer> answer) {
    if (uncertain_error_) return read_check(answer);
    if (!answer)
      return may_have_succeeded_before(answer.error()) ? check_effect(answer.error()) : finished<void>(answer.error());
    const auto payload = answer->root.object("deleteApiKey");
    const auto done = payload ? payload->boolean("success") : std::nullopt;
    if (!done) return finished<void>(incomplete_error(*answer, graphql::delete_api_key, "success", "it is missing"));
    auto refusal = unsuccessful_error(*answer, "deleteApiKey", "the server did not delete the key");
    const auto outcome = *done ? Outcome::ran : refusal.outcome();
    user_.set_mutation_errors(errors_beside_data(*answer, graphql::delete_api_key, outcome));
    if (*done) return finish_deleted(answer->failure);
    return answer->ambiguous ? check_effect(std::move(refusal)) : finished<void>(std::move(refusal));
  }

 private:
  // `failure` is an error that the server reports although the key is deleted.
  [[nodiscard]] Step<void> finish_deleted(const std::optional<Error>& failure = {}) {
    user_.remove_key(id_);
    return finished<void>(failure ? Result<void>(*failure) : success());
  }

  // The refusal may mean that an earlier attempt, whose answer was lost, has deleted the key. This asks whether the key
  // still exists.
  [[nodiscard]] Step<void> check_effect(Error uncertain_error) {
    uncertain_error_ = std::move(uncertain_error);
    if (!user_.is_caller && user_.text("id").empty()) return finished<void>(*uncertain_error_);
    return keys_request(user_, {});
  }
  // Only complete pages, read to the last, prove that the key is deleted.
  [[nodiscard]] Step<void> read_check(const Result<GraphqlAnswer>& answer) {
    if (!answer || !answer->errors.empty()) return finished<void>(*uncertain_error_);
    const auto page = KeyPage::read(*answer, user_);
    if (!page || !page->is_complete()) return finished<void>(*uncertain_error_);
    for (std::size_t i = 0; i != page->keys.size(); ++i) {
      if (page->keys[i].string("id") == id_) return finished<void>(with_outcome(*uncertain_error_, Outcome::not_run));
    }
    if (page->end == KeyPage::End::last) return finish_deleted();
    const bool more = page->end == KeyPage::End::more && guard_.advances(page->cursor);
    return more ? keys_request(user_, page->cursor) : finished<void>(*uncertain_error_);
  }

  UserRecord user_;
  std::string id_;
  GraphqlRequest request_;
  std::optional<Error> uncertain_error_;
  CursorGuard guard_;
};

}  // namespace wandb::detail
