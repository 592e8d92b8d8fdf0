// From an answer to the users in it: where they are, and which of the answer's errors are theirs (decision 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/answer/user_errors.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/user/cursor_guard.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/detail/user/user_store.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// An error with what is known of a mutation that was answered with something unusable.
[[nodiscard]] inline Error malformed_mutation(const Operation& operation, const std::string& path,
                                              std::string_view reason, int status) {
  auto error = malformed(path, reason, status);
  auto details = error.details();
  details.operation = operation.field;
  details.attempts = 1;
  details.outcome = Outcome::unknown;
  return Error(error.code(), std::move(details));
}

/// The path, from a user on, of the first field that was asked for, may not be null, and did not come.
[[nodiscard]] inline std::optional<std::string> first_missing(const ObjectView& object) {
  for (const auto& field : object.fields()) {
    const std::string key(field.key);
    if (object.state(field.key) == SlotState::unloaded && !field.nullable) return key;
    if (const auto inner = object.object(field)) {
      if (const auto missing = first_missing(*inner)) return key + '.' + *missing;
    }
    const auto list = object.list(field);
    for (std::size_t i = 0; i != list.size(); ++i) {
      if (const auto missing = first_missing(list[i])) return key + '[' + std::to_string(i) + "]." + *missing;
    }
  }
  return std::nullopt;
}

/// The error that stands where something should: the one whose path leads to `place` or beyond, else that nothing says
/// why.
[[nodiscard]] inline Error missing(const GraphqlAnswer& reply, std::string_view operation, const std::string& place) {
  for (const auto& error : reply.errors) {
    if (error.path.text().starts_with(place)) return to_error(operation, error, reply.status);
  }
  return malformed(place, "it is null, and no error says why", reply.status);
}

/// One user at the root of an answer, or one level below it; nothing where that is null.
[[nodiscard]] inline std::optional<ObjectView> user_at(const GraphqlAnswer& reply, std::string_view root,
                                                       std::string_view below) noexcept {
  const auto object = reply.root.object(root);
  return object && !below.empty() ? object->object(below) : object;
}

/// An answer about that user alone.
[[nodiscard]] inline UserAnswer answer_about(const GraphqlAnswer& reply, std::string_view root,
                                             std::string_view below) {
  const auto user_of = [](const GraphqlError& error) {
    return error.path.empty() ? std::nullopt : std::optional(std::uint32_t{0});
  };
  return {reply.page, UserErrors(root, reply.status, reply.errors, below.empty() ? 1 : 2, user_of)};
}

[[nodiscard]] inline std::optional<Reading> reading_at(const GraphqlAnswer& reply, std::string_view root,
                                                       std::string_view below = {}) {
  const auto object = user_at(reply, root, below);
  if (!object) return std::nullopt;
  return Reading{std::make_shared<const UserAnswer>(answer_about(reply, root, below)), *object, 0};
}

[[nodiscard]] inline std::optional<UserRecord> record_at(
    const GraphqlAnswer& reply, std::string_view root, bool is_caller, std::string_view below = {},
    const graphql::UserQueries& queries = graphql::plain_user_queries) {
  const auto object = user_at(reply, root, below);
  if (!object) return std::nullopt;
  return UserRecord{std::make_shared<UserStore>(answer_about(reply, root, below)), *object, 0, is_caller, &queries};
}

/// Whether what follows a connection's page should be told and is not. A server that leaves `pageInfo` out knows no
/// pages.
[[nodiscard]] inline bool tells_no_end(const ObjectView& connection) noexcept {
  const auto info = connection.object("pageInfo");
  return connection.state("pageInfo") == SlotState::null || (info && !info->boolean("hasNextPage"));
}

/// The cursor of the page that follows a connection's, empty where the server gives none; nothing where it says that
/// there is no further page.
[[nodiscard]] inline std::optional<std::string_view> next_page(const ObjectView& connection) noexcept {
  const auto info = connection.object("pageInfo");
  if (!info || !info->boolean("hasNextPage").value_or(false)) return std::nullopt;
  return info->string("endCursor").value_or(std::string_view{});
}

/// One page of `users`.
class UserPage {
 public:
  UserPage() = default;

  /// `guard` has followed the cursors that led here.
  [[nodiscard]] static Result<UserPage> read(GraphqlAnswer reply, CursorGuard& guard) {
    const auto users = reply.root.object("users");
    if (!users || users->state("edges") != SlotState::rows)
      return missing(reply, "users", users ? "users.edges" : "users");
    UserPage page;
    page.status_ = reply.status;
    page.edges_ = users->list("edges");
    page.read_info(reply, *users, guard);
    // Which user of the page an error's path leads to; none where it leads elsewhere.
    const auto user_of = [size = page.edges_.size()](const GraphqlError& error) -> std::optional<std::uint32_t> {
      const auto edge = error.path[2].index;
      const bool of_user = error.path[1].key == "edges" && edge && *edge < size;
      return of_user ? std::optional(static_cast<std::uint32_t>(*edge)) : std::nullopt;
    };
    page.store_ = std::make_shared<UserStore>(
        UserAnswer{reply.page, UserErrors("users", reply.status, std::move(reply.errors), 4, user_of)});
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
  void read_info(const GraphqlAnswer& reply, const ObjectView& users, CursorGuard& guard) {
    if (tells_no_end(users)) broken_end_ = missing(reply, "users", "users.pageInfo");
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

/// That user, for an operation that is about them.
[[nodiscard]] inline Subject subject_of(const UserRecord& user) {
  return {
      user.store, user.object, user.index, [](const Subject& about) {
        return UserRecord{std::static_pointer_cast<UserStore>(about.store), about.object, about.index}.credentials();
      }};
}

/// Asks for one page of a user's keys.
[[nodiscard]] inline GraphqlRequest ask_keys(const UserRecord& user, std::string_view after) {
  GraphqlRequest request(user.is_caller ? graphql::viewer_api_keys : graphql::user_api_keys);
  if (!user.is_caller) request.add("id", user.text("id"));
  if (!after.empty()) request.add("after", after);
  return std::move(request.about(subject_of(user)));
}

/// Whether an answer about a user is not about somebody else.
[[nodiscard]] inline bool is_about(const UserRecord& user, const ObjectView& object) {
  const auto id = object.string("id");
  const auto known = user.text("id");
  return !id || known.empty() || known == *id;
}

}  // namespace wandb::detail
