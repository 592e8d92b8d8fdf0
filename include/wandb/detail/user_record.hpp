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

#include <wandb/detail/identity.hpp>
#include <wandb/detail/user_store.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/keys.hpp>
#include <wandb/page.hpp>
#include <wandb/shape.hpp>

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

  /// A text attribute; empty where null or not loaded. The view lives as long as the store.
  [[nodiscard]] std::string_view text(std::string_view key) const {
    const auto found = find_key(key);
    return found.field == nullptr ? std::string_view{} : found.object.string(key).value_or(std::string_view{});
  }
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const {
    const auto found = find_key(key);
    return found.field == nullptr ? std::nullopt : found.object.boolean(key);
  }
  [[nodiscard]] Person person() const {
    return {std::string(text("id")), std::string(text("username")), std::string(text("email"))};
  }

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
  /// Whether the keys were loaded, so that a name that is not among them is a mistake.
  [[nodiscard]] bool keys_loaded() const {
    const auto found = find_key("apiKeys");
    if (found.field == nullptr) return false;
    const auto connection = found.object.object("apiKeys");
    return connection && connection->state("edges") == SlotState::rows;
  }
  /// Why the keys are not there, if the server said so.
  [[nodiscard]] std::optional<Error> keys_error() const {
    for (const auto& error : errors_of("apiKeys")) return error;
    return std::nullopt;
  }

  [[nodiscard]] std::vector<Error> errors_of(std::string_view field) const {
    std::vector<Error> errors;
    each_error([&](const FieldError& error) {
      if (field.empty() || error.field == field) errors.push_back(error.error);
    });
    return errors;
  }
  [[nodiscard]] std::vector<Error> errors() const {
    auto all = errors_of({});
    const auto as_read = whole();
    all.insert(all.end(), as_read.page_errors.begin(), as_read.page_errors.end());
    return all;
  }

  /// What was read last of the user as a whole.
  [[nodiscard]] UserStore::Changes::Overlay whole() const {
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

  /// Adds a key to the list, whatever it is now.
  void add_key(ApiKey key) const {
    store->write(index, [&](auto& changes) {
      if (const auto journal = changes.journal.lock()) journal->push_back({std::string(key.id()), key});
      own_keys(changes).push_back(std::move(key));
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
      if (changes.given && key->secret() == changes.given->secret()) changes.given = nullptr;
      keys.erase(key);
      forget_gone(changes);
    });
  }
  /// Takes back the keys that were read so far: the server refused the rest, and a part would look complete.
  void refuse_keys(Error error) const {
    store->write(index, [&](auto& changes) {
      auto refused = whole(&changes);
      refused.errors.push_back({0, "apiKeys", true, std::move(error)});
      changes.overlays.push_back(std::move(refused));
      changes.keys = nullptr;
    });
  }

  void overlay(UserStore::Changes::Overlay fresh) const {
    store->write(index, [&](auto& changes) { changes.overlays.push_back(std::move(fresh)); });
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
      changes.overlays.push_back(std::move(as_read));
      changes.keys = std::make_shared<KeyList>(std::move(keys));
      changes.keys_shown = false;
      forget_gone(changes);
    });
  }

 private:
  template <class Matches>
  [[nodiscard]] Found find(const UserStore::Changes* changes, const Matches& matches) const {
    const auto in = [&](const std::shared_ptr<const Page>& page, const ObjectView& where,
                        const std::vector<FieldError>& errors, std::uint32_t user) -> Found {
      const Field* field = matches(where);
      if (field == nullptr || where.state(field->key) == SlotState::unloaded) return {};
      for (const auto& error : errors) {
        // A null that stands for an error is no value: the field counts as not loaded.
        if (error.user == user && error.whole && error.field == field->key) return {};
      }
      return {page, where, field};
    };
    if (changes != nullptr) {
      for (auto overlay = changes->overlays.rbegin(); overlay != changes->overlays.rend(); ++overlay) {
        auto found = in(overlay->page, overlay->object, overlay->errors, 0);
        if (found.field != nullptr || overlay->complete) return found;
      }
    }
    return in(store->page(), object, store->field_errors, index);
  }

  [[nodiscard]] UserStore::Changes::Overlay whole(const UserStore::Changes* changes) const {
    if (changes != nullptr) {
      for (auto overlay = changes->overlays.rbegin(); overlay != changes->overlays.rend(); ++overlay) {
        if (overlay->complete) return *overlay;
      }
    }
    UserStore::Changes::Overlay first{store->page(), object, true, {}, store->page_errors};
    for (const auto& error : store->field_errors) {
      if (error.user == index) first.errors.push_back({0, error.field, error.whole, error.error});
    }
    return first;
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

  template <class F>
  void each_error(F f) const {
    const bool replaced = store->read(index, [&](const auto* changes) {
      if (changes == nullptr) return false;
      for (auto overlay = changes->overlays.rbegin(); overlay != changes->overlays.rend(); ++overlay) {
        for (const auto& error : overlay->errors) f(error);
        if (overlay->complete) return true;
      }
      return false;
    });
    if (replaced) return;
    for (const auto& error : store->field_errors) {
      if (error.user == index) f(error);
    }
  }
};

}  // namespace wandb::detail
