// Stores the users of one answer and what has changed of each since. All handles of a user share the store.
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

namespace wandb::inline WANDB_ABI::detail {

/// An answer about users: its page and its errors. It never changes once it is shared.
struct UserAnswer {
  std::shared_ptr<const Page> page;
  UserErrors errors;

  /// Whether the field `field` of the user number `user` was loaded. A null that an error explains is not a value.
  [[nodiscard]] bool has(const ObjectView& object, std::uint32_t user, const Field& field) const noexcept {
    const auto state = object.slot(field).state();
    return state == SlotState::null ? !errors.has(user, field.key) : state != SlotState::unloaded;
  }
};

/// A user as one answer shows them. It owns the answer.
struct Reading {
  std::shared_ptr<const UserAnswer> answer;
  ObjectView object;
  std::uint32_t user = 0;  ///< the user's number among the errors of `answer`
};

/// A field that a mutation returned. It replaces what was read before, even if it is an error.
struct UpdatedField {
  Reading reading;
  const Field* field;
};

/// One change of a user's keys. Changes are recorded only during a reload, whose answer may be older than they are.
struct KeyChange {
  std::string id;
  std::optional<ApiKey> created;  // empty: the key was deleted
};
/// The changes in the order in which they were made.
using KeyJournal = std::vector<KeyChange>;

/// A position in a journal: the changes from `since` on were made after the position was taken.
struct KeyJournalPosition {
  std::shared_ptr<KeyJournal> journal;
  std::size_t since = 0;
};

/// What has changed of one user since the store's answer. Its size is bounded: it holds the last reload and one value
/// of each field that a mutation returned later, however many there were.
struct UserState {
  std::optional<Reading> reloaded;           // empty: the store's answer is still the last complete reading
  std::vector<UpdatedField> updated_fields;  // at most one for each field
  std::vector<Error> mutation_errors;        // errors of the last mutation that belong to no field it returned
  std::optional<Error> keys_refused;
  std::shared_ptr<KeyList> keys;  // null: the reading's keys; a list that ranges share does not change
  std::weak_ptr<KeyJournal> journal;
  IdentityPtr given_identity;               // the credentials that the program gave for this user
  std::vector<IdentityPtr> key_identities;  // the credentials made of listed keys; kept to remember what was proven

  /// Replaces the known fields by those that a mutation returned, values and errors alike. A field stays as it was only
  /// if the answer has neither a value nor an error for it.
  void apply(const Reading& fresh) {
    const auto& errors = fresh.answer->errors;
    mutation_errors.clear();
    errors.each(fresh.user, [&](std::string_view field, Error error) {
      if (fresh.object.field(field) != nullptr || mutation_errors.size() >= max_messages) return;
      mutation_errors.push_back(std::move(error));
    });
    errors.each_of_page([&](Error error) { mutation_errors.push_back(std::move(error)); });
    for (const auto& field : fresh.object.fields()) {
      if (fresh.object.state(field.key) == SlotState::unloaded && !errors.has(fresh.user, field.key)) continue;
      const auto known = std::find_if(updated_fields.begin(), updated_fields.end(),
                                      [&](const UpdatedField& updated) { return updated.field->key == field.key; });
      if (known != updated_fields.end()) *known = {fresh, &field};
      else updated_fields.push_back({fresh, &field});
    }
  }
};

/// The users of one page. The page never changes; a mutex guards what has changed of each user since. Thread-safe.
class UserStore {
 public:
  explicit UserStore(UserAnswer answer) : answer_(std::move(answer)) {}

  /// The answer that the store was made of.
  [[nodiscard]] const UserAnswer& answer() const noexcept { return answer_; }

  /// Calls `f(const UserState*)`, with null for a user who has not changed. Takes no lock for most of these.
  template <class F>
  auto read(std::uint32_t user, F f) const {
    if ((changed_.load(std::memory_order_acquire) & bit_of(user)) == 0)
      return f(static_cast<const UserState*>(nullptr));
    const std::lock_guard lock(mutex_);
    const auto found = changes_.find(user);
    return f(found == changes_.end() ? nullptr : &found->second);
  }
  /// Calls `f(UserState&)` under the lock.
  template <class F>
  auto write(std::uint32_t user, F f) {
    const std::lock_guard lock(mutex_);
    changed_.fetch_or(bit_of(user), std::memory_order_release);
    return f(changes_[user]);
  }

 private:
  // Every 64th user of a page shares a bit, so that a change of one does not make the reads of all others lock.
  [[nodiscard]] static constexpr std::uint64_t bit_of(std::uint32_t user) noexcept {
    return std::uint64_t{1} << (user % 64);
  }

  UserAnswer answer_;
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> changed_ = 0;  // the bits of users that have changed
  std::map<std::uint32_t, UserState> changes_;
};

}  // namespace wandb::detail
