// Defines what detail/user/ declares.
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
#include <wandb/detail/config/federation.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/detail/user/key_list.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/detail/user/user_store.hpp>
#include <wandb/graphql/operations.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The newest value of a user's field, like `FoundField` but without owning the page. Valid inside `UserStore::read`.
struct FieldView {
  const std::shared_ptr<const Page>* page = nullptr;
  ObjectView object;
  const Field* field = nullptr;

  [[nodiscard]] Slot slot() const noexcept { return field == nullptr ? Slot{} : object.slot(*field); }
  [[nodiscard]] FoundField with_page() const {
    return field == nullptr ? FoundField{} : FoundField{*page, object, field};
  }
};

/// Finds a user's fields, keys and readings in a store.
struct UserLookup {
  [[nodiscard]] static Reading full_reading(const UserRecord& user, const UserState* state) {
    if (state != nullptr && state->reloaded) return *state->reloaded;
    return Reading{std::shared_ptr<const UserAnswer>(user.store, &user.store->answer()), user.object, user.index};
  }

  template <class Matches>
  [[nodiscard]] static FieldView find(const UserRecord& user, const UserState* state, const Matches& matches) {
    if (state != nullptr) {
      for (const auto& [reading, field] : state->updated_fields) {
        if (matches(reading.object) != field) continue;
        const bool loaded = reading.answer->has(reading.object, reading.user, *field);
        return loaded ? FieldView{&reading.answer->page, reading.object, field} : FieldView{};
      }
      if (const auto& last = state->reloaded) return find_in(*last->answer, last->object, last->user, state, matches);
    }
    return find_in(user.store->answer(), user.object, user.index, state, matches);
  }
  template <class Matches>
  [[nodiscard]] static FoundField find(const UserRecord& user, const Matches& matches) {
    return user.store->read(user.index, [&](const UserState* state) { return find(user, state, matches).with_page(); });
  }

  [[nodiscard]] static FieldView find_key(const UserRecord& user, const UserState* state, std::string_view key) {
    return find(user, state, [key](const ObjectView& where) { return where.field(key); });
  }
  /// Calls `use` with the slot of the field with that key, and with the page that owns it.
  template <class Use>
  [[nodiscard]] static auto read_slot(const UserRecord& user, std::string_view key, const Use& use) {
    return user.store->read(user.index, [&](const UserState* state) {
      const auto found = find_key(user, state, key);
      return use(found.slot(), found.page);
    });
  }

