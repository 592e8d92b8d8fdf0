// Finds the user whose username, e-mail or id is exactly a name.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/optional_keys.hpp>
#include <wandb/detail/user/name_matches.hpp>
#include <wandb/detail/user/paging.hpp>
#include <wandb/detail/user/user_page.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Finds the user whose username, e-mail or id is exactly a name; nothing if there is none. The service matches
/// prefixes and suffixes, so this reads every page, and `NameMatches` chooses. If an e-mail is not found, it is
/// searched for again in lower case, since a server may compare case. The search does not match ids, so a name that may
/// be an id is also asked for by id.
class FindUser {
 public:
  using value_type = std::optional<UserRecord>;
  FindUser(std::string name, const graphql::UserQueries& queries, bool keys)
      : queries_(&queries), query_(name), matches_(std::move(name)), keys_(keys) {}

  [[nodiscard]] Step<value_type> start() {
    if (auto fault = check_text("users", "the name", matches_.name())) return finished<value_type>(std::move(*fault));
    if (by_id_) return users_request(*queries_, keys_.requested(), {}, matches_.name(), 0, {});
    return users_request(*queries_, keys_.requested(), query_, {}, 0, cursor_);
  }

  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (completing_) return as_optional(completing_->resume(std::move(answer)));
    if (keys_.drop_if_refused(answer)) return start();
    if (!answer) return by_id_ && rejects_id(answer.error()) ? decide() : finished<value_type>(answer.error());
    const auto page = UserPage::read(std::move(*answer), guard_);
    if (keys_.drop_if_refused(page)) return start();
    if (!page) return finished<value_type>(page.error());
    for (std::size_t i = 0; i != page->size(); ++i) matches_.consider(page->at(i, *queries_));
    if (auto omission = page->omission()) matches_.note_omission(std::move(*omission));
    if (page->next_page_error()) matches_.note_omission(*page->next_page_error());
    if (page->has_more() && !by_id_) {
      cursor_ = page->cursor();
      return start();
    }
    return ask_differently();
  }

 private:
  [[nodiscard]] Step<value_type> ask_differently() {
    const auto& name = matches_.name();
    cursor_.clear();
    guard_ = {};
    if (matches_.has_omission()) return decide();
    if (name.find('@') != name.npos) {
      if (auto lower = in_lower_case(name); matches_.empty() && lower != query_) {
        query_ = std::move(lower);
        return start();
      }
      return decide();
    }
    // A username may look like the id of another user, whom the search does not find. Such a name is asked for by id
    // even if a user was found.
    const bool may_be_id = matches_.empty() || looks_like_user_id(name);
    if (!may_be_id || std::exchange(by_id_, true)) return decide();
    return start();
  }

  [[nodiscard]] Step<value_type> decide() {
    auto one = matches_.choose();
    if (!one) return finished<value_type>(one.error());
    if (!*one) return finished<value_type>(std::optional<UserRecord>{});
    keys_.report_refusal(**one);
    return as_optional(completing_.emplace(std::move(**one)).start());
  }

  const graphql::UserQueries* queries_;
  std::string query_;
  std::string cursor_;
  CursorGuard guard_;
  NameMatches matches_;
  OptionalKeys keys_;
  bool by_id_ = false;
  std::optional<CompleteKeys> completing_;
};

}  // namespace wandb::detail
