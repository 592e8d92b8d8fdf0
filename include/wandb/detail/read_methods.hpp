// What the reading methods of `Api`, `User` and `Users` ask and make of the answers. No I/O.
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
#include <wandb/detail/ascii.hpp>
#include <wandb/detail/cursor_guard.hpp>
#include <wandb/detail/records.hpp>
#include <wandb/detail/step.hpp>
#include <wandb/detail/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/graphql/request_body.hpp>

namespace wandb::detail {

/// Reads the further pages of a user's keys, so that they are complete.
class CompleteKeys {
 public:
  using value_type = UserRecord;
  explicit CompleteKeys(UserRecord record) : record_(std::move(record)) {}

  [[nodiscard]] Step<UserRecord> start() { return follow(record_.find_key("apiKeys").object, true); }

  [[nodiscard]] Step<UserRecord> resume(Answer answer) {
    // Keys of which a part was refused would look complete.
    if (!answer) return is_refusal(answer.error()) ? refused(answer.error()) : finished<UserRecord>(answer.error());
    if (!answer->errors.empty()) return refused(to_error(root(), answer->errors.front()));
    const auto user = answer->root.object(root());
    if (!user || !is_about(record_, *user)) {
      return finished<UserRecord>(malformed(std::string(root()), "it is not the user whose keys are being read"));
    }
    const auto connection = user->object("apiKeys");
    if (!connection || connection->state("edges") != SlotState::rows) {
      return finished<UserRecord>(malformed(path("edges"), "it is missing"));
    }
    const Nodes more(answer->page, *user, "apiKeys");
    for (std::size_t i = 0; i != more.size(); ++i) record_.add_key(KeyAccess::make(answer->page, more[i], false));
    return follow(*user, false);
  }

 private:
  [[nodiscard]] std::string_view root() const noexcept { return record_.is_caller ? "viewer" : "user"; }
  [[nodiscard]] std::string path(std::string_view below) const {
    return std::string(root()).append(".apiKeys.").append(below);
  }
  // Whether the server understood the question and would not answer it.
  [[nodiscard]] static bool is_refusal(const Error& error) noexcept {
    return error.status() >= 200 && error.status() < 300 && !error.messages().empty();
  }
  // The user is there, without the keys (decision 9).
  [[nodiscard]] Step<UserRecord> refused(Error error) {
    record_.refuse_keys(std::move(error));
    return finished<UserRecord>(record_);
  }

  // On from a page of keys. Of the first one, the user's own errors may tell what is wrong.
  [[nodiscard]] Step<UserRecord> follow(const ObjectView& user, bool first) {
    const auto keys = user.object("apiKeys");
    if (!keys) return finished<UserRecord>(record_);
    if (tells_no_end(*keys)) {
      if (first && record_.keys_error()) return finished<UserRecord>(record_);
      return refused(malformed(path("pageInfo"), "it is missing or incomplete"));
    }
    const auto info = keys->object("pageInfo");
    if (!info || !*info->boolean("hasNextPage")) return finished<UserRecord>(record_);
    const auto after = info->string("endCursor").value_or(std::string_view{});
    if (guard_.leads_on(after)) return ask_keys(record_, after);
    return finished<UserRecord>(malformed(path("pageInfo.endCursor"), "there are more pages and no way to the next"));
  }

  UserRecord record_;
  CursorGuard guard_;
};

/// A step towards a user as a step towards perhaps a user.
[[nodiscard]] inline Step<std::optional<UserRecord>> perhaps(Step<UserRecord> step) {
  using Found = std::optional<UserRecord>;
  if (!step.finished()) return std::move(step.ask());
  auto& result = step.result();
  return finished<Found>(result ? Result<Found>(std::move(*result)) : Result<Found>(result.error()));
}

/// The current user, or a user by id: one record with all its keys; nothing where there is none.
class FetchUser {
 public:
  using value_type = std::optional<UserRecord>;
  /// An empty id means whoever the caller is.
  FetchUser(std::string id, const graphql::UserQueries& queries) : id_(std::move(id)), queries_(&queries) {}

  [[nodiscard]] Step<value_type> start() {
    graphql::RequestBody body(operation());
    if (!id_.empty()) body.add("id", id_);
    return Ask{&operation(), body.take(), nullptr};
  }

  [[nodiscard]] Step<value_type> resume(Answer answer) {
    if (completing_) return perhaps(completing_->resume(std::move(answer)));
    if (!answer) return finished<value_type>(answer.error());
    auto record = record_at(*answer, operation().field, id_.empty(), {}, *queries_);
    if (!record && id_.empty()) {
      return finished<value_type>(Error(make_error_code(errc::unauthorized),
                                        "the server knows nobody by these credentials; check the API key",
                                        Delivery::answered));
    }
    if (!record) return finished<value_type>(std::optional<UserRecord>{});
    return perhaps(completing_.emplace(std::move(*record)).start());
  }

