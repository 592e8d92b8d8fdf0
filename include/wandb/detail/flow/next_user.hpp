// Reads the next user of a walk.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/walk.hpp>
#include <wandb/detail/user/user_page.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// Reads the next user of a walk, and the next page if the one in memory is used up. The result is empty at the end.
class NextUser {
 public:
  using value_type = std::optional<UserRecord>;
  explicit NextUser(std::shared_ptr<Walk> walk) : walk_(std::move(walk)) {}

  [[nodiscard]] Step<value_type> start() {
    auto& walk = *walk_;
    walk.completing.reset();  // an earlier call may have been abandoned before its end
    if (const auto fault = std::exchange(walk.fault, std::nullopt)) return stop(*fault);
    if (walk.has_next()) return complete(walk.take_next());
    if (const auto error = walk.page.next_page_error()) return stop(*error);
    if (walk.has_more)
      return users_request(*walk.queries, walk.keys.requested(), walk.query, {}, walk.size, walk.cursor);
    if (const auto omission = std::exchange(walk.omission, std::nullopt)) return stop(*omission);
    return finished<value_type>(std::optional<UserRecord>{});
  }

  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    auto& walk = *walk_;
    if (walk.completing) return forward(walk.completing->resume(std::move(answer)));
    if (walk.keys.drop_if_refused(answer)) return start();
    if (!answer) return stop(answer.error());
    auto page = UserPage::read(std::move(*answer), walk.guard);
    if (walk.keys.drop_if_refused(page)) return start();
    if (!page) return stop(page.error());
    walk.page = std::move(*page);
    walk.next = 0;
    walk.has_more = walk.page.has_more();
    if (walk.has_more) walk.cursor = walk.page.cursor();
    if (!walk.omission) walk.omission = walk.page.omission();
    return start();
  }

 private:
  // The error of a page ends the walk. The error of a user is one element of the walk, which goes on.
  [[nodiscard]] Step<value_type> stop(Error error) {
    walk_->page = {};
    walk_->next = 0;
    walk_->has_more = false;
    walk_->omission.reset();
    return finished<value_type>(std::move(error));
  }
  [[nodiscard]] Step<value_type> complete(Result<UserRecord> user) {
    if (!user) return finished<value_type>(user.error());
    return forward(walk_->completing.emplace(std::move(*user)).start());
  }
  [[nodiscard]] Step<value_type> forward(Step<UserRecord> step) {
    if (!step.finished()) return as_optional(std::move(step));
    walk_->completing.reset();
    return as_optional(std::move(step));
  }

  std::shared_ptr<Walk> walk_;
};

}  // namespace wandb::detail
