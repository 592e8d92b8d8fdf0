// A walk through the users that a query finds, and what reads its next user.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/optional_keys.hpp>
#include <wandb/detail/user/paging.hpp>
#include <wandb/detail/user/user_page.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/graphql/user_queries.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// A walk through the users that a query finds, page by page. A range and its iterators share it; not thread-safe.
struct Walk {
  const graphql::UserQueries* queries = nullptr;
  std::string query;  // empty: all users
  std::string team;   // only its members; empty: all users
  int size = 0;
  std::string cursor;  // of the next page
  CursorGuard guard;
  OptionalKeys keys{true};
  UserPage page;
  std::size_t next = 0;
  bool has_more = true;
  std::optional<Error> fault;     // the options are invalid: the walk has only this error
  std::optional<Error> omission;  // a page may lack users: the walk ends with this error
  std::optional<CompleteKeys> completing;

  /// Whether the page has another user for the walk. Goes to that user: users outside the team are left out.
  [[nodiscard]] bool has_next() {
    while (next != page.size() && !team.empty() && page.membership(next, team) == Membership::other) ++next;
    return next != page.size();
  }
  /// Takes the next user, after `has_next()`. If the keys were refused, the user has that error.
  [[nodiscard]] Result<UserRecord> take_next() {
    const auto index = next++;
    auto user = page.at(index, *queries);
    if (!user) return user;
    if (!team.empty() && page.membership(index, team) == Membership::unknown)
      return page.unknown_membership(index, *user);
    keys.report_refusal(*user);
    return user;
  }
};

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
