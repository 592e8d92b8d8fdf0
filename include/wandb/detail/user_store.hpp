// The users of one answer, and what has changed of each since: behind every handle of the same user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/identity.hpp>
#include <wandb/error.hpp>
#include <wandb/keys.hpp>
#include <wandb/page.hpp>

namespace wandb::detail {

/// An error that belongs inside a user, at one of the user's fields.
struct FieldError {
  std::uint32_t user = 0;
  std::string field;
  bool whole = false;  // the field itself is what is null
  Error error;
};

/// What became of a user's keys, in order, kept only while somebody reads them anew: what was read may be older.
struct KeyChange {
  std::string id;
  std::optional<ApiKey> made;  // none: it was deleted
};
using KeyJournal = std::vector<KeyChange>;

/// A place in a journal: what comes after it was seen by whoever has this.
struct KeyWatch {
  std::shared_ptr<KeyJournal> journal;
  std::size_t since = 0;
};

/// The users of one page: the page, never changed, and beside it, guarded, what has changed of each.
class UserStore {
 public:
  explicit UserStore(std::shared_ptr<const Page> page) : page_(std::move(page)) {}

  /// What has changed of one user. Pages are only ever added, so that views of earlier ones stay valid.
  struct Changes {
    struct Overlay {
      std::shared_ptr<const Page> page;
      ObjectView object;
      bool complete = false;           // nothing older counts
      std::vector<FieldError> errors;  // of user 0
      std::vector<Error> page_errors;  // with a complete one
    };
    std::vector<Overlay> overlays;  // the newest last
    std::shared_ptr<KeyList> keys;
    mutable bool keys_shown = false;  // ranges have this list, so that it may not change any more
    std::weak_ptr<KeyJournal> journal;
    IdentityPtr given;               // the credentials that were given for this user
    std::vector<IdentityPtr> found;  // those of keys whose secret is known, as far as they were used
  };

  [[nodiscard]] const std::shared_ptr<const Page>& page() const noexcept { return page_; }
  /// Filled before the store is shared, never changed after.
  std::vector<FieldError> field_errors;
  std::vector<Error> page_errors;

  /// Runs `read(const Changes*)` or `write(Changes&)` under the lock.
  template <class F>
  auto read(std::uint32_t user, F f) const {
    const std::lock_guard lock(mutex_);
    const auto found = changes_.find(user);
    return f(found == changes_.end() ? nullptr : &found->second);
  }
  template <class F>
  auto write(std::uint32_t user, F f) {
    const std::lock_guard lock(mutex_);
    return f(changes_[user]);
  }

 private:
  std::shared_ptr<const Page> page_;
  mutable std::mutex mutex_;
  std::map<std::uint32_t, Changes> changes_;
};

}  // namespace wandb::detail
