#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "../rigs.hpp"

using namespace wandb;
using namespace std::chrono_literals;
using rigs::collect;
using rigs::get;
using rigs::Scene;

namespace {

/// Gives every request the same answer.
template <class Rig>
void answer(Scene<Rig>& setting, int status, std::string body) {
  setting.world.account.before([status, body = std::move(body)](const Request&) -> std::optional<Response> {
    return Response{status, {}, SecureString{body}};
  });
}

std::string users(const std::string& edges, const std::string& beside = {}) {
  return R"({"data":{"users":{"edges":[)" + edges + R"(],"pageInfo":{"endCursor":null,"hasNextPage":false}}})" +
         beside + "}";
}
std::string node(const std::string& email) { return R"({"node":{"id":"i","name":"n","email":")" + email + R"("}})"; }

}  // namespace

TEST_CASE_TEMPLATE("each status is an error with its condition, and says whether a mutation ran", Rig, RIGS) {
  Scene<Rig> setting;
  struct Case {
    int status;
    condition expected;
    Outcome outcome;
  };
  const Case cases[] = {
      {400, condition::rejected, Outcome::not_run},          {401, condition::unauthorized, Outcome::not_run},
      {403, condition::permission_denied, Outcome::not_run}, {404, condition::not_found, Outcome::not_run},
      {408, condition::timed_out, Outcome::unknown},         {409, condition::conflict, Outcome::not_run},
      {422, condition::rejected, Outcome::not_run},          {429, condition::rate_limited, Outcome::not_run},
      {500, condition::server_failure, Outcome::unknown},    {501, condition::rejected, Outcome::not_run},
      {502, condition::server_failure, Outcome::unknown},    {302, condition::malformed_response, Outcome::unknown},
  };
  for (const auto& one : cases) {
    CAPTURE(one.status);
    for (const auto* body : {R"({"error":"why"})", R"({"error":{"message":"why"}})", R"({"errors":["why"]})",
                             R"({"errors":[{"message":"why"}]})"}) {
      answer(setting, one.status, body);
      const auto error = get(setting.api.create_user("new@example.com")).error();
      CHECK(error == one.expected);
      CHECK(error.status() == one.status);
      CHECK(error.outcome() == one.outcome);
      REQUIRE(error.messages().size() == 1);
      CHECK(error.messages()[0].text == "why");
    }
    answer(setting, one.status, "<html>a proxy</html>");
    const auto error = get(setting.api.create_user("new@example.com")).error();
    CHECK(error == errc::not_the_service);
    CHECK(error.outcome() == one.outcome);
  }
}

TEST_CASE_TEMPLATE("errors in a 200 are errors, in each of the server's forms", Rig, RIGS) {
  Scene<Rig> setting;
  for (const auto* body :
       {R"({"error":"permission denied"})", R"({"errors":["permission denied"]})",
        R"({"data":null,"errors":[{"message":"permission denied"}]})",
        R"({"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}],"data":{"createUser":null}})"}) {
    CAPTURE(body);
    answer(setting, 200, body);
    const auto error = get(setting.api.create_user("new@example.com")).error();
    CHECK(error == condition::permission_denied);
    CHECK(error.outcome() == Outcome::not_run);
  }
}

TEST_CASE_TEMPLATE("an error below the mutation's field means that it ran", Rig, RIGS) {
  Scene<Rig> setting;
  answer(setting, 200,
         R"({"data":{"createUser":{"user":null}},"errors":[{"message":"x","path":["createUser","user"]}]})");
  CHECK(get(setting.api.create_user("new@example.com")).error().outcome() == Outcome::ran);
  answer(setting, 200,
         R"({"data":{"createUser":null},"errors":[{"message":"x","path":["createUser","user","name"]}]})");
  CHECK(get(setting.api.create_user("new@example.com")).error().outcome() == Outcome::ran);
  answer(
      setting, 200,
      R"({"data":{"createUser":{"user":{"id":"i","name":"n","email":null}}},"errors":[{"message":"x","path":["createUser","user","email"]}]})");
  const auto made = get(setting.api.create_user("new@example.com")).value();
  CHECK_FALSE(made["email"].is_loaded());
  CHECK(made.errors().size() == 1);
}

