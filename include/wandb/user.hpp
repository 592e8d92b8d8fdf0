// A user of the server: attributes, keys, teams, and the operations on them.
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
#include <wandb/detail/answer/attribute_names.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/flow/flows.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/fwd.hpp>
#include <wandb/keys.hpp>
#include <wandb/result.hpp>
#include <wandb/selection.hpp>
#include <wandb/text.hpp>
#include <wandb/value.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {
template <Transport T, class S>
struct Made;
}

/// A user of the server. Copies refer to the same user and see each other's changes; threads may share them. The data
/// changes only by calls on this object or on a copy; `reload()` reads it again. The ranges and texts that it returns
/// are snapshots, which own their data.
template <Transport T>
class User<T, any_selection> {
 public:
  /// Makes a user from known attributes. Sends nothing.
  User(const Client<T>& client, const Attrs& attrs)
      : User(client, detail::UserRecord::of(attrs.page(), attrs.view())) {}
  /// Makes a user who has the secret of one of their keys. The library verifies it before its first use.
  User(const Client<T>& client, const Attrs& attrs, const Secret& secret) : User(client, attrs) {
    record_.give_secret(secret, "User's constructor");
  }
  /// Makes a user who has an identity token. The library verifies each access token before its first use.
  User(const Client<T>& client, const Attrs& attrs, const IdentityToken& token) : User(client, attrs) {
    record_.give_identity_token(token, "User's constructor");
  }

  /// Creates a user, as `Api::create_user` does. Needs `<wandb/api.hpp>`.
  [[nodiscard]] static Returns<T, User> create(const Client<T>& client, std::string_view email, bool admin = false,
                                               const CallOptions& options = {}) {
    return Api<T>(client).create_user(email, admin, options);
  }

  // Each of the following is empty if the attribute is null or was not loaded.
  [[nodiscard]] Text id() const { return record_.text("id"); }
  [[nodiscard]] Text name() const { return record_.text("name"); }
  [[nodiscard]] Text username() const { return record_.text("username"); }
  [[nodiscard]] Text email() const { return record_.text("email"); }
  [[nodiscard]] Text entity() const { return record_.text("entity"); }
  /// The time at which the user was deleted, in the server's format; empty for an active user.
  [[nodiscard]] Text deleted_at() const { return record_.text("deletedAt"); }
  /// Whether the user is an admin of the instance.
  [[nodiscard]] std::optional<bool> admin() const { return record_.flag("admin"); }

  /// Returns an attribute by its name, in snake_case or camelCase. The `Value` distinguishes an attribute that was not
  /// loaded, null and a value. The name "user" is misuse: it throws `std::invalid_argument`.
  [[nodiscard]] Value operator[](std::string_view attribute) const {
    if (attribute == "user") {
      static_cast<void>(user_itself());
      return {};
    }
    auto found = record_.find(&detail::find_attribute, attribute);
    return found.field == nullptr ? Value() : Value(std::move(found.page), found.object, *found.field);
  }
  /// Returns an attribute as a C++ type; empty if it is null. Fails with `errc::attribute_not_loaded` or
  /// `errc::wrong_attribute_type`.
  template <class As>
  [[nodiscard]] Result<std::optional<As>> attr(std::string_view attribute) const {
    if (attribute == "user") return user_itself();
    auto value = (*this)[attribute];
    if (value.is_loaded()) return std::move(value).template as<As>();
    return Error(make_error_code(errc::attribute_not_loaded),
                 "the attribute \"" + std::string(attribute) + "\" was not loaded", Delivery::nothing_sent);
  }

  /// Returns the names of the user's API keys; empty if there are none or they were not loaded. **On older servers, and
  /// for a key that this object generated, the name is the secret itself**; on newer servers it is the key ID, which is
  /// the first part of the secret.
  [[nodiscard]] KeyNames api_keys() const { return KeyNames(detail::KeyNameSource{record_.key_source()}); }
  /// Returns the user's API keys as rows, which are safe to print.
  [[nodiscard]] Keys keys() const { return Keys(record_.key_source()); }
  /// Returns the names of the user's teams; empty if there are none or they were not loaded.
  [[nodiscard]] TeamNames teams() const { return TeamNames(detail::TeamNameSource{record_.nodes("teams")}); }
  /// Returns the server's errors about parts of this user. Those parts are not loaded.
  [[nodiscard]] std::vector<Error> errors() const { return record_.errors(); }

  /// Sets the secret of one of the user's keys, with which calls can act as this user. Surrounding white space is
  /// removed. Sends nothing: the library verifies the secret before its first use. Fails with
  /// `errc::malformed_api_key`.
  Result<void> authenticate(const Secret& secret) {
    constexpr std::string_view source = "User::authenticate";
    auto checked = detail::check_secret(secret, source);
    if (checked) record_.give_secret(secret, source);
    return checked;
  }
  /// Sets the source of the user's identity tokens in place of a key: the user needs no key to act, and may make the
  /// first one. Sends nothing: the token is read and exchanged by the first call that acts as this user, which fails
  /// with `errc::credentials_of_another_user` if it is somebody else's.
  void authenticate(const IdentityToken& token) { record_.give_identity_token(token, "User::authenticate"); }

