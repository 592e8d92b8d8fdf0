// Reads the caller's own user, or a user by id.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/optional_keys.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Reads the caller's own user, or a user by id, and all keys if they are requested. The result is empty if no user has
/// the id.
class FetchUser {
 public:
  using value_type = std::optional<UserRecord>;
  /// An empty id means the caller's own user.
  FetchUser(std::string id, const graphql::UserQueries& queries, bool keys)
      : id_(std::move(id)), queries_(&queries), keys_(keys) {}

  [[nodiscard]] Step<value_type> start() {
    GraphqlRequest request(operation(), keys_.requested());
    if (!id_.empty()) request.add("id", id_);
    return request;
  }

  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (completing_) return as_optional(completing_->resume(std::move(answer)));
    if (keys_.drop_if_refused(answer)) return start();
    if (!answer) return finished<value_type>(answer.error());
    auto record = record_at(*answer, operation().field, id_.empty(), {}, *queries_);
    if (!record && id_.empty()) {
      return finished<value_type>(Error(make_error_code(errc::unauthorized),
                                        "the server knows nobody by these credentials", Delivery::answered));
    }
    if (!record) return finished<value_type>(std::optional<UserRecord>{});
    keys_.report_refusal(*record);
    return as_optional(completing_.emplace(std::move(*record)).start());
  }

 private:
  [[nodiscard]] const Operation& operation() const noexcept {
    return id_.empty() ? *queries_->viewer : *queries_->by_id;
  }

  std::string id_;
  const graphql::UserQueries* queries_;
  OptionalKeys keys_;
  std::optional<CompleteKeys> completing_;
};

}  // namespace wandb::detail