TEST_CASE_TEMPLATE("what cannot be decoded says where, and leaves a mutation unknown", Rig, RIGS) {
  Scene<Rig> setting;
  const std::pair<std::string, std::string> cases[] = {
      {users(node("a") + "," + R"({"node":{"id":"i","name":7}})"), "users.edges[1].node.name"},
      {users(node("a") + "," + R"({"node":{"id":"i","name":null}})"), "users.edges[1].node.name"},
      {users(R"({"node":{"id":"i","name":"n","admin":"yes"}})"), "users.edges[0].node.admin"},
      {users(R"({"node":[]})"), "users.edges[0].node"},
      {R"({"data":{"users":{"edges":{}}}})", "users.edges"},
      {R"({"data":{"users":{}}})", "users.edges"},
      {R"({"data":{"users":null}})", "users"},
      {R"({"data":{"users":{"edges":[],"pageInfo":{"hasNextPage":true,"endCursor":null}}}})",
       "users.pageInfo.endCursor"},
  };
  for (const auto& one : cases) {
    answer(setting, 200, one.first);
    const auto error = get(setting.api.user("a")).error();
    CAPTURE(error.message());
    CHECK(error == errc::malformed_response);
    CHECK(error.message().find(one.second) != std::string::npos);
  }
  for (const auto* body :
       {"", "<html>", "{", "[]", "null", R"({"data":{}})", R"({"data":{"createUser":null}})",
        R"({"data":{"createUser":{}}})", R"({"data":{"createUser":{"user":{"id":1,"name":"n"}}}})"}) {
    CAPTURE(body);
    answer(setting, 200, body);
    const auto error = get(setting.api.create_user("new@example.com")).error();
    CHECK(error == condition::malformed_response);
    CHECK(error.outcome() == Outcome::unknown);
    CHECK(error.attempts() == 1);
  }
}

TEST_CASE_TEMPLATE("a user who is null with an error is an error element in its place", Rig, RIGS) {
  Scene<Rig> setting;
  answer(setting, 200,
         users(node("a") + R"(,{"node":null},)" + node("c"),
               R"(,"errors":[{"message":"hidden","path":["users","edges",1,"node"]}])"));
  std::vector<std::string> seen;
  for (auto& user : collect(setting.api.users()))
    seen.push_back(user ? std::string(user->email()) : user.error().messages().at(0).text);
  CHECK(seen == std::vector<std::string>{"a", "hidden", "c"});
}

TEST_CASE_TEMPLATE("an error inside a user is that user's alone, and one without a path is everybody's", Rig, RIGS) {
  Scene<Rig> setting;
  answer(setting, 200,
         users(node("a") + "," + node("b"),
               R"(,"errors":[{"message":"x","path":["users","edges",1,"node","teams"]},{"message":"slow"}])"));
  std::vector<std::size_t> counts;
  for (auto& user : collect(setting.api.users())) counts.push_back(user ? user->errors().size() : 99);
  CHECK(counts == std::vector<std::size_t>{1, 2, 99});  // and it may be the reason why others are missing from the page
}

TEST_CASE_TEMPLATE("absent connections are empty lists", Rig, RIGS) {
  Scene<Rig> setting;
  for (const auto* inside : {"", R"(,"apiKeys":null,"teams":null)", R"(,"apiKeys":{},"teams":{})",
                             R"(,"apiKeys":{"edges":[]},"teams":{"edges":[]})",
                             R"(,"apiKeys":{"edges":[{"node":null}]},"teams":{"edges":[{"node":null}]})"}) {
    CAPTURE(inside);
    answer(setting, 200, std::string(R"({"data":{"viewer":{"id":"i","name":"n")") + inside + "}}}");
    const auto me = get(setting.api.viewer()).value();
    CHECK(me.api_keys().empty());
    CHECK(me.teams().empty());
  }
}

TEST_CASE_TEMPLATE("a call's deadline and stop end it, and are not remembered", Rig, RIGS) {
  Scene<Rig> setting;
  CHECK(get(setting.api.viewer({.timeout = 0ns})).error() == condition::timed_out);
  CHECK(get(setting.api.viewer({.deadline = std::chrono::steady_clock::now() - 1s})).error() == condition::timed_out);
  std::stop_source source;
  source.request_stop();
  const auto token = source.get_token();
  const auto stopped = get(setting.api.create_user("new@example.com", false, {.stop = &token})).error();
  CHECK(stopped == condition::cancelled);
  CHECK(stopped.outcome() == Outcome::not_run);
  CHECK(get(setting.api.viewer()).has_value());
  CHECK(setting.world.account.executed("createUser") == 0);
}

TEST_CASE_TEMPLATE("a user without an id cannot be changed before reload has found it", Rig, RIGS) {
  Scene<Rig> setting;
  const User user(setting.api, Attrs{{"email", "ann@example.com"}});
  for (const auto& error :
       {get(user.set_admin(true)).error(), get(user.remove()).error(), get(user.restore()).error()}) {
    CHECK(error == errc::attribute_not_loaded);
  }
  get(user.reload()).value();
  CHECK(get(user.set_admin(true)));
}

