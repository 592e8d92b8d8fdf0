// Tests the stand-ins themselves: a fake that accepted everything would prove nothing.
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <wandb/testing/account.hpp>
#include <wandb/testing/async_fake_transport.hpp>
#include <wandb/testing/fake_transport.hpp>
#include <wandb/wandb.hpp>

#include "../awaiting.hpp"

using namespace wandb;
using testing::Account;
using testing::FakeTransport;
using testing::Generation;

namespace {

/// An account with an admin and a user, queried without the library.
struct Asked {
  explicit Asked(Generation generation = Generation::newer) : account(generation) {
    account.add_user({.email = "root@example.com", .admin = true});
    root = account.add_key("root", "laptop");
    ann_id = account.add_user({.email = "ann@example.com"});
    ann = account.add_key("ann", "first");
  }

  struct Answer {
    int status = 0;
    std::string text;
  };
  [[nodiscard]] Answer ask(std::string_view query, std::string_view variables = "{}", std::string_view as = {},
                           std::string_view agent = "W&B Public Client 1", std::string_view admin = "true") {
    const std::string body = R"({"query":")" + std::string(query) + R"(","variables":)" + std::string(variables) + "}";
    const auto authorization = detail::basic_authorization(as.empty() ? std::string_view(root) : as);
    const std::vector<Header> headers{
        {"authorization", authorization, true}, {"User-Agent", agent}, {"Use-Admin-Privileges", admin}};
    Request request;
    request.target = "/graphql";
    request.headers = headers;
    request.body = body;
    const auto response = account.handle(request);
    return {response.status, std::string(response.body)};
  }

  Account account;
  std::string root;
  std::string ann;
  std::string ann_id;
};

bool says(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

const Secret key(std::string(40, 'a'));

template <class T>
auto scripted(const T& transport, const RetryPolicy& retry = {}) {
  return Api(transport, {.base_url = "http://localhost", .api_key = key, .retry = retry}, Environment::none());
}

constexpr std::string_view viewer = R"({"data":{"viewer":{"id":"1","name":"n"}}})";

}  // namespace

TEST_CASE("the account executes what is asked, and nothing besides") {
  Asked asked;
  const auto answer = asked.ask(
      "{ me: viewer { email ...F } } fragment F on User { admin apiKeys(first: 1) { edges { node { "
      "description } } } }");
  CHECK(answer.status == 200);
  CHECK(
      answer.text ==
      R"({"data":{"me":{"email":"root@example.com","admin":true,"apiKeys":{"edges":[{"node":{"description":"laptop"}}]}}}})");
}

TEST_CASE("the account refuses documents that the schema does not allow, and says the word at fault") {
  Asked asked;
  const std::pair<std::string_view, std::string_view> wrong[] = {
      {"{ viewer { e_mail } }", "e_mail"},
      {"{ viewer { teams } }", "teams"},
      {"{ viewer { name { id } } }", "name"},
      {"{ users(name: 1) { edges { cursor } } }", "name"},
      {"query Q($id: ID!) { user(id: $ids) { id } }", "ids"},
      {"mutation { createUser(input: {mail: 1}) { user { id } } }", "mail"},
      {"{ viewer { id }", ""},
      {"", ""},
  };
  for (const auto& one : wrong) {
    CAPTURE(one.first);
    const auto answer = asked.ask(one.first);
    CHECK(answer.status == 400);
    CHECK(says(answer.text, one.second));
  }
}

TEST_CASE("the account refuses variables that are missing, of another type, or not declared") {
  Asked asked;
  constexpr std::string_view query =
      "query Q($id: ID!, $first: Int) { user(id: $id) { id } users(first: $first) { edges { cursor } } }";
  for (const auto* variables :
       {"{}", R"({"id":null})", R"({"id":true})", R"({"id":"1","first":"2"})", R"({"id":"1","second":2})", "[]", "7"}) {
    CAPTURE(variables);
    CHECK(asked.ask(query, variables).status == 400);
  }
  CHECK(asked.ask(query, R"({"id":"1","first":2})").status == 200);
}

TEST_CASE("the account has the service's rules") {
  Asked asked;
  CHECK(asked.ask("{ viewer { id } }", "{}", std::string(40, 'f')).status == 401);
  CHECK(says(asked.ask("{ viewer { apiKeys { edges { cursor } } } }", "{}", {}, "curl").text, "relogin required"));
  CHECK(says(asked.ask("{ users { edges { cursor } } }", "{}", asked.ann).text, "permission denied"));
  CHECK(says(asked.ask("{ users { edges { cursor } } }", "{}", {}, "W&B Public Client 1", "false").text, "denied"));
  constexpr std::string_view create =
      R"(mutation { createUser(input: {email: \"new@example.com\"}) { user { email } } })";
  CHECK(says(asked.ask(create, "{}", asked.ann).text, "permission denied"));
  CHECK(asked.ask(create).status == 200);
  CHECK(asked.ask(create).status == 409);
  CHECK(asked.account.executed("createUser") == 1);
}

TEST_CASE("the account finds users by what their names begin or end with") {
  Asked asked;
  const auto found = [&](std::string_view query) {
    return asked
        .ask("query Q($q: String) { users(query: $q) { edges { node { username } } } }",
             R"({"q":")" + std::string(query) + "\"}")
        .text;
  };
  for (const auto* query : {"ann", "AN", "nn", "ann@", "ann@example.com"}) {
    CAPTURE(query);
    CHECK(says(found(query), R"("username":"ann")"));
  }
  CHECK_FALSE(says(found("n@e"), "ann"));
}

