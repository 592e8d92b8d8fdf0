// The door to a server: the current user, other users, new users.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/check_transport.hpp>
#include <wandb/client.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/flow/read_methods.hpp>
#include <wandb/detail/flow/write_methods.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/selection.hpp>
#include <wandb/user.hpp>
#include <wandb/users.hpp>

namespace wandb {

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
  [[nodiscard]] auto viewer(const CallOptions& options = {}) const { return read_viewer<any_selection>(options); }
  /// The same with more attributes: `viewer(fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] auto viewer(Selection<Fields>, const CallOptions& options = {}) const {
    return read_viewer<Selection<Fields>>(options);
  }

  /// The user of exactly this username, e-mail or id, with keys and teams; empty when there is none, which only a whole
  /// answer shows. Looks through every page that the server finds. An e-mail of that spelling goes before one in other
  /// ASCII case, a living account before a deleted one; where several are left, `errc::ambiguous_user` names them.
  /// Needs an admin of the instance. Stands on `users`.
  [[nodiscard]] auto user(std::string_view name, const CallOptions& options = {}) const {
    return read_user<any_selection>(name, options);
  }
  /// The same with more attributes: `user("ann", fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] auto user(std::string_view name, Selection<Fields>, const CallOptions& options = {}) const {
    return read_user<Selection<Fields>>(name, options);
  }

  /// The users whose username or e-mail begins or ends with `query`, or everybody; read page by page as they are taken.
  /// Nothing is sent yet. Needs an admin of the instance. Stands on `users`.
  [[nodiscard]] Users<T> users(std::string_view query = {}, const PageOptions& options = {}) const {
    return Users<T>(base(), query, options);
  }
  /// The same with more attributes: `users("ann", fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] Users<T, Selection<Fields>> users(std::string_view query, Selection<Fields>,
                                                  const PageOptions& options = {}) const {
    return Users<T, Selection<Fields>>(base(), query, options);
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

  template <class S>
  [[nodiscard]] auto read_viewer(const CallOptions& options) const {
    return detail::ClientAccess::run(
        *this, detail::FetchUser(std::string{}, S::queries, options.keys), options,
        [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<User<T, S>> {
          if (!found) return found.error();
          return User<T, S>::made(client, std::move(**found));
        });
  }

  template <class S>
  [[nodiscard]] auto read_user(std::string_view name, const CallOptions& options) const {
    using Method = detail::Checked<detail::FindUser>;
    using Found = std::optional<User<T, S>>;
    auto fault = detail::check_text("users", "the name", name);
    return detail::ClientAccess::run(
        *this,
        fault ? Method(std::move(*fault)) : Method(detail::FindUser(std::string(name), S::queries, options.keys)),
        options, [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<Found> {
          if (!found) return found.error();
          if (!*found) return Found();
          auto user = User<T, S>::made(client, std::move(**found));
          return user ? Result<Found>(std::move(*user)) : Result<Found>(user.error());
        });
  }
};

namespace detail {

/// `type` is `T`, of which the compiler says what it lacks if it is no transport. None for a client, which is copied.
template <class T>
struct DeducedTransport {
  static_assert(check_transport<T>());
  using type = T;
};
template <class T>
requires requires(const T& client) { ClientAccess::caller(client); }
struct DeducedTransport<T> {};

}  // namespace detail

template <class T>
Api(T) -> Api<typename detail::DeducedTransport<T>::type>;
template <class T>
Api(T, Options) -> Api<typename detail::DeducedTransport<T>::type>;
template <class T>
Api(T, Options, Environment) -> Api<typename detail::DeducedTransport<T>::type>;

}  // namespace wandb
