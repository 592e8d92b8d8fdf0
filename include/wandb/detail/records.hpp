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

#include <wandb/detail/answer.hpp>
#include <wandb/detail/classify.hpp>
#include <wandb/detail/cursor_guard.hpp>
#include <wandb/detail/step.hpp>
#include <wandb/detail/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/graphql/request_body.hpp>

namespace wandb::detail {

[[nodiscard]] inline Error to_error(std::string_view operation, const GraphqlError& error) {
  return Error(make_error_code(classify(error)), Error::Details{.reason = {},
                                                                .operation = operation,
                                                                .messages = to_messages({error}),
                                                                .status = 200,
                                                                .attempts = 1,
                                                                .delivery = Delivery::answered});
}

/// An error with what is known of a mutation that was answered with something unusable.
[[nodiscard]] inline Error malformed_mutation(const graphql::Operation& operation, const std::string& path,
                                              std::string_view reason) {
  auto error = malformed(path, reason);
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
[[nodiscard]] inline Error missing(const Reply& reply, std::string_view operation, const std::string& place) {
  for (const auto& error : reply.errors) {
    if (error.path_text().starts_with(place)) return to_error(operation, error);
  }
  return malformed(place, "it is null, and no error says why");
}

/// Which user of a page an error's path leads to; none where it leads elsewhere.
[[nodiscard]] inline std::optional<std::size_t> user_on_path(const GraphqlError& error) noexcept {
  return error.path.size() >= 3 && error.path[1].key == "edges" ? error.path[2].index : std::nullopt;
}

/// The error of a user, whose own path is `depth` elements long, at one of the user's fields or at the user as a whole.
[[nodiscard]] inline FieldError field_error(std::string_view operation, const GraphqlError& error, std::size_t user,
                                            std::size_t depth) {
  return {static_cast<std::uint32_t>(user), error.path.size() > depth ? error.path[depth].key : std::string{}, false,
          to_error(operation, error)};
}

/// Marks the errors whose field is itself null: that null is no value.
inline void mark_whole(std::vector<FieldError>& errors, std::uint32_t user, const ObjectView& object) {
  for (auto& error : errors) {
    if (error.user == user) error.whole = object.state(error.field) == SlotState::null;
  }
}

/// One user at the root of an answer, or one level below it; nothing where that is null.
[[nodiscard]] inline std::optional<UserStore::Changes::Overlay> overlay_at(const Reply& reply, std::string_view root,
                                                                           std::string_view below = {}) {
  auto object = reply.root.object(root);
  if (object && !below.empty()) object = object->object(below);
  if (!object) return std::nullopt;
  UserStore::Changes::Overlay overlay{reply.page, *object, below.empty(), {}, {}};
  for (const auto& error : reply.errors) {
    if (!error.path.empty()) overlay.errors.push_back(field_error(root, error, 0, below.empty() ? 1 : 2));
  }
  mark_whole(overlay.errors, 0, *object);
  return overlay;
}

[[nodiscard]] inline std::optional<UserRecord> record_at(
    const Reply& reply, std::string_view root, bool is_caller, std::string_view below = {},
    const graphql::UserQueries& queries = graphql::plain_user_queries) {
  auto overlay = overlay_at(reply, root, below);
  if (!overlay) return std::nullopt;
  auto store = std::make_shared<UserStore>(reply.page);
  store->field_errors = std::move(overlay->errors);
  for (const auto& error : reply.errors) {
    if (error.path.empty()) store->page_errors.push_back(to_error(root, error));
  }
  return UserRecord{std::move(store), overlay->object, 0, is_caller, &queries};
}

/// Whether what follows a connection's page should be told and is not. A server that leaves `pageInfo` out knows no
/// pages.
[[nodiscard]] inline bool tells_no_end(const ObjectView& connection) noexcept {
  const auto info = connection.object("pageInfo");
  return connection.state("pageInfo") == SlotState::null || (info && !info->boolean("hasNextPage"));
}

/// One page of `users`.
class UserPage {
 public:
  UserPage() = default;

  /// `guard` has followed the cursors that led here.
  [[nodiscard]] static Result<UserPage> read(const Reply& reply, CursorGuard& guard) {
    const auto users = reply.root.object("users");
    if (!users || users->state("edges") != SlotState::rows)
      return missing(reply, "users", users ? "users.edges" : "users");
    UserPage page;
    page.reply_ = reply;
    page.edges_ = users->list("edges");
    page.read_info(*users, guard);
    page.store_ = std::make_shared<UserStore>(reply.page);
    for (const auto& error : reply.errors) {
      const auto user = user_on_path(error);
      if (user && *user < page.edges_.size())
        page.store_->field_errors.push_back(field_error("users", error, *user, 4));
      else page.store_->page_errors.push_back(to_error("users", error));
    }
    for (const auto& error : page.store_->field_errors) {
      if (const auto node = page.edges_[error.user].object("node"))
        mark_whole(page.store_->field_errors, error.user, *node);
    }
    return page;
  }

  [[nodiscard]] std::size_t size() const noexcept { return edges_.size(); }
  [[nodiscard]] bool more() const noexcept { return more_; }
  [[nodiscard]] std::string cursor() const { return std::string(cursor_); }
  /// The user at `index`; `queries` read them anew.
  [[nodiscard]] Result<UserRecord> at(std::size_t index, const graphql::UserQueries& queries) const {
    const auto node = edges_[index].object("node");
    if (node) return UserRecord{store_, *node, static_cast<std::uint32_t>(index), false, &queries};
    for (const auto& error : reply_.errors) {
      if (user_on_path(error) == index) return to_error("users", error);
    }
    return malformed("users.edges[" + std::to_string(index) + "].node", "it is null, and no error says why");
  }
  /// Why nobody knows what follows this page.
  [[nodiscard]] const std::optional<Error>& broken_end() const noexcept { return broken_end_; }

 private:
  void read_info(const ObjectView& users, CursorGuard& guard) {
    const auto info = users.object("pageInfo");
    if (tells_no_end(users)) broken_end_ = missing(reply_, "users", "users.pageInfo");
    more_ = info && info->boolean("hasNextPage").value_or(false);
    if (!more_) return;
    cursor_ = info->string("endCursor").value_or(std::string_view{});
    if (guard.leads_on(cursor_)) return;
    more_ = false;
    broken_end_ = malformed("users.pageInfo.endCursor", "there are more pages and no way to the next");
  }

  Reply reply_;
  std::shared_ptr<UserStore> store_;
  ListView edges_;
  std::string_view cursor_;
  bool more_ = false;
  std::optional<Error> broken_end_;
};

/// Asks for one page of users: those that match `query`, or the one with that id.
[[nodiscard]] inline Ask ask_users(const graphql::UserQueries& queries, std::string_view query, std::string_view id,
                                   int size, std::string_view after) {
  graphql::RequestBody body(*queries.search);
  if (!query.empty()) body.add("query", query);
  if (!id.empty()) body.add_list("ids", id);
  if (size > 0) body.add("first", size);
  if (!after.empty()) body.add("after", after);
  return Ask{queries.search, body.take(), nullptr};
}

/// Asks for one page of a user's keys.
[[nodiscard]] inline Ask ask_keys(const UserRecord& user, std::string_view after) {
  const auto& operation = user.is_caller ? graphql::viewer_api_keys : graphql::user_api_keys;
  graphql::RequestBody body(operation);
  if (!user.is_caller) body.add("id", user.text("id"));
  if (!after.empty()) body.add("after", after);
  return Ask{&operation, body.take(), nullptr};
}

/// Whether an answer about a user is not about somebody else.
[[nodiscard]] inline bool is_about(const UserRecord& user, const ObjectView& object) noexcept {
  const auto id = object.string("id");
  return !id || user.text("id").empty() || *id == user.text("id");
}

/// Whether a secret belongs to the person that it is meant to act as.
[[nodiscard]] inline Result<void> prove(const Identity& identity, const Answer& answer) {
  if (!answer) return answer.error();
  const auto failed = [&](errc code, std::string_view reason) {
    identity.refuse(code == errc::credentials_of_another_user);
    return Error(make_error_code(code), Error::Details{.reason = std::string(reason),
                                                       .operation = "viewer",
                                                       .messages = {},
                                                       .status = 200,
                                                       .delivery = Delivery::answered});
  };
  const auto viewer = answer->root.object("viewer");
  if (!viewer) {
    return failed(errc::unauthorized, "the server does not know the user's secret; it may have been deleted");
  }
  const auto text = [&](std::string_view key) { return viewer->string(key).value_or(std::string_view{}); };
  if (!identity.owner().is(text("id"), text("username"), text("email"))) {
    return failed(errc::credentials_of_another_user, {});
  }
  identity.prove();
  return success();
}

}  // namespace wandb::detail