TEST_CASE("the account makes a key for whoever asks, and shows its secret once or always, by its generation") {
  for (const auto generation : {Generation::older, Generation::newer}) {
    Asked asked(generation);
    const auto made = asked.ask(R"(mutation { generateApiKey(input: {}) { apiKey { name } } })", "{}", asked.ann).text;
    const auto secret = asked.account.keys_of("ann").at(1);
    CHECK(says(made, secret));
    const auto listed = asked.ask("{ viewer { apiKeys { edges { node { name } } } } }", "{}", asked.ann).text;
    CHECK(says(listed, secret) == (generation == Generation::older));
  }
}

TEST_CASE("a list of the newer generation names a key by its ID, and deletes by what identifies it") {
  Asked asked;
  constexpr std::string_view list = "{ viewer { apiKeys { edges { node { name } } } } }";
  CHECK(says(asked.ask(list).text, R"("name":")" + asked.root.substr(0, 20) + "\""));
  asked.account.key_shape(testing::KeyShape::v1);
  const auto long_key = asked.account.add_key("root");
  CHECK(long_key.size() == 86);
  CHECK(detail::is_api_key(long_key));
  CHECK(says(asked.ask(list).text, R"("name":")" + long_key.substr(0, 36) + "\""));
  CHECK(asked.ask("{ viewer { id } }", "{}", long_key).status == 200);
  const auto remove = [&](const std::string& id) {
    return asked.ask(R"(mutation { deleteApiKey(input: {id: \")" + id + R"(\"}) { success } })").text;
  };
  CHECK(says(remove(long_key.substr(0, 36)), R"("success":false)"));
  CHECK(says(remove(asked.account.key_ids_of("root").at(1)), R"("success":true)"));
  CHECK(asked.account.keys_of("root").size() == 1);
}

TEST_CASE("a script answers its operations in order, and tells what it wanted and what came") {
  FakeTransport transport;
  transport.expect("GetViewer").answers(200, R"({"data":{"viewer":{"id":"1","name":"n"}}})");
  transport.expect("CreateUserFromAdmin").with_variables(R"({"email":"a@b.c","admin":true})");
  transport.expect("DeleteApiKey");
  const auto api = scripted(transport);
  CHECK(api.viewer().value().id() == "1");
  const auto error = api.create_user("a@b.c").error();
  CHECK(error.message().find(R"(wanted {"email":"a@b.c","admin":true})") != std::string::npos);
  CHECK(error.message().find(R"(CreateUserFromAdmin {"email":"a@b.c","admin":false} came)") != std::string::npos);
  CHECK(api.viewer().error().message().find("GetViewer {} came, wanted DeleteApiKey") != std::string::npos);
  CHECK(api.viewer().error().message().find("nothing was wanted any more") != std::string::npos);
  CHECK(transport.unmet().find("request 4: GetViewer {} came, and nothing was wanted any more\n") != std::string::npos);
  CHECK(transport.operations() ==
        std::vector<std::string>{"GetViewer", "CreateUserFromAdmin", "GetViewer", "GetViewer"});
}

