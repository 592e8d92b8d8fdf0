// Finds the user of exactly that name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <wandb/detail/answer/classify_error.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/key_wish.hpp>
#include <wandb/detail/flow/namesakes.hpp>
#include <wandb/detail/user/cursor_guard.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>

namespace wandb::detail {

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
    if (auto fault = check_text("users", "the name", namesakes_.name())) return finished<value_type>(std::move(*fault));
    if (by_id_) return ask_users(*queries_, keys_.stands(), {}, namesakes_.name(), 0, {});
    return ask_users(*queries_, keys_.stands(), query_, {}, 0, cursor_);
  }

  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
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
