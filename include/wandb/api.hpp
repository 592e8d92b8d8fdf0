// What a caller can ask of a server: the current user, other users, new users.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/answer.hpp>
#include <wandb/check_transport.hpp>
#include <wandb/client.hpp>
#include <wandb/detail/flow/flows.hpp>
#include <wandb/document.hpp>
#include <wandb/fwd.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/result.hpp>
#include <wandb/retry.hpp>
#include <wandb/selection.hpp>
#include <wandb/user.hpp>
#include <wandb/users.hpp>
#include <wandb/variables.hpp>

namespace wandb::inline WANDB_ABI {

/// One caller's access to one server. Copies share the transport, and several threads may use them at once if the
/// transport allows it. Every method returns a `Result`, or, with an asynchronous transport, a task of one. Its
/// arguments may be destroyed as soon as the method returns.
template <Transport T>
class Api : public Client<T> {
 public:
  using Client<T>::Client;
  explicit Api(Client<T> client) : Client<T>(std::move(client)) {}

  /// Makes an `Api`, or returns what is wrong with the environment or the options (see `Client::status`).
  [[nodiscard]] static Result<Api> make(T transport, const Options& options = {},
                                        const Environment& environment = Environment::process()) {
    Api api(std::move(transport), options, environment);
    if (auto status = api.status(); !status) return status.error();
    return api;
  }

  /// Returns an `Api` for the same server and transport that sends another API key.
  [[nodiscard]] Api as(const Secret& secret) const { return Api(Client<T>::as(secret)); }
  /// Returns an `Api` for the same server and transport that acts with a federated identity.
  [[nodiscard]] Api as(const IdentityToken& token) const { return Api(Client<T>::as(token)); }

  /// Reads the user to whom the caller's API key belongs, with keys and teams. Fails with `errc::unauthorized` if the
  /// server does not accept the key. W&B operation: `viewer`.
  [[nodiscard]] Returns<T, User<T>> viewer(const CallOptions& options = {}) const {
    return read_viewer<any_selection>(options);
  }
  /// Reads further attributes as well: `viewer(fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] Returns<T, User<T, Selection<Fields>>> viewer(Selection<Fields>,
                                                              const CallOptions& options = {}) const {
    return read_viewer<Selection<Fields>>(options);
  }

