// One user of a store: what is known of them, old and new, and how it changes.
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

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/call/step.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/user/user_store.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/keys.hpp>
#include <wandb/text.hpp>

namespace wandb::detail {

/// One user: a store and a row of it. Copies are the same user.
struct UserRecord {
  std::shared_ptr<UserStore> store;
  ObjectView object;
  std::uint32_t index = 0;
  bool is_caller = false;                                              // the caller's own credentials are this user's
  const graphql::UserQueries* queries = &graphql::plain_user_queries;  // how to read all of this user anew

  /// The newest known slot of a field that `matches` accepts, and the page that keeps it; none when it was never
  /// loaded.
  struct Found {
    std::shared_ptr<const Page> page;
    ObjectView object;
    const Field* field = nullptr;
  };
  template <class Matches>
  [[nodiscard]] Found find(Matches matches) const {
    return store->read(index, [&](const UserStore::Changes* changes) { return find(changes, matches); });
  }
  [[nodiscard]] Found find_key(std::string_view key) const {
    return find([key](const ObjectView& where) { return where.field(key); });
  }
  [[nodiscard]] bool has(std::string_view key) const { return find_key(key).field != nullptr; }

  /// A text attribute; empty where null or not loaded.
  [[nodiscard]] Text text(std::string_view key) const {
    auto found = find_key(key);
    if (found.field == nullptr) return {};
    const auto slot = found.object.slot(*found.field);
    return slot.state() == SlotState::string ? Text(std::move(found.page), slot.text()) : Text();
  }
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const {
    const auto found = find_key(key);
    return found.field == nullptr ? std::nullopt : found.object.boolean(key);
  }
  [[nodiscard]] Person person() const { return {text("id"), text("username"), text("email")}; }

  [[nodiscard]] Nodes nodes(std::string_view connection) const {
    const auto found = find_key(connection);
    return found.field == nullptr ? Nodes{} : Nodes(found.page, found.object, connection);
  }

  [[nodiscard]] KeySource key_source() const {
    auto list = store->read(index, [](const auto* changes) -> std::shared_ptr<const KeyList> {
      if (changes == nullptr) return nullptr;
      changes->keys_shown = true;
      return changes->keys;
    });
    return list ? KeySource{{}, std::move(list)} : KeySource{nodes("apiKeys"), nullptr};
  }
  /// The credentials that are known of this user, of many keys the newest.
  [[nodiscard]] KnownCredentials credentials() const {
    KnownCredentials known;
    const auto add = [&](const KeySource& keys) {
      for (auto i = keys.size(); i != 0 && known.keys.size() != KnownCredentials::max_keys; --i) {
        auto key = keys[i - 1];
        if (KeyAccess::secret(key).empty()) continue;
        known.keys.push_back(std::move(key));
      }
    };
    const bool changed = store->read(index, [&](const auto* changes) {
      if (changes == nullptr) return false;
      known.given = changes->given;
      if (changes->keys) add({{}, changes->keys});
      return changes->keys != nullptr;
    });
    if (!changed) add({nodes("apiKeys"), nullptr});
    return known;
  }
  /// Whether the keys were loaded, so that a name that is not among them is a mistake.
  [[nodiscard]] bool keys_loaded() const {
    const auto found = find_key("apiKeys");
    if (found.field == nullptr) return false;
    const auto connection = found.object.object("apiKeys");
    return connection && connection->state("edges") == SlotState::rows;
  }
  /// Why the keys are not there, if the server said so.
  [[nodiscard]] std::optional<Error> keys_error() const {
    auto refused = store->read(
        index, [](const auto* changes) { return changes == nullptr ? std::nullopt : changes->keys_refused; });
    if (refused) return refused;
    const auto as_read = whole();
    return as_read.answer->errors.first(as_read.user, "apiKeys");
  }

