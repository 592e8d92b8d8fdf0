// Asks for a page of users and reads it.
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

namespace wandb::inline WANDB_ABI::detail {

/// Whether a user belongs to a team. It is unknown if the answer does not show all of the user's teams.
enum class Membership : std::uint8_t { member, other, unknown };

/// One page of `users`.
class UserPage {
 public:
  UserPage() = default;

  /// Reads the answer to `users_request`. `guard` has seen the cursors of the pages before.
  [[nodiscard]] static Result<UserPage> read(GraphqlAnswer answer, CursorGuard& guard) {
    const auto users = answer.root.object("users");
    if (!users || users->state("edges") != SlotState::rows)
      return missing_error(answer, "users", users ? "users.edges" : "users");
    UserPage page;
    page.status_ = answer.status;
    page.edges_ = users->list("edges");
    page.read_info(answer, *users, guard);
    // An error below `users.edges[i]` belongs to the user `i`.
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
  [[nodiscard]] bool has_more() const noexcept { return has_more_; }
  [[nodiscard]] std::string cursor() const { return std::string(cursor_); }
  /// The user at `index`, or the server's error in their place. `queries` are what a reload sends.
  [[nodiscard]] Result<UserRecord> at(std::size_t index, const graphql::UserQueries& queries) const {
    const auto user = static_cast<std::uint32_t>(index);
    if (const auto node = edges_[index].object("node")) return UserRecord{store_, *node, user, false, &queries};
    if (auto why = store_->answer().errors.first(user)) return std::move(*why);
    return malformed("users.edges[" + std::to_string(index) + "].node", "it is null, and no error says why", status_);
  }
  /// Whether the user at `index` belongs to the team of that name.
  [[nodiscard]] Membership membership(std::size_t index, std::string_view team) const noexcept {
    const auto node = edges_[index].object("node");
    if (!node) return Membership::unknown;
    const auto teams = node->object("teams");
    if (!teams || teams->state("edges") != SlotState::rows) return Membership::unknown;
    const auto edges = teams->list("edges");
    bool complete = !store_->answer().errors.has(static_cast<std::uint32_t>(index), "teams");
    for (std::size_t i = 0; i != edges.size(); ++i) {
      const auto entity = edges[i].object("node");
      if (entity && entity->string("name") == team) return Membership::member;
      complete = complete && entity;
    }
    return complete ? Membership::other : Membership::unknown;
  }
  /// The error for the user at `index`, whose membership is unknown.
  [[nodiscard]] Error unknown_membership(std::size_t index, const UserRecord& user) const {
    const auto why = store_->answer().errors.first(static_cast<std::uint32_t>(index), "teams");
    const auto error = why ? *why
                           : malformed("users.edges[" + std::to_string(index) + "].node.teams",
                                       "it is null or has a null, and no error says why", status_);
    auto details = error.details();
    details.reason = "it is unknown whether " + user.shown() + " belongs to the team" +
                     (details.reason.empty() ? "" : "; ") + details.reason;
    return Error(error.code(), std::move(details));
  }
  /// Why the next page cannot be read, or why it is unknown whether there is one.
  [[nodiscard]] const std::optional<Error>& next_page_error() const noexcept { return next_page_error_; }
  /// An error that may have made the server leave users out of this page.
  [[nodiscard]] std::optional<Error> omission() const { return store_->answer().errors.first_of_page(); }

 private:
  void read_info(const GraphqlAnswer& answer, const ObjectView& users, CursorGuard& guard) {
    if (lacks_page_info(users)) next_page_error_ = missing_error(answer, "users", "users.pageInfo");
    const auto next = next_page(users);
    cursor_ = next.value_or(std::string_view{});
    has_more_ = next && guard.advances(cursor_);
    if (!next || has_more_) return;
    next_page_error_ = malformed("users.pageInfo.endCursor", "there are more pages and no way to the next", status_);
  }

  int status_ = 0;
  std::shared_ptr<UserStore> store_;
  ListView edges_;
  std::string_view cursor_;
  bool has_more_ = false;
  std::optional<Error> next_page_error_;
};

/// Makes the request for a page of users: those that match `query`, or the one whose id is `id`. `keys` asks for their
/// keys too, `size` limits the page if it is positive, `after` is the cursor of the page.
[[nodiscard]] inline GraphqlRequest users_request(const graphql::UserQueries& queries, bool keys,
                                                  std::string_view query, std::string_view id, int size,
                                                  std::string_view after) {
  GraphqlRequest request(*queries.search, keys);
  if (!query.empty()) request.add("query", query);
  if (!id.empty()) request.add_list("ids", id);
  if (size > 0) request.add("first", size);
  if (!after.empty()) request.add("after", after);
  return request;
}

}  // namespace wandb::detail
