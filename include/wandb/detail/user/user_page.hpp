// One page of the users that a query finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/answer/user_errors.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/user/paging.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/detail/user/user_store.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// One page of `users`.
class UserPage {
 public:
  UserPage() = default;

  /// `guard` has followed the cursors that led here.
  [[nodiscard]] static Result<UserPage> read(GraphqlAnswer answer, CursorGuard& guard) {
    const auto users = answer.root.object("users");
    if (!users || users->state("edges") != SlotState::rows)
      return missing(answer, "users", users ? "users.edges" : "users");
    UserPage page;
    page.status_ = answer.status;
    page.edges_ = users->list("edges");
    page.read_info(answer, *users, guard);
    // Which user of the page an error's path leads to; none where it leads elsewhere.
    const auto user_of = [size = page.edges_.size()](const GraphqlError& error) -> std::optional<std::uint32_t> {
      const auto edge = error.path[2].index;
      const bool of_user = error.path[1].key == "edges" && edge && *edge < size;
      return of_user ? std::optional(static_cast<std::uint32_t>(*edge)) : std::nullopt;
    };
    page.store_ = std::make_shared<UserStore>(
        UserAnswer{answer.page, UserErrors("users", answer.status, std::move(answer.errors), 4, user_of)});
    return page;
  }

  [[nodiscard]] std::size_t size() const noexcept { return edges_.size(); }
  [[nodiscard]] bool more() const noexcept { return more_; }
  [[nodiscard]] std::string cursor() const { return std::string(cursor_); }
  /// The user at `index`; `queries` read them anew.
  [[nodiscard]] Result<UserRecord> at(std::size_t index, const graphql::UserQueries& queries) const {
    const auto user = static_cast<std::uint32_t>(index);
    if (const auto node = edges_[index].object("node")) return UserRecord{store_, *node, user, false, &queries};
    if (auto why = store_->first().errors.first(user)) return std::move(*why);
    return malformed("users.edges[" + std::to_string(index) + "].node", "it is null, and no error says why", status_);
  }
  /// Why nobody knows what follows this page.
  [[nodiscard]] const std::optional<Error>& broken_end() const noexcept { return broken_end_; }
  /// Why the page may lack users that should be on it.
  [[nodiscard]] std::optional<Error> gap() const { return store_->first().errors.first_of_page(); }

 private:
  void read_info(const GraphqlAnswer& answer, const ObjectView& users, CursorGuard& guard) {
    if (lacks_page_info(users)) broken_end_ = missing(answer, "users", "users.pageInfo");
    const auto next = next_page(users);
    cursor_ = next.value_or(std::string_view{});
    more_ = next && guard.leads_on(cursor_);
    if (!next || more_) return;
    broken_end_ = malformed("users.pageInfo.endCursor", "there are more pages and no way to the next", status_);
  }

  int status_ = 0;
  std::shared_ptr<UserStore> store_;
  ListView edges_;
  std::string_view cursor_;
  bool more_ = false;
  std::optional<Error> broken_end_;
};

/// Asks for one page of users, with their keys or without: those that match `query`, or the one with that id.
[[nodiscard]] inline GraphqlRequest ask_users(const graphql::UserQueries& queries, bool keys, std::string_view query,
                                              std::string_view id, int size, std::string_view after) {
  GraphqlRequest request(*queries.search, keys);
  if (!query.empty()) request.add("query", query);
  if (!id.empty()) request.add_list("ids", id);
  if (size > 0) request.add("first", size);
  if (!after.empty()) request.add("after", after);
  return request;
}

}  // namespace wandb::detail
