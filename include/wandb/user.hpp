// A user of the server: attributes, keys, teams, and what can be done with them.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/attrs.hpp>
#include <wandb/client.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/flow/flows.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/fwd.hpp>
#include <wandb/keys.hpp>
#include <wandb/result.hpp>
#include <wandb/selection.hpp>
#include <wandb/text.hpp>
#include <wandb/value.hpp>

namespace wandb {

/// A user. A handle: copies are the same user, and see each other's changes; safe to share between threads. What was
/// read does not change by itself; `reload()` reads anew. Ranges and texts own what they show, as it was when they were
/// taken.
template <Transport T>
class User<T, any_selection> {
 public:
  /// A user from attributes at hand; nothing is sent.
  User(const Client<T>& client, const Attrs& attrs)
      : User(client, detail::UserRecord::of(attrs.page(), attrs.view())) {}
  /// The same with the user's own secret, which is proven before its first use.
  User(const Client<T>& client, const Attrs& attrs, const Secret& secret) : User(client, attrs) {
    record_.give_secret(secret, "User's constructor");
  }

  /// Makes a user: `Api::create_user`. Needs `<wandb/api.hpp>`.
  [[nodiscard]] static Returns<T, User> create(const Client<T>& client, std::string_view email, bool admin = false,
                                               const CallOptions& options = {}) {
    return Api<T>(client).create_user(email, admin, options);
  }

  [[nodiscard]] Text id() const { return record_.text("id"); }
  [[nodiscard]] Text name() const { return record_.text("name"); }
  [[nodiscard]] Text username() const { return record_.text("username"); }
  [[nodiscard]] Text email() const { return record_.text("email"); }
  [[nodiscard]] Text entity() const { return record_.text("entity"); }
  /// When the user was deleted, as the server writes it; empty for one who was not.
  [[nodiscard]] Text deleted_at() const { return record_.text("deletedAt"); }
  /// Whether the user is an admin of the instance; empty where that is null or not loaded.
  [[nodiscard]] std::optional<bool> admin() const { return record_.flag("admin"); }

  /// An attribute by its name, `photo_url` or `photoUrl`: tells unloaded, null and value apart. The name "user" is
  /// misuse.
  [[nodiscard]] Value operator[](std::string_view attribute) const {
    if (attribute == "user") {
      static_cast<void>(user_itself());
      return {};
    }
    auto found = record_.find(&find_attribute, attribute);
    return found.field == nullptr ? Value() : Value(std::move(found.page), found.object, *found.field);
  }
  /// The same as a type: empty where it is null, `errc::attribute_not_loaded`, `errc::wrong_attribute_type`.
  template <class As>
  [[nodiscard]] Result<std::optional<As>> attr(std::string_view attribute) const {
    if (attribute == "user") return user_itself();
    auto value = (*this)[attribute];
    if (value.is_loaded()) return std::move(value).template as<As>();
    return Error(make_error_code(errc::attribute_not_loaded),
                 "the attribute \"" + std::string(attribute) + "\" was not loaded", Delivery::nothing_sent);
  }

  /// The names of the user's API keys; empty where there are none or they were not loaded. **On older servers, and for
  /// a key generated here, a name is the secret itself**; on newer servers it is the key ID, the first part of the
  /// secret.
  [[nodiscard]] KeyNames api_keys() const { return KeyNames(detail::KeyNameSource{record_.key_source()}); }
  /// The same as rows, which are safe to print.
  [[nodiscard]] Keys keys() const { return Keys(record_.key_source()); }
  /// The names of the user's teams; empty where there are none or they were not loaded.
  [[nodiscard]] TeamNames teams() const { return TeamNames(detail::TeamNameSource{record_.nodes("teams")}); }
  /// What the server said about parts of this user that it did not give. Such parts count as not loaded.
  [[nodiscard]] std::vector<Error> errors() const { return record_.errors(); }

  /// Gives the user's own secret, to act as the user; white space around it is left out. Nothing is sent; it is proven
  /// before its first use. `errc::malformed_api_key`.
  Result<void> authenticate(const Secret& secret) {
    constexpr std::string_view source = "User::authenticate";
    auto checked = detail::check_secret(secret, source);
    if (checked) record_.give_secret(secret, source);
    return checked;
  }

  /// An `Api` that acts as this user, never as the caller. `errc::no_user_credentials` where no secret of the user is
  /// known; a secret of somebody else is found out by the first call, with `errc::credentials_of_another_user`, before
  /// anything is done. Needs `<wandb/api.hpp>`.
  [[nodiscard]] Result<Api<T>> user_api() const {
    auto caller = detail::as_user(client_.caller(), record_);
    if (!caller) return caller.error();
    return Api<T>(client_.for_caller(std::move(*caller)));
  }

