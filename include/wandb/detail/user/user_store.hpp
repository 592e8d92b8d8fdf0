// The users of one answer, and what has changed of each since: behind every handle of the same user.
#pragma once

#include <algorithm>
#include <atomic>
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

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/user_errors.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/error.hpp>
#include <wandb/keys.hpp>

namespace wandb::detail {

/// An answer about users: the page, and what was said beside it. Never changed once it is shared.
struct UserAnswer {
  std::shared_ptr<const Page> page;
  UserErrors errors;

  /// Whether a field of a user in it was loaded: a null that stands for an error is no value.
  [[nodiscard]] bool has(const ObjectView& object, std::uint32_t user, const Field& field) const noexcept {
    const auto state = object.slot(field).state();
    return state == SlotState::null ? !errors.has(user, field.key) : state != SlotState::unloaded;
  }
};

/// A user as one answer shows them.
struct Reading {
  std::shared_ptr<const UserAnswer> answer;
  ObjectView object;
  std::uint32_t user = 0;  ///< whose errors in `answer` are this one's
};

/// A field that a mutation gave back: it stands in place of what was read before, also where it is an error.
struct LaterField {
  Reading reading;
  const Field* field;
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

/// What has changed of one user since the answer that the user came with. However often that happens, it holds one
/// reading of the whole user and one value of each field that came later.
struct UserState {
  std::optional<Reading> whole;   // what was read anew; none: as in the store's own answer
  std::vector<LaterField> later;  // one a field
  std::vector<Error> said;        // beside what the last mutation gave back, of nothing that it gave
  std::optional<Error> keys_refused;
  std::shared_ptr<const KeyList> keys;  // none: as in the answer; replaced as a whole, since ranges share it
  std::weak_ptr<KeyJournal> journal;
  IdentityPtr given;               // the credentials that were given for this user
  std::vector<IdentityPtr> found;  // those of keys whose secret is known, as far as they were used

  /// Lets what a mutation gave back stand in place of what was known, also where it is an error. Only what it left
  /// out without a word is as before.
  void take(const Reading& fresh) {
    const auto& errors = fresh.answer->errors;
    said.clear();
    errors.each(fresh.user, [&](std::string_view field, Error error) {
      if (fresh.object.field(field) == nullptr && said.size() < max_messages) said.push_back(std::move(error));
    });
    errors.each_of_page([&](Error error) { said.push_back(std::move(error)); });
    for (const auto& field : fresh.object.fields()) {
      if (fresh.object.state(field.key) == SlotState::unloaded && !errors.has(fresh.user, field.key)) continue;
      const auto known =
          std::find_if(later.begin(), later.end(), [&](const LaterField& one) { return one.field->key == field.key; });
      if (known != later.end()) *known = {fresh, &field};
      else later.push_back({fresh, &field});
    }
  }
};

/// The users of one page: the page, never changed, and beside it, guarded, what has changed of each.
class UserStore {
 public:
  explicit UserStore(UserAnswer first) : first_(std::move(first)) {}

  /// The answer that the users came with.
  [[nodiscard]] const UserAnswer& first() const noexcept { return first_; }

  /// Runs `read(const UserState*)` or `write(UserState&)` under the lock. Users of whom nothing has changed are read
  /// without it.
  template <class F>
  auto read(std::uint32_t user, F f) const {
    if (!changed_.load(std::memory_order_acquire)) return f(static_cast<const UserState*>(nullptr));
    const std::lock_guard lock(mutex_);
    const auto found = changes_.find(user);
    return f(found == changes_.end() ? nullptr : &found->second);
  }
  template <class F>
  auto write(std::uint32_t user, F f) {
    const std::lock_guard lock(mutex_);
    changed_.store(true, std::memory_order_release);
    return f(changes_[user]);
  }

 private:
  UserAnswer first_;
  mutable std::mutex mutex_;
  std::atomic<bool> changed_ = false;
  std::map<std::uint32_t, UserState> changes_;
};

}  // namespace wandb::detail
