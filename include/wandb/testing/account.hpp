// An in-memory W&B server, with users, keys and teams, which executes GraphQL documents by the service's rules.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <wandb/detail/text/base64.hpp>
#include <wandb/graphql/parser.hpp>
#include <wandb/graphql/validate.hpp>
#include <wandb/testing/account_snapshot.hpp>
#include <wandb/testing/detail/account_graph.hpp>
#include <wandb/testing/detail/account_state.hpp>
#include <wandb/testing/detail/executor.hpp>
#include <wandb/testing/detail/identity_provider.hpp>
#include <wandb/testing/detail/variable_reader.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// A user to add to an account.
struct NewUser {
  std::string email{};
  std::string username{};             ///< if empty, the part of the e-mail before `@`
  std::string name{};                 ///< if empty, the username
  bool admin = false;                 ///< of the whole server
  std::string account_type = "USER";  ///< a value of the schema's `UserAccountType`
};

/// The users of a W&B server, behind its GraphQL endpoint and `/oidc/token`. A `LoopbackServer` or a `FakeTransport` is
/// made with an `Account`, which must outlive it. The account parses each document, validates it against the schema and
/// executes it. It refuses an invalid one with status 400. What takes a user takes an id, an e-mail or a username, and
/// throws `std::out_of_range` if there is none. Thread-safe.
class Account {
 public:
  explicit Account(Generation generation = Generation::newer) {
    state_.generation = generation;
    state_.issuers.emplace(trusted_issuer);
  }
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  /// Adds a user and returns its id.
  std::string add_user(NewUser user) {
    const std::lock_guard lock(mutex_);
    auto id = state_.add_user(std::move(user.email), std::move(user.username), std::move(user.name), user.admin);
    state_.users.back().account_type = std::move(user.account_type);
    return id;
  }
  /// Adds users `prefix0@example.com`, `prefix1@example.com` ….
  void add_users(std::size_t count, const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i != count; ++i) {
      const auto username = prefix + std::to_string(i);
      state_.add_user(username + "@example.com", username, username, false);
    }
  }
  /// Adds a key to a user and returns its secret.
  std::string add_key(std::string_view user, std::optional<std::string> description = std::nullopt) {
    const std::lock_guard lock(mutex_);
    return state_.add_key(state_.at(user), std::move(description)).secret;
  }
  /// Sets the form of the keys that are created from now on.
  void key_shape(KeyShape shape) {
    const std::lock_guard lock(mutex_);
    state_.key_shape = shape;
  }
  /// Adds a user to a team, which need not exist.
  void add_team(std::string_view user, std::string team) {
    const std::lock_guard lock(mutex_);
    state_.at(user).teams.push_back(std::move(team));
  }
  /// Sets the maximum of users and of keys on a page, which is 50 at first. A request that asks for more gets this
  /// many.
  void page_sizes(std::size_t users, std::size_t keys) {
    const std::lock_guard lock(mutex_);
    state_.users_per_page = users;
    state_.keys_per_page = keys;
  }

  /// Returns a new identity token of the user with this e-mail, whether there is such a user or not. The account
  /// exchanges it for an access token if it trusts the issuer and the token has not expired.
  [[nodiscard]] std::string identity_token(std::string_view email, std::string_view issuer = trusted_issuer,
                                           std::chrono::seconds lifetime = std::chrono::hours(1)) {
    const std::lock_guard lock(mutex_);
    const auto expires = detail::seconds_of(std::chrono::system_clock::now() + lifetime);
    return detail::make_jwt({{"iss", std::string(issuer)}, {"sub", std::string(email)}, {"exp", expires}},
                            state_.new_secret());
  }
  /// Accepts identity tokens of this issuer as well.
  void trust_issuer(std::string issuer) {
    const std::lock_guard lock(mutex_);
    state_.issuers.insert(std::move(issuer));
  }
  /// Sets how long the access tokens are valid that are made from now on.
  void access_token_lifetime(std::chrono::seconds lifetime) {
    const std::lock_guard lock(mutex_);
    state_.access_token_lifetime = lifetime;
  }
  /// Makes every access token invalid.
  void revoke_access_tokens() {
    const std::lock_guard lock(mutex_);
    state_.access_tokens.clear();
  }
  /// The access tokens that were made and not revoked.
  [[nodiscard]] std::vector<std::string> access_tokens() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> tokens;
    for (const auto& known : state_.access_tokens) tokens.push_back(known.token);
    return tokens;
  }

  /// A function that may answer a request instead of the account. If it returns nothing, the account answers. It runs
  /// under the account's lock, so it must not call the account.
  using Hook = std::function<std::optional<Response>(const Request&)>;
  /// Sets a function that is called before a request is executed.
  void before(Hook hook) {
    const std::lock_guard lock(mutex_);
    before_ = std::move(hook);
  }
  /// Sets a function that is called after the account has answered a request. A response that it returns replaces the
  /// account's. It is not called for a request that the function of `before` answered.
  void after(Hook hook) {
    const std::lock_guard lock(mutex_);
    after_ = std::move(hook);
  }

  /// The number of times that a mutation such as "createUser" has run and changed something.
  [[nodiscard]] std::size_t executed(std::string_view field) const {
    const std::lock_guard lock(mutex_);
    return state_.times_executed(field);
  }
  /// The number of handled requests, with those that a hook answered.
  [[nodiscard]] std::size_t requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// The secrets of a user's keys.
  [[nodiscard]] std::vector<std::string> keys_of(std::string_view user) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> secrets;
    for (const auto& key : state_.at(user).keys) secrets.push_back(key.secret);
    return secrets;
  }
  /// The ids of a user's keys.
  [[nodiscard]] std::vector<std::string> key_ids_of(std::string_view user) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    for (const auto& key : state_.at(user).keys) ids.push_back(key.id);
    return ids;
  }
  /// The number of users, with those that are deleted.
  [[nodiscard]] std::size_t users() const {
    const std::lock_guard lock(mutex_);
    return state_.users.size();
  }

  /// What the account holds now.
  [[nodiscard]] AccountSnapshot snapshot() const {
    const std::lock_guard lock(mutex_);
    return AccountSnapshot(state_);
  }
  /// Makes the account hold what it held at a snapshot. The hooks and the number of requests stay as they are.
  void restore(const AccountSnapshot& snapshot) {
    const std::lock_guard lock(mutex_);
    state_ = *snapshot.state_;
  }

  /// Handles a request as the server's HTTP endpoint.
  [[nodiscard]] Response handle(const Request& request) {
    const std::lock_guard lock(mutex_);
    ++requests_;
    if (before_) {
      if (auto instead = before_(request)) return std::move(*instead);
    }
    auto response = answer(request);
    if (after_) {
      if (auto instead = after_(request)) return std::move(*instead);
    }
    return response;
  }

 private:
  [[nodiscard]] static std::string_view header(const Request& request, std::string_view name) {
    for (const auto& field : request.headers) {
      if (wandb::detail::equal_ignoring_case(field.name, name)) return field.value;
    }
    return {};
  }
  [[nodiscard]] static Response respond(int status, const boost::json::value& body) {
    Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.body = boost::json::serialize(body);
    return response;
  }
  // On other paths a web server answers, and not GraphQL.
  [[nodiscard]] static Response page_not_found() {
    Response response;
    response.status = 404;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = "404 page not found\n";
    return response;
  }
  [[nodiscard]] static Response refuse(int status, std::string_view message) {
    const boost::json::string_view text(message.data(), message.size());
    return respond(status, boost::json::object{{"errors", boost::json::array{boost::json::object{{"message", text}}}}});
  }

  [[nodiscard]] Response answer(const Request& request) {
    if (request.target.ends_with("/oidc/token")) return exchange(request);
    if (!request.target.ends_with("/graphql")) return page_not_found();
    if (request.method != "POST") return refuse(405, "method not allowed");
    auto* viewer = state_.by_authorization(header(request, "Authorization"));
    if (viewer == nullptr) return refuse(401, "user is not logged in");
    boost::system::error_code fault;
    const auto body = boost::json::parse(boost::json::string_view(request.body.data(), request.body.size()), fault);
    const auto* object = body.if_object();
    const auto* query = object ? object->if_contains("query") : nullptr;
    if (fault || query == nullptr || !query->is_string()) return refuse(400, "the body is not a GraphQL request");
    const auto* variables = object->if_contains("variables");
    if (variables && !variables->is_object() && !variables->is_null())
      return refuse(400, "the variables are not an object");
    const auto* name = object->if_contains("operationName");
    const std::string_view text(query->get_string().data(), query->get_string().size());
    return execute(request, *viewer, text,
                   variables && variables->is_object() ? variables->get_object() : boost::json::object{},
                   name && name->is_string() ? std::string_view(name->get_string().data(), name->get_string().size())
                                             : std::string_view{});
  }

  [[nodiscard]] Response exchange(const Request& request) {
    if (request.method != "POST") return refuse(405, "method not allowed");
    if (!header(request, "Authorization").empty()) return refuse(400, "an exchange has no other credentials");
    if (header(request, "Content-Type") != "application/x-www-form-urlencoded")
      return refuse(415, "the body is not a form");
    auto answer = detail::TokenEndpoint(state_).exchange(request.body);
    return respond(answer.status, std::move(answer.body));
  }

  [[nodiscard]] Response execute(const Request& request, detail::StoredUser& viewer, std::string_view query,
                                 const boost::json::object& given, std::string_view name) {
    const auto ast = std::make_unique<graphql::Ast>();
    if (const auto wrong = graphql::parse(query, *ast)) return refuse(400, graphql::describe(*wrong));
    if (const auto wrong = graphql::validate(*ast)) return refuse(400, graphql::describe(*wrong));
    const auto operation = ast->operation(name);
    if (!operation) return refuse(400, "no operation of that name");
    boost::json::object variables;
    if (const auto wrong = detail::VariableReader(*ast, given).read(operation->variables, variables))
      return refuse(400, *wrong);
    const detail::Caller caller{&viewer, header(request, "Use-Admin-Privileges") == "true" && viewer.admin,
                                header(request, "User-Agent").starts_with("W&B Public Client ")};
    const bool mutation = operation->kind == graphql::DefinitionNode::Kind::mutation;
    const detail::Graph graph(state_, caller);
    auto outcome =
        detail::Executor(*ast, std::move(variables)).run(*operation, mutation ? graph.mutation() : graph.query());
    boost::json::object answer{{"data", std::move(outcome.data)}};
    if (!outcome.errors.empty()) answer["errors"] = std::move(outcome.errors);
    return respond(outcome.status, answer);
  }

  mutable std::mutex mutex_;
  detail::AccountState state_;
  Hook before_;
  Hook after_;
  std::size_t requests_ = 0;
};

}  // namespace wandb::testing
