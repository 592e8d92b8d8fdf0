// A walk through the users that a query finds.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/key_wish.hpp>
#include <wandb/detail/user/paging.hpp>
#include <wandb/detail/user/user_page.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/user_queries.hpp>
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
  std::optional<Error> fault;     // of what was asked for: the walk is that error alone
  std::optional<Error> omission;  // why a page lacked users, perhaps: the walk ends with it
  std::optional<CompleteKeys> completing;

  /// The next user of the page, of which one is left. Where keys were refused, the user says so.
  [[nodiscard]] Result<UserRecord> take() {
    auto user = page.at(next++, *queries);
    if (user) keys.tell(*user);
    return user;
  }
};

}  // namespace wandb::detail