 private:
  [[nodiscard]] const graphql::Operation& operation() const noexcept {
    return id_.empty() ? *queries_->viewer : *queries_->by_id;
  }

  std::string id_;
  const graphql::UserQueries* queries_;
  std::optional<CompleteKeys> completing_;
};

/// A walk through the users that a query finds, page by page. Shared by a range and its iterators; one step at a time.
struct Walk {
  const graphql::UserQueries* queries = &graphql::plain_user_queries;
  std::string query;  // empty: everybody
  int size = 0;
  std::string cursor;  // where the page that follows begins
  CursorGuard guard;
  UserPage page;
  std::size_t next = 0;
  bool more = true;
  std::optional<CompleteKeys> completing;
};

/// The next user of a walk; nothing at its end.
class NextUser {
 public:
  using value_type = std::optional<UserRecord>;
  explicit NextUser(std::shared_ptr<Walk> walk) : walk_(std::move(walk)) {}

  [[nodiscard]] Step<value_type> start() {
    auto& walk = *walk_;
    walk.completing.reset();  // what an earlier step left that never came to its end
    if (walk.next != walk.page.size()) return emit(walk.page.at(walk.next++, *walk.queries));
    if (const auto broken = walk.page.broken_end()) return stop(*broken);
    if (!walk.more) return finished<value_type>(std::optional<UserRecord>{});
    return ask_users(*walk.queries, walk.query, {}, walk.size, walk.cursor);
  }

  [[nodiscard]] Step<value_type> resume(Answer answer) {
    auto& walk = *walk_;
    if (walk.completing) return follow(walk.completing->resume(std::move(answer)));
    if (!answer) return stop(answer.error());
    auto page = UserPage::read(*answer, walk.guard);
    if (!page) return stop(page.error());
    walk.page = std::move(*page);
    walk.next = 0;
    walk.more = walk.page.more();
    if (walk.more) walk.cursor = walk.page.cursor();
    return start();
  }

 private:
  // A failed page ends the walk; a failed user is one element of it.
  [[nodiscard]] Step<value_type> stop(Error error) {
    walk_->page = {};
    walk_->next = 0;
    walk_->more = false;
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

/// The user of exactly that username, e-mail or id; nothing where there is none. The service matches prefixes and
/// suffixes, so every page is looked through. An e-mail whose case a server might mind is asked for in lower case as
/// well, and what can be an id, which the service's search does not match, as an id.
class FindUser {
 public:
  using value_type = std::optional<UserRecord>;
  FindUser(std::string name, const graphql::UserQueries& queries)
      : queries_(&queries), name_(std::move(name)), query_(name_) {}

  [[nodiscard]] Step<value_type> start() { return ask_users(*queries_, query_, {}, 0, cursor_); }

  [[nodiscard]] Step<value_type> resume(Answer answer) {
    if (completing_) return perhaps(completing_->resume(std::move(answer)));
    if (!answer) {
      const bool no_such_id =
          by_id_ && (answer.error() == condition::rejected || answer.error() == condition::not_found);
      return no_such_id ? none() : finished<value_type>(answer.error());
    }
    const auto page = UserPage::read(*answer, guard_);
    if (!page) return finished<value_type>(page.error());
    for (std::size_t i = 0; i != page->size(); ++i) {
      auto user = page->at(i, *queries_);
      if (user && is_exactly(*user)) return perhaps(completing_.emplace(std::move(*user)).start());
      if (!user && !unread_) unread_ = user.error();
    }
    if (page->more() && !by_id_) return ask_users(*queries_, query_, {}, 0, cursor_ = page->cursor());
    // The one that is looked for may be the one that could not be read.
    if (!unread_) unread_ = page->broken_end();
    if (unread_) return finished<value_type>(std::move(*unread_));
    return ask_otherwise();
  }

 private:
  static Step<value_type> none() { return finished<value_type>(std::optional<UserRecord>{}); }
  [[nodiscard]] bool is_exactly(const UserRecord& user) const {
    return name_ == user.text("username") || equal_ignoring_case(name_, user.text("email")) || name_ == user.text("id");
  }
  [[nodiscard]] Step<value_type> ask_otherwise() {
    cursor_.clear();
    guard_ = {};
    if (name_.find('@') != name_.npos) {
      std::string lower = name_;
      for (char& c : lower) c = to_lower(c);
      if (lower == query_) return none();
      query_ = std::move(lower);
      return start();
    }
    if (std::exchange(by_id_, true)) return none();
    return ask_users(*queries_, {}, name_, 0, {});
  }

  const graphql::UserQueries* queries_;
  std::string name_;
  std::string query_;
  std::string cursor_;
  CursorGuard guard_;
  std::optional<Error> unread_;
  bool by_id_ = false;
  std::optional<CompleteKeys> completing_;
};

}  // namespace wandb::detail
