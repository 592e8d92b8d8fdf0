// A user's attributes, and what has changed since they were read: behind every handle of the same user.
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

#include <wandb/attrs.hpp>
#include <wandb/detail/identity.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/operations.hpp>
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

/// The users of one page: the page, never changed, and beside it, guarded, what has changed of each.
class UserStore {
 public:
  explicit UserStore(std::shared_ptr<const Page> page) : page_(std::move(page)) {}

  /// What has changed of one user. Pages are only ever added, so that views of earlier ones stay valid.
  struct Changes {
    struct Overlay {
      std::shared_ptr<const Page> page;
      ObjectView object;
      bool complete = false;  // nothing older counts
      std::vector<FieldError> errors;
    };
    std::vector<Overlay> overlays;  // the newest last
    std::shared_ptr<KeyList> keys;
    mutable bool keys_shown = false;  // ranges have this list, so that it may not change any more
    IdentityPtr identity;
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
    auto changed = store->read(index, [&](const UserStore::Changes* changes) -> std::optional<Found> {
      if (changes == nullptr) return std::nullopt;
      for (auto overlay = changes->overlays.rbegin(); overlay != changes->overlays.rend(); ++overlay) {
        auto found = in(overlay->page, overlay->object, overlay->errors, 0);
        if (found.field != nullptr || overlay->complete) return found;
      }
      return std::nullopt;
    });
    return changed ? *changed : in(store->page(), object, store->field_errors, index);
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
    all.insert(all.end(), store->page_errors.begin(), store->page_errors.end());
    return all;
  }

  /// The credentials to act with as this user, as far as they were given or found.
  [[nodiscard]] IdentityPtr identity() const {
    return store->read(index, [](const auto* changes) { return changes ? changes->identity : nullptr; });
  }
  void set_identity(IdentityPtr identity) const {
    store->write(index, [&](auto& changes) { changes.identity = std::move(identity); });
  }

  /// Changes the list of keys, from whatever it is now, and with it the credentials: `f(KeyList&, IdentityPtr&)`.
  template <class F>
  void change_keys(F f) const {
    const auto listed = nodes("apiKeys");
    store->write(index, [&](auto& changes) {
      if (!changes.keys) {
        changes.keys = std::make_shared<KeyList>();
        for (std::size_t i = 0; i != listed.size(); ++i) {
          changes.keys->push_back(KeyAccess::make(listed.owner, listed[i], false));
        }
      } else if (changes.keys_shown) {
        changes.keys = std::make_shared<KeyList>(*changes.keys);
      }
      changes.keys_shown = false;
      f(*changes.keys, changes.identity);
    });
  }

  void overlay(UserStore::Changes::Overlay fresh) const {
    store->write(index, [&](auto& changes) { changes.overlays.push_back(std::move(fresh)); });
  }

  /// Takes over everything that was read anew of the same user.
  void replace_with(const UserRecord& fresh) const {
    auto keys = fresh.store->read(fresh.index, [](const auto* changes) { return changes ? changes->keys : nullptr; });
    store->write(index, [&](auto& changes) {
      changes.overlays.push_back({fresh.store->page(), fresh.object, true, fresh.store->field_errors});
      changes.keys = std::move(keys);
      changes.keys_shown = true;
    });
  }

 private:
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
