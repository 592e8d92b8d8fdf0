// The door to a server: the current user, other users, new users.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/check_transport.hpp>
#include <wandb/client.hpp>
#include <wandb/detail/flow/flows.hpp>
#include <wandb/fwd.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/result.hpp>
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
  [[nodiscard]] Returns<T, User<T>> viewer(const CallOptions& options = {}) const {
    return read_viewer<any_selection>(options);
  }
  /// The same with more attributes: `viewer(fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] Returns<T, User<T, Selection<Fields>>> viewer(Selection<Fields>,
                                                              const CallOptions& options = {}) const {
    return read_viewer<Selection<Fields>>(options);
  }

  /// The user of exactly this username, e-mail or id, with keys and teams; empty when there is none, which only a whole
  /// answer shows. Looks through every page that the server finds. An e-mail of that spelling goes before one in other
  /// ASCII case, a living account before a deleted one; where several are left, `errc::ambiguous_user` names them.
  /// Needs an admin of the instance. Stands on `users`.
  [[nodiscard]] Returns<T, std::optional<User<T>>> user(std::string_view name, const CallOptions& options = {}) const {
    return read_user<any_selection>(name, options);
  }
  /// The same with more attributes: `user("ann", fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] Returns<T, std::optional<User<T, Selection<Fields>>>> user(std::string_view name, Selection<Fields>,
                                                                           const CallOptions& options = {}) const {
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
  [[nodiscard]] Returns<T, User<T>> create_user(std::string_view email, bool admin = false,
                                                const CallOptions& options = {}) const {
    return this->run(detail::create_user(this->caller(), options, email, admin),
                     [client = base()](Result<detail::UserRecord> made) -> Result<User<T>> {
                       if (!made) return made.error();
                       return User<T>(client, std::move(*made));
                     });
  }

 private:
  [[nodiscard]] const Client<T>& base() const noexcept { return *this; }

  template <class S>
  [[nodiscard]] Returns<T, User<T, S>> read_viewer(const CallOptions& options) const {
    return this->run(detail::fetch_viewer(this->caller(), options, S::queries()),
                     [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<User<T, S>> {
                       if (!found) return found.error();
                       return User<T, S>::made(client, std::move(**found));
                     });
  }

  template <class S>
  [[nodiscard]] Returns<T, std::optional<User<T, S>>> read_user(std::string_view name,
                                                                const CallOptions& options) const {
    using Found = std::optional<User<T, S>>;
    return this->run(detail::find_user(this->caller(), options, name, S::queries()),
                     [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<Found> {
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
requires requires(const T& client) {
  { client.caller() } -> std::same_as<const Caller&>;
}
struct DeducedTransport<T> {};

}  // namespace detail

template <class T>
Api(T) -> Api<typename detail::DeducedTransport<T>::type>;
template <class T>
Api(T, Options) -> Api<typename detail::DeducedTransport<T>::type>;
template <class T>
Api(T, Options, Environment) -> Api<typename detail::DeducedTransport<T>::type>;

}  // namespace wandb