  [[nodiscard]] static KeyList copy_keys(const UserRecord& user, const UserState& state) {
    if (state.keys) return *state.keys;
    KeyList keys;
    const auto found = find_key(user, &state, "apiKeys");
    if (found.field != nullptr) append_keys(keys, Nodes(*found.page, found.object, "apiKeys"));
    return keys;
  }
  /// The list of keys, to add one to it. Ranges show the keys as they were, so a list that one of them shares is
  /// copied.
  [[nodiscard]] static KeyList& growing_keys(const UserRecord& user, UserState& state) {
    if (state.keys.use_count() != 1) return *(state.keys = std::make_shared<KeyList>(copy_keys(user, state)));
    // The last range may just have been destroyed by another thread. To give up a copy acquires what that thread has
    // released, which to read the count does not.
    { const auto given_up = state.keys; }
    return *state.keys;
  }
  static void forget_unlisted_identities(UserState& state) {
    std::erase_if(state.key_identities, [&](const IdentityPtr& identity) {
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
  return UserLookup::read_slot(*this, key, [](const Slot& slot, const std::shared_ptr<const Page>* page) {
    return slot.state() == SlotState::string ? Text(*page, slot.text()) : Text();
  });
}

WANDB_DECL std::optional<bool> UserRecord::flag(std::string_view key) const {
  return UserLookup::read_slot(*this, key, [](const Slot& slot, const std::shared_ptr<const Page>*) {
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
    known.given = state->given_identity;
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
  const auto reading = full_reading();
  return reading.answer->errors.first(reading.user, "apiKeys");
}

WANDB_DECL std::vector<Error> UserRecord::errors() const {
  const auto now = store->read(index, [](const UserState* state) { return state == nullptr ? UserState() : *state; });
  std::vector<Error> errors;
  if (now.keys_refused) errors.push_back(*now.keys_refused);
  const auto reading = UserLookup::full_reading(*this, &now);
  reading.answer->errors.each(reading.user, [&](std::string_view field, Error error) {
    if (now.keys_refused && field == "apiKeys") return;
    const bool updated = std::any_of(now.updated_fields.begin(), now.updated_fields.end(),
                                     [&](const UpdatedField& one) { return one.field->key == field; });
    if (!updated) errors.push_back(std::move(error));
  });
  for (const auto& one : now.updated_fields) {
    one.reading.answer->errors.each(one.reading.user, [&](std::string_view field, Error error) {
      if (field == one.field->key) errors.push_back(std::move(error));
    });
  }
  reading.answer->errors.each_of_page([&](Error error) { errors.push_back(std::move(error)); });
  errors.insert(errors.end(), now.mutation_errors.begin(), now.mutation_errors.end());
  return errors;
}

WANDB_DECL Reading UserRecord::full_reading() const {
  return store->read(index, [&](const UserState* state) { return UserLookup::full_reading(*this, state); });
}

WANDB_DECL IdentityPtr UserRecord::given_identity() const {
  return store->read(index, [](const UserState* state) { return state ? state->given_identity : nullptr; });
}

WANDB_DECL void UserRecord::give_secret(const Secret& secret, std::string_view source) const {
  auto identity = std::make_shared<const Identity>(Secret(trimmed(secret.reveal())), person(), std::string(source));
  store->write(index, [&](UserState& state) { state.given_identity = std::move(identity); });
}

WANDB_DECL void UserRecord::give_identity_token(const IdentityToken& token, std::string_view source) const {
  auto identity = std::make_shared<const Identity>(std::make_shared<Federation>(token, source), person());
  store->write(index, [&](UserState& state) { state.given_identity = std::move(identity); });
}

WANDB_DECL IdentityPtr UserRecord::identity_of(const Secret& secret) const {
  return store->write(index, [&, owner = person()](UserState& state) -> IdentityPtr {
    for (const auto& identity : state.key_identities) {
      if (identity->secret() == secret) return identity;
    }
    return state.key_identities.emplace_back(std::make_shared<const Identity>(secret, owner));
  });
}

WANDB_DECL void UserRecord::add_key(ApiKey key) const {
  store->write(index, [&](UserState& state) {
    if (const auto journal = state.journal.lock()) journal->push_back({std::string(key.id()), key});
    UserLookup::growing_keys(*this, state).push_back(std::move(key));
  });
}

WANDB_DECL void UserRecord::set_keys(KeyList keys) const {
  store->write(index, [&](UserState& state) { state.keys = std::make_shared<KeyList>(std::move(keys)); });
}

WANDB_DECL void UserRecord::remove_key(std::string_view id) const {
  store->write(index, [&](UserState& state) {
    if (const auto journal = state.journal.lock()) journal->push_back({std::string(id), std::nullopt});
    auto keys = UserLookup::copy_keys(*this, state);
    const auto key = find_by_id(keys, id);
    if (key == keys.end()) return;
    // The given secret was this key. It is forgotten, so that the secret of another key can be used instead.
    if (state.given_identity && key->belongs_to(state.given_identity->secret())) state.given_identity = nullptr;
    keys.erase(key);
    state.keys = std::make_shared<KeyList>(std::move(keys));
    UserLookup::forget_unlisted_identities(state);
  });
}

WANDB_DECL void UserRecord::refuse_keys(Error error) const {
  store->write(index, [&](UserState& state) {
    state.keys_refused = std::move(error);
    state.keys = nullptr;
  });
}

WANDB_DECL void UserRecord::apply(const Reading& fresh) const {
  store->write(index, [&](UserState& state) { state.apply(fresh); });
}

WANDB_DECL void UserRecord::set_mutation_errors(std::vector<Error> errors) const {
  store->write(index, [&](UserState& state) { state.mutation_errors = std::move(errors); });
}

WANDB_DECL KeyJournalPosition UserRecord::start_key_journal() const {
  return store->write(index, [](UserState& state) {
    auto journal = state.journal.lock();
    if (!journal) state.journal = journal = std::make_shared<KeyJournal>();
    const auto since = journal->size();
    return KeyJournalPosition{std::move(journal), since};
  });
}

WANDB_DECL void UserRecord::replace_with(const UserRecord& fresh, const KeyJournalPosition& reload_start) const {
  auto reading = fresh.full_reading();
  auto refused = fresh.store->read(
      fresh.index, [](const UserState* state) { return state == nullptr ? std::nullopt : state->keys_refused; });
  const auto source = fresh.key_source();
  KeyList keys;
  for (std::size_t i = 0; i != source.size(); ++i) keys.push_back(source[i]);
  store->write(index, [&](UserState& state) {
    replay(keys, reload_start);
    if (state.keys) copy_secrets(keys, *state.keys);
    state.reloaded = std::move(reading);
    state.updated_fields.clear();
    state.mutation_errors.clear();
    state.keys_refused = std::move(refused);
    state.keys = std::make_shared<KeyList>(std::move(keys));
    UserLookup::forget_unlisted_identities(state);
  });
}

}  // namespace wandb::detail
