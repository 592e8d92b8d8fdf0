// The definitions of detail/user/.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/detail/user/key_list.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/detail/user/user_store.hpp>
#include <wandb/graphql/operations.hpp>

namespace wandb::detail {

/// A field of a user where it is known newest, valid while the store is read. No field where it was never loaded.
struct FieldView {
  const std::shared_ptr<const Page>* page = nullptr;
  ObjectView object;
  const Field* field = nullptr;

  [[nodiscard]] Slot slot() const noexcept { return field == nullptr ? Slot{} : object.slot(*field); }
  [[nodiscard]] FoundField kept() const { return field == nullptr ? FoundField{} : FoundField{*page, object, field}; }
};

/// How a user's fields, keys and readings are found in a store.
struct UserLookup {
  [[nodiscard]] static Reading whole(const UserRecord& user, const UserState* state) {
    if (state != nullptr && state->whole) return *state->whole;
    return Reading{std::shared_ptr<const UserAnswer>(user.store, &user.store->first()), user.object, user.index};
  }

  template <class Matches>
  [[nodiscard]] static FieldView find(const UserRecord& user, const UserState* state, const Matches& matches) {
    if (state != nullptr) {
      for (const auto& [reading, of] : state->later) {
        if (matches(reading.object) != of) continue;
        const bool loaded = reading.answer->has(reading.object, reading.user, *of);
        return loaded ? FieldView{&reading.answer->page, reading.object, of} : FieldView{};
      }
      if (const auto& whole = state->whole) return find_in(*whole->answer, whole->object, whole->user, state, matches);
    }
    return find_in(user.store->first(), user.object, user.index, state, matches);
  }
  template <class Matches>
  [[nodiscard]] static FoundField find(const UserRecord& user, const Matches& matches) {
    return user.store->read(user.index, [&](const UserState* state) { return find(user, state, matches).kept(); });
  }

  // The user's keys as they are now, to be changed and kept as another list.
  [[nodiscard]] static KeyList keys(const UserRecord& user, const UserState& state) {
    if (state.keys) return *state.keys;
    KeyList keys;
    const auto found = find(user, &state, [](const ObjectView& where) { return where.field("apiKeys"); });
    if (found.field != nullptr) append_keys(keys, Nodes(*found.page, found.object, "apiKeys"));
    return keys;
  }
  // Credentials that are no listed key's any more are not kept.
  static void forget_gone(UserState& state) {
    std::erase_if(state.found, [&](const IdentityPtr& identity) {
      return std::none_of(state.keys->begin(), state.keys->end(),
                          [&](const ApiKey& key) { return key.secret() == identity->secret(); });
    });
  }