TEST_CASE(
    "what is wrong with the environment or the options is told by status, by make and by every call, before any "
    "traffic") {
  rigs::World world;
  const testing::FakeTransport transport(world.account);
  struct Case {
    Options options;
    errc expected;
    const char* says;
  };
  const Secret good(std::string(40, 'a'));
  const Secret bad("short");
  const Case cases[] = {
      {{.base_url = "nonsense", .api_key = good}, errc::invalid_base_url, "https://"},
      {{.base_url = "https://app.wandb.ai", .api_key = good}, errc::invalid_base_url, "https://api.wandb.ai"},
      {{.base_url = "http://example.com", .api_key = good}, errc::insecure_base_url, "https"},
      {{.base_url = "https://example.com"}, errc::no_credentials, "WANDB_API_KEY"},
      {{.base_url = "https://example.com", .api_key = bad}, errc::malformed_api_key, "40"},
      {{.base_url = "https://example.com", .api_key = good, .retry = {.max_attempts = 0}},
       errc::invalid_argument,
       "attempt"},
      {{.base_url = "https://example.com", .api_key = good, .timeout = -1s}, errc::invalid_argument, "timeout"},
      {{.base_url = "https://example.com", .api_key = good, .user_agent = "a\r\nb"},
       errc::invalid_argument,
       "user agent"},
  };
  for (const auto& one : cases) {
    const Api api(transport, one.options, Environment::none());
    CAPTURE(one.says);
    CHECK(api.status().error() == one.expected);
    CHECK(api.status().error().message().find(one.says) != std::string::npos);
    CHECK(get(api.viewer()).error() == one.expected);
    CHECK(get(api.create_user("a@example.com")).error().delivery() == Delivery::nothing_sent);
    CHECK(Api<testing::FakeTransport>::make(transport, one.options, Environment::none()).error() == one.expected);
  }
  CHECK(transport.operations().empty());
  CHECK(Api(transport, {.base_url = "http://example.com", .api_key = good, .allow_insecure_http = true},
            Environment::none())
            .status()
            .has_value());
}

TEST_CASE("requests go to the sub-path, name the library, and carry what the server gates on") {
  std::vector<std::string> seen;
  struct Recording {
    std::vector<std::string>* seen;
    Result<Response> send(const Request& request) const {
      seen->push_back(request.url());
      for (const auto& header : request.headers)
        seen->push_back(std::string(header.name).append(": ").append(header.secret ? "…" : header.value));
      return Error(errc::cancelled);
    }
  };
  const Secret key(std::string(40, 'a'));
  const Api api(Recording{&seen}, {.base_url = "http://[::1]:8080/wandb/", .api_key = key, .user_agent = "fleet/2"},
                Environment::none());
  CHECK(get(api.viewer()).error() == condition::cancelled);
  CHECK(seen == std::vector<std::string>{"http://[::1]:8080/wandb/graphql", "Authorization: …",
                                         "User-Agent: W&B Public Client " + std::string(version) + " wandb-users/" +
                                             std::string(version) + " fleet/2",
                                         "Content-Type: application/json", "Accept: application/json",
                                         "Accept-Encoding: identity", "Use-Admin-Privileges: true"});
}

TEST_CASE("a transport that cannot be copied is moved in, or referred to") {
  struct MoveOnly {
    std::unique_ptr<int> calls = std::make_unique<int>(0);
    Result<Response> send(const Request&) {
      ++*calls;
      return Response{200, {}, SecureString{R"({"data":{"viewer":{"id":"i","name":"n"}}})"}};
    }
  };
  const Secret key(std::string(40, 'a'));
  const Options options{.base_url = "http://localhost", .api_key = key};
  const Api owner(MoveOnly{}, options, Environment::none());
  CHECK(get(owner.viewer()).has_value());
  MoveOnly transport;
  const Api referring(std::ref(transport), options, Environment::none());
  CHECK(get(referring.viewer()).has_value());
  CHECK(*transport.calls == 1);
}

TEST_CASE("an error about a user shows no piece of a key that is known of the user") {
  const std::string made = "9182736455463728190a0b0c0d0e0f1a2b3c4d5e";
  const std::string given = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c";
  testing::FakeTransport transport;
  const Secret key(std::string(40, 'a'));
  const Api api(transport, {.base_url = "http://localhost", .api_key = key, .retry = {.max_attempts = 1}},
                Environment::none());
  const User ann(api, Attrs{{"id", "u"}, {"email", "ann@example.com"}}, Secret(given));
  transport.expect().answers(200, R"({"data":{"viewer":{"id":"u"}}})");
  transport.expect().answers(200, R"({"data":{"generateApiKey":{"apiKey":{"id":"K","name":")" + made + R"("}}}})");
  REQUIRE(ann.generate_api_key("ci").has_value());
  const auto echo = R"({"errors":[{"message":"no )" + made.substr(5, 20) + " and " + given.substr(10, 15) + "\"}]}";
  const auto check = [&](const Error& error) {
    CAPTURE(error);
    CHECK(error.messages().at(0).text == "no **** and ****");
  };
  for (int i = 0; i != 5; ++i) transport.expect().answers(400, echo);
  check(ann.generate_api_key("again").error());
  check(ann.update({.name = "Ann"}).error());
  check(ann.remove().error());
  check(ann.delete_api_key(Secret(made)).error());
  check(ann.reload().error());
}
