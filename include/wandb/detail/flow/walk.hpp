// The state of a walk through the users that a query finds.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/optional_keys.hpp>
#include <wandb/detail/user/paging.hpp>
#include <wandb/detail/user/user_page.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/user_queries.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

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

}  // namespace wandb::detail