TEST_CASE("a script that is not over says what never came") {
  FakeTransport transport;
  CHECK(transport.unmet().empty());
  transport.expect("GetViewer");
  transport.expect();
  CHECK(transport.unmet() == "wanted GetViewer, which never came\nwanted a request, which never came\n");
}

TEST_CASE("a fake refuses a request whose credentials are not marked as such") {
  const FakeTransport transport;
  const std::vector<Header> open{{"Authorization", "Basic eA=="}};
  const std::vector<Header> none{{"Accept", "application/json"}};
  for (const auto& headers : {open, none}) {
    Request request;
    request.headers = headers;
    request.body = R"({"operationName":"Q"})";
    CHECK(transport.send(request).error() == errc::invalid_argument);
  }
  CHECK(transport.unmet().find("Authorization is not marked") != std::string::npos);
}

TEST_CASE("a fake's failures are those of the script") {
  FakeTransport transport;
  transport.expect().fails(Error(errc::tls_failed, Delivery::nothing_sent));
  CHECK(scripted(transport).viewer().error() == errc::tls_failed);
}

TEST_CASE("a step may be taken several times, one after the other") {
  FakeTransport transport;
  transport.expect("GetViewer").times(2).answers(200, viewer);
  transport.expect("CreateUserFromAdmin").refuses(409, "exists");
  const auto api = scripted(transport);
  CHECK(api.viewer());
  CHECK(transport.unmet() == "wanted GetViewer, which never came\nwanted CreateUserFromAdmin, which never came\n");
  CHECK(api.viewer());
  CHECK(api.create_user("a@b.c").error() == errc::conflict);
  CHECK(transport.unmet() == "");
  CHECK_THROWS_AS(testing::Expectation("GetViewer").times(0), std::invalid_argument);
}

TEST_CASE("steps that never came are counted") {
  FakeTransport transport;
  transport.expect("GetViewer").times(3);
  CHECK(transport.unmet() == "wanted GetViewer 3 times more, which never came\n");
}

TEST_CASE("a step for always answers what the next step does not expect, and need not be taken") {
  FakeTransport transport;
  transport.expect("GetViewer").always().answers(200, viewer);
  transport.expect("CreateUserFromAdmin").refuses(409, "exists");
  transport.expect("GetViewer").refuses(403, "no");
  const auto api = scripted(transport);
  CHECK(api.viewer());
  CHECK(api.viewer());
  CHECK(api.create_user("a@b.c").error() == errc::conflict);
  CHECK(api.viewer().error() == errc::permission_denied);
  CHECK(api.viewer());
  CHECK(transport.unmet() == "");
}

TEST_CASE("a refusal is a status, or an error in an answer with status 200") {
  FakeTransport transport;
  transport.expect().refuses(403, "not an admin");
  transport.expect().refuses_with_errors("not an admin", "PERMISSION_DENIED");
  transport.expect().refuses_with_errors("permission denied");
  transport.expect().refuses(429, "slower").with_header("Retry-After", "7");
  transport.expect().refuses(400, "no \"such\" thing");
  const auto api = scripted(transport);
  for (const int status : {403, 200, 200}) {
    const auto error = api.create_user("a@b.c").error();
    CHECK(error == errc::permission_denied);
    CHECK(error.outcome() == Outcome::not_run);
    CHECK(error.status() == status);
  }
  CHECK(api.create_user("a@b.c").error().messages().at(0).text == "no \"such\" thing");
  CHECK(transport.waits() == std::vector<std::chrono::nanoseconds>{std::chrono::seconds(7)});
}

TEST_CASE("an answer is lost with the given error, after the account has executed the operation") {
  Asked asked;
  FakeTransport transport(asked.account);
  transport.expect().loses_its_answer(Error(errc::tls_failed, Delivery::perhaps_sent));
  const Api api(transport, {.base_url = "http://localhost", .api_key = Secret(asked.root)}, Environment::none());
  const auto error = api.create_user("new@example.com").error();
  CHECK(error == errc::tls_failed);
  CHECK(error.outcome() == Outcome::unknown);
  CHECK(asked.account.executed("createUser") == 1);
}

TEST_CASE("an answer of the account can be changed") {
  Asked asked;
  FakeTransport transport(asked.account);
  transport.expect().changes_its_answer([](Response& response) { response.status = 504, response.body = "late"; });
  const Api api(transport, {.base_url = "http://localhost", .api_key = Secret(asked.root)}, Environment::none());
  CHECK(api.create_user("new@example.com").error().outcome() == Outcome::unknown);
  CHECK(asked.account.executed("createUser") == 1);
}

