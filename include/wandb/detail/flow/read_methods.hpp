// What the reading methods of `Api`, `User` and `Users` ask and make of the answers. No I/O.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/examiner.hpp>
#include <wandb/detail/call/step.hpp>
#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/namesakes.hpp>
#include <wandb/detail/user/cursor_guard.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/graphql/request_body.hpp>

namespace wandb::detail {

/// A step towards a user as a step towards perhaps a user.
[[nodiscard]] inline Step<std::optional<UserRecord>> perhaps(Step<UserRecord> step) {
  using Found = std::optional<UserRecord>;
  if (!step.finished()) return std::move(step.ask());
  auto& result = step.result();
  return finished<Found>(result ? Result<Found>(std::move(*result)) : Result<Found>(result.error()));
}

/// Whether keys are asked for, and why the server would not have it.
class KeyWish {
 public:
  explicit KeyWish(bool wanted) noexcept : wanted_(wanted) {}
  [[nodiscard]] bool stands() const noexcept { return wanted_ && !refused_; }
  /// Whether what was asked was refused on the keys' account, as far as that can be: then the same is asked without
  /// them.
  template <class T>
  [[nodiscard]] bool gives_way(const Result<T>& asked) {
    if (!stands() || asked || asked.error() != errc::client_refused) return false;
    refused_ = asked.error();
    return true;
  }
  /// Lets a user who was read without their keys say why.
  void tell(const UserRecord& user) const {
    if (refused_) user.refuse_keys(*refused_);
  }

 private:
  bool wanted_;
  std::optional<Error> refused_;
};

/// The current user, or a user by id: one record with all its keys, if those are wanted; nothing where there is none.
class FetchUser {
 public:
  using value_type = std::optional<UserRecord>;
  /// An empty id means whoever the caller is.
  FetchUser(std::string id, const graphql::UserQueries& queries, bool keys)
      : id_(std::move(id)), queries_(&queries), keys_(keys) {}

  [[nodiscard]] Step<value_type> start() {
    graphql::RequestBody body(operation(), keys_.stands());
    if (!id_.empty()) body.add("id", id_);
    return Ask{&operation(), body.take(), nullptr};
  }

  [[nodiscard]] Step<value_type> resume(Answer answer) {
    if (completing_) return perhaps(completing_->resume(std::move(answer)));
    if (keys_.gives_way(answer)) return start();
    if (!answer) return finished<value_type>(answer.error());
    auto record = record_at(*answer, operation().field, id_.empty(), {}, *queries_);
    if (!record && id_.empty()) {
      return finished<value_type>(Error(make_error_code(errc::unauthorized),
                                        "the server knows nobody by these credentials", Delivery::answered));
    }
    if (!record) return finished<value_type>(std::optional<UserRecord>{});
    keys_.tell(*record);
    return perhaps(completing_.emplace(std::move(*record)).start());
  }

 private:
  [[nodiscard]] const Operation& operation() const noexcept {
    return id_.empty() ? *queries_->viewer : *queries_->by_id;
  }

  std::string id_;
  const graphql::UserQueries* queries_;
  KeyWish keys_;
  std::optional<CompleteKeys> completing_;
};

/// A walk through the users that a query finds, page by page. Shared by a range and its iterators; one step at a time.
struct Walk {
  const graphql::UserQueries* queries = &graphql::plain_user_queries;
  std::string query;  // empty: everybody
  int size = 0;
  std::string cursor;  // where the page that follows begins
  CursorGuard guard;
  KeyWish keys{true};
  UserPage page;
  std::size_t next = 0;
  bool more = true;
  std::optional<Error> gap;  // why a page lacked users, perhaps: the walk ends with it
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
    if (walk.more) return ask_users(*walk.queries, walk.keys.stands(), walk.query, {}, walk.size, walk.cursor);
    if (const auto gap = std::exchange(walk.gap, std::nullopt)) return stop(*gap);
    return finished<value_type>(std::optional<UserRecord>{});
  }

  [[nodiscard]] Step<value_type> resume(Answer answer) {
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
    walk_->keys.tell(*user);
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
/// suffixes, so every page is looked through, and who of several is meant is for `Namesakes` to say. An e-mail whose
/// case a server might mind is asked for in lower case as well, and what can be an id, which the service's search does
/// not match, as an id.
class FindUser {
 public:
  using value_type = std::optional<UserRecord>;
  FindUser(std::string name, const graphql::UserQueries& queries, bool keys)
      : queries_(&queries), query_(name), namesakes_(std::move(name)), keys_(keys) {}

  [[nodiscard]] Step<value_type> start() {
    if (by_id_) return ask_users(*queries_, keys_.stands(), {}, namesakes_.name(), 0, {});
    return ask_users(*queries_, keys_.stands(), query_, {}, 0, cursor_);
  }

  [[nodiscard]] Step<value_type> resume(Answer answer) {
    if (completing_) return perhaps(completing_->resume(std::move(answer)));
    if (keys_.gives_way(answer)) return start();
    if (!answer) return is_no_id(answer.error()) ? decide() : finished<value_type>(answer.error());
    const auto page = UserPage::read(std::move(*answer), guard_);
    if (keys_.gives_way(page)) return start();
    if (!page) return finished<value_type>(page.error());
    for (std::size_t i = 0; i != page->size(); ++i) namesakes_.look_at(page->at(i, *queries_));
    if (auto gap = page->gap()) namesakes_.miss(std::move(*gap));
    if (page->broken_end()) namesakes_.miss(*page->broken_end());
    if (page->more() && !by_id_) {
      cursor_ = page->cursor();
      return start();
    }
    return ask_otherwise();
  }

 private:
  // Whether the server says of a name, by its status or by a code of its own, that it is nobody's id.
  [[nodiscard]] bool is_no_id(const Error& error) const {
    if (!by_id_ || error.from_words()) return false;
    const auto has_code = [](const ServerMessage& said) { return same_code(said.code, "BAD_USER_INPUT"); };
    return error == errc::not_found || std::any_of(error.messages().begin(), error.messages().end(), has_code);
  }

  [[nodiscard]] Step<value_type> ask_otherwise() {
    const auto& name = namesakes_.name();
    cursor_.clear();
    guard_ = {};
    if (namesakes_.has_gap()) return decide();
    if (name.find('@') != name.npos) {
      if (auto lower = in_lower_case(name); namesakes_.empty() && lower != query_) {
        query_ = std::move(lower);
        return start();
      }
      return decide();
    }
    // The search does not show whose id a username is; what looks like an id is asked for as one all the same.
    const bool may_be_id = namesakes_.empty() || name.starts_with("VXNlc");
    if (!may_be_id || std::exchange(by_id_, true)) return decide();
    return start();
  }

  [[nodiscard]] Step<value_type> decide() {
    auto one = namesakes_.choose();
    if (!one) return finished<value_type>(one.error());
    if (!*one) return finished<value_type>(std::optional<UserRecord>{});
    keys_.tell(**one);
    return perhaps(completing_.emplace(std::move(**one)).start());
  }

  const graphql::UserQueries* queries_;
  std::string query_;
  std::string cursor_;
  CursorGuard guard_;
  Namesakes namesakes_;
  KeyWish keys_;
  bool by_id_ = false;
  std::optional<CompleteKeys> completing_;
};

}  // namespace wandb::detail
