// What an account held at one time, and what changed between two times.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/testing/detail/account_state.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// A key of a snapshot, with `id`, `secret` and an optional `description`.
using AccountKey = detail::StoredKey;
/// A user of a snapshot, with `id`, `email`, `username`, `name`, `admin`, `deleted`, `keys`, `teams`, and further
/// attributes.
using AccountUser = detail::StoredUser;

/// What an account held at one time. It does not change later; copies share it.
class AccountSnapshot {
 public:
  explicit AccountSnapshot(detail::AccountState state)
      : state_(std::make_shared<const detail::AccountState>(std::move(state))) {}

  /// The users in the order in which they were created, with those that are deleted.
  [[nodiscard]] const std::deque<AccountUser>& users() const noexcept { return state_->users; }
  /// The user with this id, e-mail or username. Null if there is none.
  [[nodiscard]] const AccountUser* user(std::string_view who) const { return state_->find(who); }
  /// The keys of the user with this id, e-mail or username. None if there is no such user.
  [[nodiscard]] std::vector<AccountKey> keys_of(std::string_view who) const {
    const auto* const owner = user(who);
    return owner ? owner->keys : std::vector<AccountKey>();
  }
  /// The number of times that a mutation such as "createUser" had run and changed something.
  [[nodiscard]] std::size_t executed(std::string_view field) const { return state_->times_executed(field); }

  /// Prints a line for each user, with the descriptions of the keys and without secrets.
  friend std::ostream& operator<<(std::ostream& out, const AccountSnapshot& snapshot) {
    for (const auto& user : snapshot.users()) {
      out << user.email << (user.admin ? ", admin" : "") << (user.deleted ? ", deleted" : "");
      for (const auto& key : user.keys) out << ", " << description_of(key);
      out << '\n';
    }
    return out;
  }

 private:
  friend class Account;
  friend class AccountChanges;

  [[nodiscard]] static std::string description_of(const AccountKey& key) {
    return key.description ? "key \"" + *key.description + '"' : "key without a description";
  }

  std::shared_ptr<const detail::AccountState> state_;
};

/// What changed in an account between two snapshots: a sentence for each user that was created, deleted, restored, or
/// is not there any more, for each key that was made or deleted, for each team that was joined or left, and for each
/// attribute that has another value.
class AccountChanges {
 public:
  AccountChanges(const AccountSnapshot& before, const AccountSnapshot& after) {
    for (const auto& user : before.users()) {
      if (!after.user(user.id)) sentences_.push_back(user.email + " is not there any more");
    }
    for (const auto& user : after.users()) {
      const auto* const earlier = before.user(user.id);
      if (!earlier) sentences_.push_back(user.email + " was created" + (user.admin ? " as an admin" : ""));
      compare(earlier ? *earlier : created(user), user);
    }
  }

  [[nodiscard]] const std::vector<std::string>& sentences() const noexcept { return sentences_; }
  [[nodiscard]] bool empty() const noexcept { return sentences_.empty(); }

  /// Prints the sentences with semicolons between them, or "nothing changed".
  friend std::ostream& operator<<(std::ostream& out, const AccountChanges& changes) {
    if (changes.empty()) return out << "nothing changed";
    const char* separator = "";
    for (const auto& sentence : changes.sentences_) out << std::exchange(separator, "; ") << sentence;
    return out;
  }

 private:
  // A new user, before anything else changed.
  [[nodiscard]] static AccountUser created(AccountUser user) {
    user.keys.clear();
    user.teams.clear();
    user.deleted = false;
    return user;
  }

  void compare(const AccountUser& before, const AccountUser& after) {
    const auto& who = after.email;
    const auto say = [&](const char* what) { sentences_.push_back(who + what); };
    if (before.deleted != after.deleted) say(after.deleted ? " was deleted" : " was restored");
    if (before.admin != after.admin) say(after.admin ? " became an admin" : " is no longer an admin");
    if (before.is_private != after.is_private) say(after.is_private ? " became private" : " is no longer private");
    if (before.hide_teams != after.hide_teams) say(after.hide_teams ? " now hides teams" : " no longer hides teams");
    compare_text(who, "e-mail", before.email, after.email);
    compare_text(who, "username", before.username, after.username);
    compare_text(who, "name", before.name, after.name);
    compare_text(who, "photo", before.photo_url, after.photo_url);
    compare_text(who, "default entity", before.default_entity, after.default_entity);
    compare_text(who, "account type", before.account_type, after.account_type);
    compare_teams(who, before.teams, after.teams);
    for (const auto& key : before.keys) {
      if (!has(after, key))
        sentences_.push_back("a " + AccountSnapshot::description_of(key) + " of " + who + " was deleted");
    }
    for (const auto& key : after.keys) {
      if (!has(before, key))
        sentences_.push_back("a " + AccountSnapshot::description_of(key) + " of " + who + " was made");
    }
  }
  void compare_text(const std::string& who, const char* what, const std::string& before, const std::string& after) {
    if (before != after) sentences_.push_back("the " + std::string(what) + " of " + who + " became \"" + after + '"');
  }
  void compare_teams(const std::string& who, const std::vector<std::string>& before,
                     const std::vector<std::string>& after) {
    const auto without = [&](const std::vector<std::string>& teams, const std::vector<std::string>& others, auto verb) {
      for (const auto& team : teams) {
        if (std::find(others.begin(), others.end(), team) == others.end())
          sentences_.push_back(std::string(who).append(verb).append("the team \"").append(team).append("\""));
      }
    };
    without(before, after, " left ");
    without(after, before, " joined ");
  }
  [[nodiscard]] static bool has(const AccountUser& user, const AccountKey& wanted) {
    return std::any_of(user.keys.begin(), user.keys.end(), [&](const AccountKey& key) { return key.id == wanted.id; });
  }

  std::vector<std::string> sentences_;
};

}  // namespace wandb::testing