  /// What the server said of the user's fields as they are now, and of the answer that they came in.
  [[nodiscard]] std::vector<Error> errors() const {
    const auto now =
        store->read(index, [](const auto* changes) { return changes == nullptr ? UserStore::Changes() : *changes; });
    std::vector<Error> errors;
    if (now.keys_refused) errors.push_back(*now.keys_refused);
    const auto as_read = whole(&now);
    as_read.answer->errors.each(as_read.user, [&](std::string_view field, Error error) {
      if (now.keys_refused && field == "apiKeys") return;
      const bool renewed = std::any_of(now.later.begin(), now.later.end(),
                                       [&](const LaterField& one) { return one.field->key == field; });
      if (!renewed) errors.push_back(std::move(error));
    });
    for (const auto& one : now.later) {
      one.reading.answer->errors.each(one.reading.user, [&](std::string_view field, Error error) {
        if (field == one.field->key) errors.push_back(std::move(error));
      });
    }
    as_read.answer->errors.each_of_page([&](Error error) { errors.push_back(std::move(error)); });
    errors.insert(errors.end(), now.said.begin(), now.said.end());
    return errors;
  }

  /// What was read last of the user as a whole.
  [[nodiscard]] Reading whole() const {
    return store->read(index, [&](const UserStore::Changes* changes) { return whole(changes); });
  }

  /// The credentials that were given for this user; null where there are none.
  [[nodiscard]] IdentityPtr given_identity() const {
    return store->read(index, [](const auto* changes) { return changes ? changes->given : nullptr; });
  }
  void give_identity(IdentityPtr identity) const {
    store->write(index, [&](auto& changes) { changes.given = std::move(identity); });
  }
  /// The secret of one of the user's keys as credentials, the same ones each time.
  [[nodiscard]] IdentityPtr identity_of(const Secret& secret) const {
    return store->write(index, [&, owner = person()](auto& changes) -> IdentityPtr {
      for (const auto& identity : changes.found) {
        if (identity->secret() == secret) return identity;
      }
      return changes.found.emplace_back(std::make_shared<const Identity>(secret, owner));
    });
  }

  /// Adds a key that was made to the list, whatever it is now.
  void add_key(ApiKey key) const {
    store->write(index, [&](auto& changes) {
      if (const auto journal = changes.journal.lock()) journal->push_back({std::string(key.id()), key});
      own_keys(changes).push_back(std::move(key));
    });
  }
  /// Lets these be the user's keys.
  void set_keys(KeyList keys) const {
    store->write(index, [&](auto& changes) {
      changes.keys = std::make_shared<KeyList>(std::move(keys));
      changes.keys_shown = false;
    });
  }
  /// Forgets the key of that id, and the credentials that it was.
  void remove_key(std::string_view id) const {
    store->write(index, [&](auto& changes) {
      if (const auto journal = changes.journal.lock()) journal->push_back({std::string(id), std::nullopt});
      auto& keys = own_keys(changes);
      const auto key = find_key_of(keys, id);
      if (key == keys.end()) return;
      // A deleted key opens nothing any more; another that is known may.
      if (changes.given && key->belongs_to(changes.given->secret())) changes.given = nullptr;
      keys.erase(key);
      forget_gone(changes);
    });
  }
  /// Takes back the keys that were read so far: the server refused the rest, and a part would look complete.
  void refuse_keys(Error error) const {
    store->write(index, [&](auto& changes) {
      changes.keys_refused = std::move(error);
      changes.keys = nullptr;
    });
  }

  /// Takes over what a mutation gave back of the user.
  void take(const Reading& fresh) const {
    store->write(index, [&](auto& changes) { changes.take(fresh); });
  }

  /// Keeps what was said beside a mutation that gave nothing of the user back.
  void hear(std::vector<Error> said) const {
    store->write(index, [&](auto& changes) { changes.said = std::move(said); });
  }

  /// From here on what becomes of the keys is kept, for as long as somebody has the watch.
  [[nodiscard]] KeyWatch watch_keys() const {
    return store->write(index, [](auto& changes) {
      auto journal = changes.journal.lock();
      if (!journal) changes.journal = journal = std::make_shared<KeyJournal>();
      const auto since = journal->size();
      return KeyWatch{std::move(journal), since};
    });
  }

