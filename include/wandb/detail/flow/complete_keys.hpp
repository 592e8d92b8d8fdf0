// Reads all pages of a user's keys.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/answer/user_errors.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/user/key_list.hpp>
#include <wandb/detail/user/key_page.hpp>
#include <wandb/detail/user/paging.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/detail/user/user_store.hpp>

namespace wandb::detail {

/// Reads the pages of a user's keys that follow the first, so that the list is complete. A list that lacks a page does
/// not count as loaded.
class CompleteKeys {
 public:
  using value_type = UserRecord;
  explicit CompleteKeys(UserRecord user) : user_(std::move(user)) {}

  [[nodiscard]] Step<UserRecord> start() {
    const auto found = user_.find_key("apiKeys");
    const auto page = found.field == nullptr ? std::nullopt : KeyPage::of(found.page, found.object);
    if (!page) return finished<UserRecord>(user_);
    // Without memory where the page itself will do.
    if (page->end == KeyPage::End::more || has_repeats(page->keys)) append_keys(keys_, page->keys);
    return follow(*page, user_.full_reading().answer->errors.status());
  }

  [[nodiscard]] Step<UserRecord> resume(Result<GraphqlAnswer> answer) {
    // Keys of which a part was refused would look complete.
    if (!answer) return is_refusal(answer.error()) ? refused(answer.error()) : finished<UserRecord>(answer.error());
    if (!answer->errors.empty()) return refused(to_error(key_root(user_), answer->errors.front(), answer->status));
    const auto page = KeyPage::read(*answer, user_);
    if (!page) return finished<UserRecord>(page.error());
    append_keys(keys_, page->keys);
    if (keys_.size() > max_keys) {
      return finished<UserRecord>(malformed(key_path(user_, "edges"), "there is no end to the keys", answer->status));
    }
    return follow(*page, answer->status);
  }

 private:
  // Nobody has so many; a server that makes them up must not use up the memory.
  static constexpr std::size_t max_keys = 100'000;

  // Whether the server understood the question and would not answer it.
  [[nodiscard]] static bool is_refusal(const Error& error) noexcept {
    return error.status() >= 200 && error.status() < 300 && !error.messages().empty();
  }
  // The user is there, without the keys (decision 9).
  [[nodiscard]] Step<UserRecord> refused(Error error) {
    user_.refuse_keys(std::move(error));
    return finished<UserRecord>(user_);
  }
  // Goes on after a page of keys, which came with `status`.
  [[nodiscard]] Step<UserRecord> follow(const KeyPage& page, int status) {
    if (page.end == KeyPage::End::unknown) {
      // Of the first page, the user's own errors may say what is wrong.
      if (auto error = user_.keys_error()) return refused(std::move(*error));
      return refused(malformed(key_path(user_, "pageInfo"), "it is missing or incomplete", status));
    }
    if (page.end == KeyPage::End::last) {
      if (!keys_.empty()) user_.set_keys(without_repeats(std::move(keys_)));
      return finished<UserRecord>(user_);
    }
    if (guard_.advances(page.cursor)) return keys_request(user_, page.cursor);
    return finished<UserRecord>(
        malformed(key_path(user_, "pageInfo.endCursor"), "there are more pages and no way to the next", status));
  }

  UserRecord user_;
  CursorGuard guard_;
  KeyList keys_;
};

}  // namespace wandb::detail