TEST_CASE("a script tells when it is destroyed what was not met, unless it was asked before") {
  std::string told;
  const auto tell = [&](const std::string& text) { told += text; };
  {
    FakeTransport transport;
    transport.when_unmet(tell);
    transport.expect("GetViewer");
    const auto copy = std::make_unique<FakeTransport>(transport);
  }
  CHECK(told == "wanted GetViewer, which never came\n");
  told.clear();
  {
    FakeTransport transport;
    transport.when_unmet(tell);
    transport.expect("GetViewer");
    CHECK(transport.unmet() != "");
  }
  CHECK(told == "");
  {
    FakeTransport transport;
    transport.when_unmet(tell);
    CHECK(transport.unmet() == "");
    static_cast<void>(scripted(transport).viewer());
  }
  CHECK(told == "request 1: GetViewer {} came, and nothing was wanted any more\n");
}

TEST_CASE("a script says that the library has no operation of a name") {
  FakeTransport transport;
  transport.expect("viewer").answers(200, viewer);
  CHECK(transport.unmet() == "wanted viewer (which is no operation of the library itself), which never came\n");
  const auto error = scripted(transport).viewer().error();
  CHECK(transport.unmet() != "");
  CHECK(error.reason().find("came, wanted viewer (which is no operation of the library itself)") != std::string::npos);
}

TEST_CASE_TEMPLATE("the timeout of one request passes on the fake's clock", T, FakeTransport,
                   testing::AsyncFakeTransport<rigs::Free>) {
  using namespace std::chrono_literals;
  FakeTransport fake;
  fake.expect("GetViewer").takes(18s).answers(200, viewer);
  fake.expect("GetViewer").takes(20s).answers(200, viewer);
  const auto api = scripted(T(fake), {.max_attempts = 1});
  const auto began = std::chrono::steady_clock::now();
  CHECK(rigs::get(api.viewer()));
  const auto error = rigs::get(api.viewer()).error();
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::perhaps_sent);
  CHECK(error.elapsed() >= 19s);
  CHECK(error.elapsed() < 20s);
  CHECK(fake.now() - began >= 37s);
  CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE_TEMPLATE("the deadline of a call counts its requests and its waits on the fake's clock", T, FakeTransport,
                   AnyTransport, testing::AsyncFakeTransport<rigs::Free>) {
  using namespace std::chrono_literals;
  FakeTransport fake;
  fake.expect("GetViewer").times(4).takes(6s).refuses(503, "busy");
  const auto api = scripted(T(fake), {.max_attempts = 9, .initial_backoff = 1s, .jitter = 0});
  const auto error = rigs::get(api.viewer({.timeout = 17s})).error();
  // Two requests of 6 s with pauses of 1 s and 2 s leave 2 s for the third.
  CHECK(error == errc::timed_out);
  CHECK(error.attempts() == 3);
  CHECK(error.elapsed() >= 17s);
  CHECK(error.elapsed() < 18s);
  CHECK(fake.waits() == std::vector<std::chrono::nanoseconds>{1s, 2s});
  CHECK(fake.unmet() == "wanted GetViewer, which never came\n");
}

TEST_CASE("a mutation whose answer takes too long has run, and its outcome is unknown") {
  using namespace std::chrono_literals;
  Asked asked;
  FakeTransport transport(asked.account);
  transport.expect().takes(1min);
  const Api api(transport, {.base_url = "http://localhost", .api_key = Secret(asked.root)}, Environment::none());
  const auto error = api.create_user("new@example.com").error();
  CHECK(error == errc::timed_out);
  CHECK(error.outcome() == Outcome::unknown);
  CHECK(asked.account.executed("createUser") == 1);
}

TEST_CASE("a function that changes answers keeps its state while its step is taken several times") {
  Asked asked;
  FakeTransport transport(asked.account);
  transport.expect("GetViewer").times(3).changes_its_answer([count = 0](Response& response) mutable {
    response.status = 403 + 100 * count++;
    response.body = "";
  });
  const Api api(transport,
                {.base_url = "http://localhost", .api_key = Secret(asked.root), .retry = {.max_attempts = 1}},
                Environment::none());
  for (const int status : {403, 503, 603}) CHECK(api.viewer().error().status() == status);
  CHECK(api.viewer());
}

