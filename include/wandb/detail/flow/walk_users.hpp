// Walks through the users that a query finds.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/key_wish.hpp>
#include <wandb/detail/user/cursor_guard.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// A walk through the users that a query finds, page by page. Shared by a range and its iterators; one step at a time.
struct Walk {
  const graphql::UserQueries* queries = nullptr;
  std::string query;  // empty: everybody
  int size = 0;
  std::string cursor;  // where the page that follows begins
  CursorGuard guard;
  KeyWish keys{true};
  UserPage page;
  std::size_t next = 0;
  bool more = true;
  std::optional<Error> fault;  // of what was asked for: the walk is that error alone
  std::optional<Error> gap;    // why a page lacked users, perhaps: the walk ends with it
  std::optional<CompleteKeys> completing;

  /// The next user of the page, of which one is left. Where keys were refused, the user says so.
  [[nodiscard]] Result<UserRecord> take() {
    auto user = page.at(next++, *queries);
    if (user) keys.tell(*user);
    return user;
  }
};

/// The next user of a walk; nothing at its end.
class NextUser {
 public:
  using value_type = std::optional<UserRecord>;
  explicit NextUser(std::shared_ptr<Walk> walk) : walk_(std::move(walk)) {}

  [[nodiscard]] Step<value_type> start() {
    auto& walk = *walk_;
    walk.completing.reset();  // what an earlier step left that never came to its end
    if (const auto fault = std::exchange(walk.fault, std::nullopt)) return stop(*fault);
    if (walk.next != walk.page.size()) return emit(walk.take());
    if (const auto broken = walk.page.broken_end()) return stop(*broken);
    if (walk.more) return ask_users(*walk.queries, walk.keys.stands(), walk.query, {}, walk.size, walk.cursor);
    if (const auto gap = std::exchange(walk.gap, std::nullopt)) return stop(*gap);
    return finished<value_type>(std::optional<UserRecord>{});
  }

  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    auto& walk = *walk_;
    if (walk.completing) return follow(walk.completing->resume(std::move(answer)));
    if (walk.keys.gives_way(answer)) return start();
    if (!answer) return stop(answer.error());
    auto page = UserPage::read(std::move(*answer), walk.guard);
    if (walk.keys.gives_way(page)) return start();
    if (!page) return stop(page.error());
    walk.page = std::move(*page);
    walk.next = 0;
    walk.more = walk.page.more();
    if (walk.more) walk.cursor = walk.page.cursor();
    if (!walk.gap) walk.gap = walk.page.gap();
    return start();
  }

 private:
  // A failed page ends the walk; a failed user is one element of it.
  [[nodiscard]] Step<value_type> stop(Error error) {
    walk_->page = {};
    walk_->next = 0;
    walk_->more = false;
    walk_->gap.reset();
    return finished<value_type>(std::move(error));
  }
  [[nodiscard]] Step<value_type> emit(Result<UserRecord> user) {
    if (!user) return finished<value_type>(user.error());
    return follow(walk_->completing.emplace(std::move(*user)).start());
  }
  [[nodiscard]] Step<value_type> follow(Step<UserRecord> step) {
    if (!step.finished()) return perhaps(std::move(step));
    walk_->completing.reset();
    return perhaps(std::move(step));
  }

  std::shared_ptr<Walk> walk_;
};

}  // namespace wandb::detail
