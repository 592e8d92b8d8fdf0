// The door to a server: the current user, other users, new users.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/client.hpp>
#include <wandb/detail/checks.hpp>
#include <wandb/detail/read_methods.hpp>
#include <wandb/detail/write_methods.hpp>

namespace wandb {

template <Transport T>
class User;
template <Transport T>
class Users;

/// What one caller can ask of one server. A handle: copies share the transport. Every method returns its result, or
/// with an asynchronous transport a task of it, and tells the error where it has none; arguments may die as soon as the
/// call returns.
template <Transport T>
class Api : public Client<T> {
 public:
  using Client<T>::Client;
  explicit Api(Client<T> client) : Client<T>(std::move(client)) {}

  /// The same, or what is wrong with the environment or the options (see `Client::status`).
  [[nodiscard]] static Result<Api> make(T transport, const Options& options = {},
                                        const Environment& environment = Environment::process()) {
    Api api(std::move(transport), options, environment);
    if (auto status = api.status(); !status) return status.error();
    return api;
  }

  /// The same server and transport as somebody else.
  [[nodiscard]] Api as(const Secret& secret) const { return Api(Client<T>::as(secret)); }

  /// The user whose credentials these are, with keys and teams. `errc::unauthorized` where the server knows nobody by
  /// them. Stands on `viewer`.
  [[nodiscard]] auto viewer(const CallOptions& options = {}) const {
    return detail::ClientAccess::run(
        *this, detail::FetchUser(std::string{}), options,
        [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<User<T>> {
          if (!found) return found.error();
          if (*found) return User<T>(client, std::move(**found));
          return Error(make_error_code(errc::unauthorized),
                       "the server knows nobody by these credentials; check the API key");
        });
  }

  /// The user of exactly this username, e-mail (ASCII case does not matter) or id, with keys and teams; empty when
  /// there is none. Looks through every page that the server finds. Needs an admin of the instance. Stands on `users`.
  [[nodiscard]] auto user(std::string_view name, const CallOptions& options = {}) const {
    using Method = detail::Checked<detail::FindUser>;
    auto fault = detail::check_text("users", "the name", name);
    return detail::ClientAccess::run(
        *this, fault ? Method(std::move(*fault)) : Method(detail::FindUser(std::string(name))), options,
        [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<std::optional<User<T>>> {
          if (!found) return found.error();
          if (!*found) return std::optional<User<T>>();
          return std::optional<User<T>>(User<T>(client, std::move(**found)));
        });
  }

  /// The users whose username or e-mail begins or ends with `query`, or everybody; read page by page as they are taken.
  /// Nothing is sent yet. Needs an admin of the instance. Stands on `users`.
  [[nodiscard]] Users<T> users(std::string_view query = {}, const PageOptions& options = {}) const {
    return Users<T>(base(), query, options);
  }

  /// Makes a user. Needs an admin of the instance. `errc::conflict` where the e-mail is taken; after an error whose
  /// `outcome()` is `unknown`, `user(email)` tells. The new user has neither keys nor teams loaded. Stands on
  /// `createUser`, which is sent again only when it certainly did not run.
  [[nodiscard]] auto create_user(std::string_view email, bool admin = false, const CallOptions& options = {}) const {
    using Method = detail::Checked<detail::CreateUser>;
    auto fault = detail::check_text("createUser", "the e-mail", email);
    return detail::ClientAccess::run(*this,
                                     fault ? Method(std::move(*fault)) : Method(detail::CreateUser(email, admin)),
                                     options, [client = base()](Result<detail::UserRecord> made) -> Result<User<T>> {
                                       if (!made) return made.error();
                                       return User<T>(client, std::move(*made));
                                     });
  }

 private:
  [[nodiscard]] const Client<T>& base() const noexcept { return *this; }
};

template <class T>
Api(T) -> Api<T>;
template <class T>
Api(T, Options) -> Api<T>;
template <class T>
Api(T, Options, Environment) -> Api<T>;

}  // namespace wandb

#include <wandb/users.hpp>