  /// Returns an `Api` that acts as this user, never as the caller. Fails with `errc::no_user_credentials` if no secret
  /// of the user is known. If the secret belongs to somebody else, the first call fails with
  /// `errc::credentials_of_another_user` before it does anything. Needs `<wandb/api.hpp>`.
  [[nodiscard]] Result<Api<T>> user_api() const {
    auto caller = detail::as_user(client_.caller(), record_);
    if (!caller) return caller.error();
    return Api<T>(client_.for_caller(std::move(*caller)));
  }

  /// Generates an API key for this user, with the user's own credentials, and adds it to `api_keys()` and `keys()`.
  /// Newer servers return the secret only this once. Fails with `errc::no_user_credentials` or
  /// `errc::credentials_of_another_user`. If `outcome()` is `unknown`, a key may exist whose secret nobody has; if it
  /// is `ran`, `keys()` has the new key, with its secret if the answer contained it. W&B operation: `generateApiKey`.
  [[nodiscard]] Returns<T, Secret> generate_api_key(std::optional<std::string_view> description = std::nullopt,
                                                    const CallOptions& options = {}) const {
    return client_.run(detail::generate_key(client_.caller(), options, record_, description));
  }

  /// Deletes the first key of that name, with the caller's credentials, and removes it from `api_keys()` on success.
  /// `name` may also be a secret, since a newer server gives a generated key another name than the secret when it is
  /// read again. If no loaded key fits, that is misuse: the call throws `std::invalid_argument`. Fails with
  /// `errc::keys_not_loaded` if the keys were not loaded, or with the error by which the server refused them. W&B
  /// operation: `deleteApiKey`.
  [[nodiscard]] Returns<T, void> delete_api_key(std::string_view name, const CallOptions& options = {}) const {
    return client_.run(detail::delete_key(client_.caller(), options, record_, name));
  }
  /// Deletes the key with the id of `row`.
  [[nodiscard]] Returns<T, void> delete_api_key(const ApiKey& row, const CallOptions& options = {}) const {
    return client_.run(detail::delete_key(client_.caller(), options, record_, row));
  }
  /// Deletes the key that belongs to `secret` (`ApiKey::belongs_to`), which another process may have generated. If
  /// several do, it sends nothing and fails with `errc::ambiguous_key`, which names them.
  [[nodiscard]] Returns<T, void> delete_api_key(const Secret& secret, const CallOptions& options = {}) const {
    return client_.run(detail::delete_key(client_.caller(), options, record_, secret));
  }

  /// Changes attributes, with the caller's credentials. To change another user the caller must be an admin of the
  /// instance. Fails with `errc::rejected` and the outcome `ran` if the server answers with another value of a flag. A
  /// new e-mail may have to be confirmed first, and `email()` is then still the old one. An update without a change is
  /// `errc::invalid_argument`, and a user whose id is not known `errc::attribute_not_loaded`. W&B operation:
  /// `updateUser`.
  [[nodiscard]] Returns<T, void> update(const UserUpdate& changes, const CallOptions& options = {}) const {
    return client_.run(detail::update_user(client_.caller(), options, record_, changes));
  }
  /// Makes the user an admin of the instance, or takes that away. Fails as `update` does. W&B operation: `updateUser`.
  [[nodiscard]] Returns<T, void> set_admin(bool admin, const CallOptions& options = {}) const {
    return update({.admin = admin}, options);
  }
  /// Deletes the user; `restore()` undoes it. Fails with `errc::attribute_not_loaded` if the user's id is not known, or
  /// with the error by which the server refused it. W&B operation: `deleteUser`.
  [[nodiscard]] Returns<T, void> remove(const CallOptions& options = {}) const {
    return client_.run(detail::delete_user(client_.caller(), options, record_));
  }
  /// Restores a deleted user, with the credentials of an admin. Fails as `remove` does. W&B operation: `undeleteUser`.
  [[nodiscard]] Returns<T, void> restore(const CallOptions& options = {}) const {
    return client_.run(detail::restore_user(client_.caller(), options, record_));
  }
  /// Reads the user again, with keys and teams. Fails with `errc::not_found` if the user does not exist any more. W&B
  /// operation: `user`; `viewer` for the caller; `users`, by e-mail or username, if the id is not known.
  [[nodiscard]] Returns<T, void> reload(const CallOptions& options = {}) const {
    return client_.run(detail::reload_user(client_.caller(), options, record_));
  }

  /// Returns `<User ann@example.com>`, with the first of e-mail, username, id and name that is known. Text with the
  /// shape of a key is masked.
  [[nodiscard]] friend std::string to_string(const User& user) { return user.record_.shown(); }
  template <class Traits>
  friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, const User& user) {
    return out << to_string(user);
  }

 private:
  friend class Api<T>;
  template <Transport, class>
  friend class User;
  template <Transport, class>
  friend struct detail::Made;
  template <class>
  friend struct StructSelection;

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
template <class T>
User(const Client<T>&, const Attrs&, const IdentityToken&) -> User<T>;

}  // namespace wandb
