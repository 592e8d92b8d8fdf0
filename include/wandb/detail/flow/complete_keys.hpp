// Reads the remaining pages of a user's keys.
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

namespace wandb::inline WANDB_ABI::detail {

/// Reads the pages of a user's keys after the first, so that the list is complete. If the server refuses one, the keys
/// count as not loaded.
class CompleteKeys {
 public:
  using value_type = UserRecord;
  explicit CompleteKeys(UserRecord user) : user_(std::move(user)) {}

  [[nodiscard]] Step<UserRecord> start() {
    const auto found = user_.find_key("apiKeys");
    const auto page = found.field == nullptr ? std::nullopt : KeyPage::of(found.page, found.object);
    if (!page) return finished<UserRecord>(user_);
    // A single page without repeated keys is used as it is, which allocates nothing.
    if (page->end == KeyPage::End::more || has_repeats(page->keys)) append_keys(keys_, page->keys);
    return request_next(*page, user_.full_reading().answer->errors.status());
  }

  [[nodiscard]] Step<UserRecord> resume(Result<GraphqlAnswer> answer) {
    if (!answer) {
      return is_refusal(answer.error()) ? finish_without_keys(answer.error()) : finished<UserRecord>(answer.error());
    }
    if (!answer->errors.empty())
      return finish_without_keys(to_error(key_root(user_), answer->errors.front(), answer->status));
    const auto page = KeyPage::read(*answer, user_);
    if (!page) return finished<UserRecord>(page.error());
    append_keys(keys_, page->keys);
    if (keys_.size() > max_keys) {
      return finished<UserRecord>(malformed(key_path(user_, "edges"), "there is no end to the keys", answer->status));
    }
    return request_next(*page, answer->status);
  }

 private:
  // No user has so many keys. The limit keeps a faulty server from exhausting the memory.
  static constexpr std::size_t max_keys = 100'000;

  // Whether the server read the query and refused it.
  [[nodiscard]] static bool is_refusal(const Error& error) noexcept {
    return error.status() >= 200 && error.status() < 300 && !error.messages().empty();
  }
  // An error in place of the keys leaves the user readable.
  [[nodiscard]] Step<UserRecord> finish_without_keys(Error error) {
    user_.refuse_keys(std::move(error));
    return finished<UserRecord>(user_);
  }
  // Asks for the page after `page`, or finishes. `status` is that of the answer with `page`.
  [[nodiscard]] Step<UserRecord> request_next(const KeyPage& page, int status) {
    if (page.end == KeyPage::End::unknown) {
      // The answer with the first page may have an error that explains it.
      if (auto error = user_.keys_error()) return finish_without_keys(std::move(*error));
      return finish_without_keys(malformed(key_path(user_, "pageInfo"), "it is missing or incomplete", status));
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