  /// Takes over everything that was read anew of the same user. The keys may have changed since it was asked for: what
  /// `watch` saw is done again. Secrets that are known stay known.
  void replace_with(const UserRecord& fresh, const KeyWatch& watch) const {
    auto as_read = fresh.whole();
    auto refused = fresh.store->read(
        fresh.index, [](const auto* changes) { return changes == nullptr ? std::nullopt : changes->keys_refused; });
    const auto source = fresh.key_source();
    KeyList keys;
    for (std::size_t i = 0; i != source.size(); ++i) keys.push_back(source[i]);
    store->write(index, [&](auto& changes) {
      for (auto change = watch.since; change != watch.journal->size(); ++change) {
        const auto& [id, made] = (*watch.journal)[change];
        const auto key = find_key_of(keys, id);
        if (made && key == keys.end()) keys.push_back(*made);
        if (!made && key != keys.end()) keys.erase(key);
      }
      if (changes.keys) {
        for (auto& key : keys) KeyAccess::keep_secret(key, *changes.keys);
      }
      changes.whole = std::move(as_read);
      changes.later.clear();
      changes.said.clear();
      changes.keys_refused = std::move(refused);
      changes.keys = std::make_shared<KeyList>(std::move(keys));
      changes.keys_shown = false;
      forget_gone(changes);
    });
  }

 private:
  [[nodiscard]] Reading whole(const UserStore::Changes* changes) const {
    if (changes != nullptr && changes->whole) return *changes->whole;
    return Reading{std::shared_ptr<const UserAnswer>(store, &store->first()), object, index};
  }

  template <class Matches>
  [[nodiscard]] Found find(const UserStore::Changes* changes, const Matches& matches) const {
    if (changes != nullptr) {
      for (const auto& [reading, of] : changes->later) {
        if (matches(reading.object) != of) continue;
        const bool loaded = reading.answer->has(reading.object, reading.user, *of);
        return loaded ? Found{reading.answer->page, reading.object, of} : Found{};
      }
      if (const auto& whole = changes->whole)
        return find_in(*whole->answer, whole->object, whole->user, changes, matches);
    }
    return find_in(store->first(), object, index, changes, matches);
  }
  template <class Matches>
  [[nodiscard]] static Found find_in(const UserAnswer& answer, const ObjectView& user, std::uint32_t number,
                                     const UserStore::Changes* changes, const Matches& matches) {
    const Field* field = matches(user);
    const bool loaded = field != nullptr && answer.has(user, number, *field) && !are_refused(changes, *field);
    return loaded ? Found{answer.page, user, field} : Found{};
  }
  [[nodiscard]] static bool are_refused(const UserStore::Changes* changes, const Field& field) noexcept {
    return changes != nullptr && changes->keys_refused && field.key == "apiKeys";
  }

  static KeyList::iterator find_key_of(KeyList& keys, std::string_view id) {
    return std::find_if(keys.begin(), keys.end(), [id](const ApiKey& key) { return key.id() == id; });
  }

  // Credentials that are no listed key's any more are not kept.
  static void forget_gone(UserStore::Changes& changes) {
    std::erase_if(changes.found, [&](const IdentityPtr& identity) {
      return std::none_of(changes.keys->begin(), changes.keys->end(),
                          [&](const ApiKey& key) { return key.secret() == identity->secret(); });
    });
  }

  // The list to change, made of what the page lists where there is none yet.
  KeyList& own_keys(UserStore::Changes& changes) const {
    if (!changes.keys) {
      changes.keys = std::make_shared<KeyList>();
      const auto found = find(&changes, [](const ObjectView& where) { return where.field("apiKeys"); });
      const auto listed = found.field == nullptr ? Nodes{} : Nodes(found.page, found.object, "apiKeys");
      for (std::size_t i = 0; i != listed.size(); ++i) {
        changes.keys->push_back(KeyAccess::make(listed.owner, listed[i], false));
      }
    } else if (changes.keys_shown) {
      changes.keys = std::make_shared<KeyList>(*changes.keys);
    }
    changes.keys_shown = false;
    return *changes.keys;
  }
};

}  // namespace wandb::detail