  /// Finds the user with exactly this username, e-mail or id, and reads keys and teams too. Searches all pages of the
  /// server's result, and returns an empty optional only if every page was complete. An e-mail with the same spelling
  /// is preferred to one that differs in ASCII case, and an active account to a deleted one; if several users remain,
  /// `errc::ambiguous_user` names them. An empty name is `errc::invalid_argument`. The caller must be an admin of the
  /// instance. W&B operation: `users`.
  [[nodiscard]] Returns<T, std::optional<User<T>>> user(std::string_view name, const CallOptions& options = {}) const {
    return read_user<any_selection>(name, options);
  }
  /// Reads further attributes as well: `user("ann", fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] Returns<T, std::optional<User<T, Selection<Fields>>>> user(std::string_view name, Selection<Fields>,
                                                                           const CallOptions& options = {}) const {
    return read_user<Selection<Fields>>(name, options);
  }

  /// Lists the users whose username or e-mail begins or ends with `query`; all users if it is empty. This call sends
  /// nothing: the range requests each page when it is needed. The caller must be an admin of the instance. W&B
  /// operation: `users`.
  [[nodiscard]] Users<T> users(std::string_view query = {}, const PageOptions& options = {}) const {
    return Users<T>(base(), query, options);
  }
  /// Reads further attributes as well: `users("ann", fields<"photoUrl">)`.
  template <graphql::FixedString Fields>
  [[nodiscard]] Users<T, Selection<Fields>> users(std::string_view query, Selection<Fields>,
                                                  const PageOptions& options = {}) const {
    return Users<T, Selection<Fields>>(base(), query, options);
  }

  /// Reads the caller's own user into a struct: `viewer<Person>()`. The members of the struct name the attributes that
  /// are read, and do not compile if they do not fit the schema. Needs `<wandb/describe.hpp>`, and
  /// `BOOST_DESCRIBE_STRUCT` for the struct. API keys are never read. If an attribute was not loaded, or a value does
  /// not fit its member (`errc::wrong_attribute_type`), there is an error and no struct. W&B operation: `viewer`.
  template <class P>
  [[nodiscard]] Returns<T, P> viewer(const CallOptions& options = {}) const {
    return read_viewer<StructSelection<P>>(without_keys(options));
  }
  /// Finds a user as `user(name)` does, and reads them into a struct: `user<Person>("ann")`.
  template <class P>
  [[nodiscard]] Returns<T, std::optional<P>> user(std::string_view name, const CallOptions& options = {}) const {
    return read_user<StructSelection<P>>(name, without_keys(options));
  }
  /// Lists users as `users(query)` does. The elements of the range are `Result<P>`, each a struct or an error.
  template <class P>
  [[nodiscard]] Users<T, StructSelection<P>> users(std::string_view query = {}, const PageOptions& options = {}) const {
    return Users<T, StructSelection<P>>(base(), query, without_keys(options));
  }

  /// Lists the members of a team, each with their account type: `member.get<"accountType">()` is `SERVICE` for
  /// a service account. The service has no list of a team's members, so the range reads all users and leaves out those
  /// who belong to other teams only; nothing says whether a team of that name exists. If the answer does not show all
  /// teams of a user, that user is an error element. Deleted users are members as well, with `deleted_at()`. The caller
  /// must be an admin of the instance. W&B operation: `users`.
  [[nodiscard]] Users<T, TeamMember> team_members(std::string_view team, const PageOptions& options = {}) const {
    return Users<T, TeamMember>(base(), detail::make_team_walk(team, options, TeamMember::queries()));
  }

  /// Creates a user, whose keys and teams are not loaded. The caller must be an admin of the instance. Fails with
  /// `errc::conflict` if a user has this e-mail already, and with `errc::rejected` and the outcome `ran` if the server
  /// answers with another e-mail, or with no admin where one was asked for. An empty e-mail is
  /// `errc::invalid_argument`. If `outcome()` is `unknown`, `user(email)` finds out whether the user was created. W&B
  /// operation: `createUser`, which is resent only if it certainly did not run.
  [[nodiscard]] Returns<T, User<T>> create_user(std::string_view email, bool admin = false,
                                                const CallOptions& options = {}) const {
    return this->run(detail::create_user(this->caller(), options, email, admin),
                     [client = base()](Result<detail::UserRecord> made) -> Result<User<T>> {
                       if (!made) return made.error();
                       return User<T>(client, std::move(*made));
                     });
  }

  /// Sends a program's own query or mutation, which is checked at compile time, and reads its answer by the document's
  /// shape: `api.query(document<"query Mine { viewer { id } }">)`. A mutation is sent again only if it certainly did
  /// not run. Variables that do not fit the document fail with `errc::invalid_argument`, and nothing is sent. An answer
  /// with data is a success; the server's errors about parts of it are in `errors()`. A mutation of several fields ran
  /// if any of them did. The document always acts as the caller, so that `generateApiKey` makes a key for the caller.
  template <graphql::FixedString Text>
  [[nodiscard]] Returns<T, CheckedAnswer<Text>> query(CheckedDocument<Text> document, const Variables& variables = {},
                                                      const CallOptions& options = {}) const {
    return query(document, variables, Repeat::once, options);
  }
  /// States what repeating a mutation does: one that is `Repeat::idempotent` is also sent again if it may have run.
  /// `Repeat::safe` for a mutation is misuse, which throws `std::invalid_argument`. A query is always safe to repeat.
  template <graphql::FixedString Text>
  [[nodiscard]] Returns<T, CheckedAnswer<Text>> query(CheckedDocument<Text> document, const Variables& variables,
                                                      Repeat repeat, const CallOptions& options = {}) const {
    return this->run(detail::run_document(this->caller(), options, *document, variables, repeat),
                     [](Result<Answer> answer) -> Result<CheckedAnswer<Text>> {
                       if (!answer) return answer.error();
                       return CheckedAnswer<Text>(std::move(*answer));
                     });
  }
  /// Sends a document that was checked at run time. Needs `<wandb/graphql/dynamic_document.hpp>`.
  [[nodiscard]] Returns<T, Answer> query(const graphql::DynamicDocument& document, const Variables& variables = {},
                                         const CallOptions& options = {}) const {
    return query(document, variables, Repeat::once, options);
  }
  [[nodiscard]] Returns<T, Answer> query(const graphql::DynamicDocument& document, const Variables& variables,
                                         Repeat repeat, const CallOptions& options = {}) const {
    return this->run(detail::run_document(this->caller(), options, document, variables, repeat));
  }
  /// Sends a document with one query or mutation that is not checked against a schema, and returns its data as JSON
  /// that is read by name. A document that is no GraphQL fails with `errc::invalid_argument`, and nothing is sent.
  [[nodiscard]] Returns<T, Answer> execute(std::string_view document, const Variables& variables = {},
                                           const CallOptions& options = {}) const {
    return execute(document, variables, Repeat::once, options);
  }
  [[nodiscard]] Returns<T, Answer> execute(std::string_view document, const Variables& variables, Repeat repeat,
                                           const CallOptions& options = {}) const {
    return this->run(detail::run_text(this->caller(), options, document, variables, repeat));
  }

 private:
  [[nodiscard]] const Client<T>& base() const noexcept { return *this; }

  // The query of a struct reads no keys. A server that refuses it need not be asked again without them.
  template <class AnyOptions>
  [[nodiscard]] static AnyOptions without_keys(AnyOptions options) noexcept {
    options.keys = false;
    return options;
  }

  template <class S>
  using Made = typename detail::Made<T, S>::type;

  template <class S>
  [[nodiscard]] Returns<T, Made<S>> read_viewer(const CallOptions& options) const {
    return this->run(detail::fetch_viewer(this->caller(), options, S::queries()),
                     [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<Made<S>> {
                       if (!found) return found.error();
                       return detail::Made<T, S>::of(client, std::move(**found));
                     });
  }

  template <class S>
  [[nodiscard]] Returns<T, std::optional<Made<S>>> read_user(std::string_view name, const CallOptions& options) const {
    using Found = std::optional<Made<S>>;
    return this->run(detail::find_user(this->caller(), options, name, S::queries()),
                     [client = base()](Result<std::optional<detail::UserRecord>> found) -> Result<Found> {
                       if (!found) return found.error();
                       if (!*found) return Found();
                       auto user = detail::Made<T, S>::of(client, std::move(**found));
                       return user ? Result<Found>(std::move(*user)) : Result<Found>(user.error());
                     });
  }
};

namespace detail {

/// `type` is `T`; if that is not a transport, an assertion says what it lacks. A client has no `type`: an `Api` of it
/// is deduced by the constructor that copies it.
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