  /// Makes an API key for this user, as this user, and adds it to `api_keys()` and `keys()`. The secret is shown this
  /// once on newer servers. `errc::no_user_credentials`, `errc::credentials_of_another_user`; after `outcome_unknown` a
  /// key may exist that nobody knows, and after an error whose `outcome()` is `ran` the new key stands in `keys()` with
  /// its secret where the answer held that. Stands on `generateApiKey`.
  [[nodiscard]] Returns<T, Secret> generate_api_key(std::optional<std::string_view> description = std::nullopt,
                                                    const CallOptions& options = {}) const {
    return client_.run(detail::generate_key(client_.caller(), options, record_, description));
  }

  /// Deletes the key of that name, the first where several bear it, as the caller. On success it is gone from
  /// `api_keys()`. A name that no loaded key bears may be a key itself and is then taken for the secret: that of a key
  /// generated here is its name no longer once it is read anew from a newer server. A name that is not among the loaded
  /// keys is misuse: `std::invalid_argument` from the call itself. Keys never loaded: `errc::keys_not_loaded`, or what
  /// the server said when it refused them. Stands on `deleteApiKey`.
  [[nodiscard]] Returns<T, void> delete_api_key(std::string_view name, const CallOptions& options = {}) const {
    return client_.run(detail::delete_key(client_.caller(), options, record_, name));
  }
  /// The same by row: the key of its id.
  [[nodiscard]] Returns<T, void> delete_api_key(const ApiKey& row, const CallOptions& options = {}) const {
    return client_.run(detail::delete_key(client_.caller(), options, record_, row));
  }
  /// The same by secret: the one key that belongs to it (`ApiKey::belongs_to`), also in a later process than that which
  /// generated it. `errc::ambiguous_key` where several do: the error says which, and nothing was sent.
  [[nodiscard]] Returns<T, void> delete_api_key(const Secret& secret, const CallOptions& options = {}) const {
    return client_.run(detail::delete_key(client_.caller(), options, record_, secret));
  }

  /// Changes attributes, as the caller; another user's need an admin. Stands on `updateUser`.
  [[nodiscard]] Returns<T, void> update(const UserUpdate& changes, const CallOptions& options = {}) const {
    return client_.run(detail::update_user(client_.caller(), options, record_, changes));
  }
  /// Makes the user an admin of the instance, or no longer. Stands on `updateUser`.
  [[nodiscard]] Returns<T, void> set_admin(bool admin, const CallOptions& options = {}) const {
    return update({.admin = admin}, options);
  }
  /// Deletes the user; `restore()` brings them back. Stands on `deleteUser`.
  [[nodiscard]] Returns<T, void> remove(const CallOptions& options = {}) const {
    return client_.run(detail::delete_user(client_.caller(), options, record_));
  }
  /// Brings a deleted user back. Stands on `undeleteUser`.
  [[nodiscard]] Returns<T, void> restore(const CallOptions& options = {}) const {
    return client_.run(detail::restore_user(client_.caller(), options, record_));
  }
  /// Reads the user anew, keys and teams included. `errc::not_found` where there is no such user any more. Stands on
  /// `user`, on `viewer` for the caller, or on `users` for one whose id is not known: looked for by e-mail or username.
  [[nodiscard]] Returns<T, void> reload(const CallOptions& options = {}) const {
    return client_.run(detail::reload_user(client_.caller(), options, record_));
  }

  /// `<User ann@example.com>`: the e-mail, else username, id, or name, with what looks like a key masked.
  [[nodiscard]] friend std::string to_string(const User& user) { return user.record_.shown(); }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const User& user) {
    return out << to_string(user);
  }

 private:
  friend class Api<T>;
  template <Transport, class>
  friend class Users;
  template <Transport, class>
  friend class User;

  User(Client<T> client, detail::UserRecord record) : client_(std::move(client)), record_(std::move(record)) {}
  static Result<User> made(const Client<T>& client, detail::UserRecord record) {
    return User(client, std::move(record));
  }

  static Error user_itself() { return detail::misused("user", "the attribute \"user\"", "is the user itself"); }

  Client<T> client_;
  detail::UserRecord record_;
};

template <class T>
User(const Client<T>&, const Attrs&) -> User<T>;
template <class T>
User(const Client<T>&, const Attrs&, const Secret&) -> User<T>;

}  // namespace wandb