TEST_CASE("a step for always of a name that the library does not have, and that never came, is told") {
  FakeTransport transport;
  transport.expect("GetUsr").always().answers(200, viewer);
  transport.expect("GetUser").always().answers(200, viewer);
  transport.expect("Mine").always().answers(200, viewer);
  CHECK(scripted(transport).query(document<"query Mine { viewer { id } }">));
  CHECK(transport.unmet() == "wanted GetUsr (which is no operation of the library itself), which never came\n");
}

TEST_CASE("the last word on how a step is answered counts") {
  const auto run = [](auto script) {
    Asked asked;
    FakeTransport transport(asked.account);
    script(transport.expect("CreateUserFromAdmin"));
    const Api api(transport,
                  {.base_url = "http://localhost", .api_key = Secret(asked.root), .retry = {.max_attempts = 1}},
                  Environment::none());
    const auto created = api.create_user("new@example.com");
    CHECK(transport.unmet() == "");
    return std::pair(created ? std::error_code() : created.error().code(), asked.account.executed("createUser"));
  };
  using testing::Expectation;
  const Error broken(errc::tls_failed, Delivery::perhaps_sent);
  const auto nothing = [](Response&) {};
  const auto is = [](errc code, std::size_t executed) { return std::pair(make_error_code(code), executed); };
  CHECK(run([&](Expectation& step) { step.loses_its_answer().fails(broken); }) == is(errc::tls_failed, 0));
  CHECK(run([&](Expectation& step) { step.answers(403, "").loses_its_answer(broken); }) == is(errc::tls_failed, 1));
  CHECK(run([&](Expectation& step) { step.answers(403, "").fails(broken); }) == is(errc::tls_failed, 0));
  CHECK(run([&](Expectation& step) { step.fails(broken).refuses(403, "no"); }) == is(errc::permission_denied, 0));
  CHECK(run([&](Expectation& step) { step.loses_its_answer().refuses(403, "no"); }) == is(errc::permission_denied, 0));
  const auto well = std::pair(std::error_code(), std::size_t{1});
  CHECK(run([&](Expectation& step) { step.answers(403, "").changes_its_answer(nothing); }) == well);
  CHECK(run([&](Expectation& step) { step.loses_its_answer().changes_its_answer(nothing); }) == well);
  CHECK(run([&](Expectation& step) { step.changes_its_answer(nothing).changes_its_answer(nullptr); }) == well);
}

TEST_CASE("a step refuses a header without an answer, and numbers that are no counts") {
  testing::Expectation step("GetViewer");
  CHECK_THROWS_WITH_AS(
      step.with_header("Retry-After", "7"),
      "Expectation::with_header: call it after answers, refuses or refuses_with_errors, which make the answer",
      std::invalid_argument);
  CHECK_THROWS_AS(step.times(0), std::invalid_argument);
  CHECK_THROWS_AS(step.times(-1), std::invalid_argument);
  CHECK_THROWS_AS(FakeTransport().let_through(-1), std::invalid_argument);
  CHECK_NOTHROW(step.times(std::numeric_limits<std::size_t>::max()));
}

TEST_CASE("a script tells when it is destroyed what differs from what was told before") {
  std::string told;
  {
    FakeTransport transport;
    transport.when_unmet([&](const std::string& text) { told += text; });
    transport.expect("GetViewer").answers(200, viewer);
    transport.expect("GetUser");
    CHECK(transport.unmet() == "wanted GetViewer, which never came\nwanted GetUser, which never came\n");
    CHECK(scripted(transport).viewer());
  }
  CHECK(told == "wanted GetUser, which never came\n");
}

TEST_CASE_TEMPLATE("a fake that was moved from is still the same fake", T, FakeTransport,
                   testing::AsyncFakeTransport<rigs::Free>) {
  FakeTransport fake;
  fake.expect("GetViewer").times(2).answers(200, viewer);
  T first(fake);
  const T second(std::move(first));
  CHECK(rigs::get(scripted(first).viewer()));
  CHECK(rigs::get(scripted(second).viewer()));
  CHECK(fake.operations().size() == 2);
  FakeTransport third;
  third = std::move(fake);
  CHECK(fake.unmet() == "");
  CHECK(third.operations().size() == 2);
}