 private:
  template <class Matches>
  [[nodiscard]] static FieldView find_in(const UserAnswer& answer, const ObjectView& user, std::uint32_t number,
                                         const UserState* state, const Matches& matches) {
    const Field* field = matches(user);
    const bool refused = state != nullptr && state->keys_refused && field != nullptr && field->key == "apiKeys";
    const bool loaded = field != nullptr && answer.has(user, number, *field) && !refused;
    return loaded ? FieldView{&answer.page, user, field} : FieldView{};
  }
};

WANDB_DECL UserRecord UserRecord::of(std::shared_ptr<const Page> page, const ObjectView& object) {
  auto store = std::make_shared<UserStore>(UserAnswer{std::move(page), {}});
  return {std::move(store), object, 0, false, &graphql::plain_user_queries};
}

WANDB_DECL FoundField UserRecord::find(FieldFinder finder, std::string_view name) const {
  return UserLookup::find(*this, [&](const ObjectView& where) { return finder(where, name); });
}

WANDB_DECL FoundField UserRecord::find_key(std::string_view key) const {
  return UserLookup::find(*this, [key](const ObjectView& where) { return where.field(key); });
}

WANDB_DECL Text UserRecord::text(std::string_view key) const {
  return store->read(index, [&](const UserState* state) {
    const auto found = UserLookup::find(*this, state, [key](const ObjectView& where) { return where.field(key); });
    const auto slot = found.slot();
    return slot.state() == SlotState::string ? Text(*found.page, slot.text()) : Text();
  });
}

WANDB_DECL std::optional<bool> UserRecord::flag(std::string_view key) const {
  return store->read(index, [&](const UserState* state) {
    const auto found = UserLookup::find(*this, state, [key](const ObjectView& where) { return where.field(key); });
    const auto slot = found.slot();
    return slot.state() == SlotState::boolean ? std::optional(slot.boolean()) : std::nullopt;
  });
}

WANDB_DECL std::string UserRecord::shown() const {
  for (const auto* key : {"email", "username", "id", "name"}) {
    if (const auto found = text(key); !found.empty()) return "<User " + shown_name(found) + ">";
  }
  return std::string("<User ???") + '>';  // in one piece it would hold a trigraph
}

WANDB_DECL Person UserRecord::person() const { return {text("id"), text("username"), text("email")}; }

WANDB_DECL Nodes UserRecord::nodes(std::string_view connection) const {
  const auto found = find_key(connection);
  return found.field == nullptr ? Nodes{} : Nodes(found.page, found.object, connection);
}

WANDB_DECL KeySource UserRecord::key_source() const {
  auto list = store->read(index, [](const UserState* state) { return state == nullptr ? nullptr : state->keys; });
  return list ? KeySource{{}, std::move(list)} : KeySource{nodes("apiKeys"), nullptr};
}

WANDB_DECL KnownCredentials UserRecord::credentials() const {
  KnownCredentials known;
  const auto add = [&](const KeySource& keys) {
    for (auto i = keys.size(); i != 0 && known.keys.size() != KnownCredentials::max_keys; --i) {
      auto key = keys[i - 1];
      if (!KeyAccess::secret(key).empty()) known.keys.push_back(std::move(key));
    }
  };
  const bool changed = store->read(index, [&](const UserState* state) {
    if (state == nullptr) return false;
    known.given = state->given;
    if (state->keys) add({{}, state->keys});
    return state->keys != nullptr;
  });
  if (!changed) add({nodes("apiKeys"), nullptr});
  return known;
}

WANDB_DECL bool UserRecord::keys_loaded() const {
  const auto found = find_key("apiKeys");
  if (found.field == nullptr) return false;
  const auto connection = found.object.object("apiKeys");
  return connection && connection->state("edges") == SlotState::rows;
}

WANDB_DECL std::optional<Error> UserRecord::keys_error() const {
  auto refused =
      store->read(index, [](const UserState* state) { return state == nullptr ? std::nullopt : state->keys_refused; });
  if (refused) return refused;
  const auto as_read = whole();
  return as_read.answer->errors.first(as_read.user, "apiKeys");
}

WANDB_DECL std::vector<Error> UserRecord::errors() const {
  const auto now = store->read(index, [](const UserState* state) { return state == nullptr ? UserState() : *state; });
  std::vector<Error> errors;
  if (now.keys_refused) errors.push_back(*now.keys_refused);
  const auto as_read = UserLookup::whole(*this, &now);
  as_read.answer->errors.each(as_read.user, [&](std::string_view field, Error error) {
    if (now.keys_refused && field == "apiKeys") return;
    const bool renewed =
        std::any_of(now.later.begin(), now.later.end(), [&](const LaterField& one) { return one.field->key == field; });
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

WANDB_DECL Reading UserRecord::whole() const {
  return store->read(index, [&](const UserState* state) { return UserLookup::whole(*this, state); });
}

WANDB_DECL IdentityPtr UserRecord::given_identity() const {
  return store->read(index, [](const UserState* state) { return state ? state->given : nullptr; });
}

WANDB_DECL void UserRecord::give_secret(const Secret& secret, std::string_view source) const {
  auto identity = std::make_shared<const Identity>(Secret(trimmed(secret.reveal())), person(), std::string(source));
  store->write(index, [&](UserState& state) { state.given = std::move(identity); });
}

WANDB_DECL IdentityPtr UserRecord::identity_of(const Secret& secret) const {
  return store->write(index, [&, owner = person()](UserState& state) -> IdentityPtr {
    for (const auto& identity : state.found) {
      if (identity->secret() == secret) return identity;
    }
    return state.found.emplace_back(std::make_shared<const Identity>(secret, owner));
  });
}

WANDB_DECL void UserRecord::add_key(ApiKey key) const {
  store->write(index, [&](UserState& state) {
    if (const auto journal = state.journal.lock()) journal->push_back({std::string(key.id()), key});
    auto keys = UserLookup::keys(*this, state);
    keys.push_back(std::move(key));
    state.keys = std::make_shared<const KeyList>(std::move(keys));
  });
}

WANDB_DECL void UserRecord::set_keys(KeyList keys) const {
  store->write(index, [&](UserState& state) { state.keys = std::make_shared<const KeyList>(std::move(keys)); });
}

WANDB_DECL void UserRecord::remove_key(std::string_view id) const {
  store->write(index, [&](UserState& state) {
    if (const auto journal = state.journal.lock()) journal->push_back({std::string(id), std::nullopt});
    auto keys = UserLookup::keys(*this, state);
    const auto key = find_by_id(keys, id);
    if (key == keys.end()) return;
    // A deleted key opens nothing any more; another that is known may.
    if (state.given && key->belongs_to(state.given->secret())) state.given = nullptr;
    keys.erase(key);
    state.keys = std::make_shared<const KeyList>(std::move(keys));
    UserLookup::forget_gone(state);
  });
}

WANDB_DECL void UserRecord::refuse_keys(Error error) const {
  store->write(index, [&](UserState& state) {
    state.keys_refused = std::move(error);
    state.keys = nullptr;
  });
}

WANDB_DECL void UserRecord::take(const Reading& fresh) const {
  store->write(index, [&](UserState& state) { state.take(fresh); });
}

WANDB_DECL void UserRecord::hear(std::vector<Error> said) const {
  store->write(index, [&](UserState& state) { state.said = std::move(said); });
}

WANDB_DECL KeyWatch UserRecord::watch_keys() const {
  return store->write(index, [](UserState& state) {
    auto journal = state.journal.lock();
    if (!journal) state.journal = journal = std::make_shared<KeyJournal>();
    const auto since = journal->size();
    return KeyWatch{std::move(journal), since};
  });
}

WANDB_DECL void UserRecord::replace_with(const UserRecord& fresh, const KeyWatch& watch) const {
  auto as_read = fresh.whole();
  auto refused = fresh.store->read(
      fresh.index, [](const UserState* state) { return state == nullptr ? std::nullopt : state->keys_refused; });
  const auto source = fresh.key_source();
  KeyList keys;
  for (std::size_t i = 0; i != source.size(); ++i) keys.push_back(source[i]);
  store->write(index, [&](UserState& state) {
    for (auto change = watch.since; change != watch.journal->size(); ++change) {
      const auto& [id, made] = (*watch.journal)[change];
      const auto key = find_by_id(keys, id);
      if (made && key == keys.end()) keys.push_back(*made);
      if (!made && key != keys.end()) keys.erase(key);
    }
    if (state.keys) {
      KeyList known;
      for (const auto& key : *state.keys) {
        if (!KeyAccess::secret(key).empty()) known.push_back(key);
      }
      for (auto& key : keys) KeyAccess::keep_secret(key, known);
    }
    state.whole = std::move(as_read);
    state.later.clear();
    state.said.clear();
    state.keys_refused = std::move(refused);
    state.keys = std::make_shared<const KeyList>(std::move(keys));
    UserLookup::forget_gone(state);
  });
}

}  // namespace wandb::detail
