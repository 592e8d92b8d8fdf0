// Tests the bounds of the in-memory server: repeated parts of a request are executed once, and the size of answers is
// limited.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/text/base64.hpp>
#include <wandb/testing/account.hpp>

using namespace wandb;

namespace {

/// An account with an admin, queried without the library.
struct Asked {
  Asked() {
    account.add_user({.email = "root@example.com", .admin = true});
    key = account.add_key("root");
  }
  struct Answer {
    int status = 0;
    std::string body;
  };
  [[nodiscard]] Answer ask(std::string_view query, std::string_view variables = "{}") {
    const std::string body = R"({"query":")" + std::string(query) + R"(","variables":)" + std::string(variables) + "}";
    const auto authorization = detail::basic_authorization(key);
    const std::vector<Header> headers{{"Authorization", authorization, true},
                                      {"User-Agent", "W&B Public Client 1"},
                                      {"Use-Admin-Privileges", "true"}};
    Request request;
    request.target = "/graphql";
    request.headers = headers;
    request.body = body;
    const auto response = account.handle(request);
    return {response.status, std::string(response.body)};
  }

  testing::Account account;
  std::string key;
};

}  // namespace

TEST_CASE("a field that is selected twice is executed once, with all that is selected of it") {
  Asked asked;
  const auto answer = asked.ask(
      "mutation { generateApiKey(input: {}) { apiKey { id } } ...M ...M } "
      "fragment M on Mutation { generateApiKey(input: {}) { apiKey { description } } }");
  CHECK(asked.account.executed("generateApiKey") == 1);
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"data":{"generateApiKey":{"apiKey":{"id":")" + asked.account.key_ids_of("root").at(1) +
                           R"(","description":null}}}})");
}

TEST_CASE("fragments that spread each other many times over are answered at once") {
  Asked asked;
  std::string query = "{ viewer { ...A } }";
  for (char name = 'A'; name != 'O'; ++name) {
    const std::string next = name == 'N' ? "" : std::string(" ...") + static_cast<char>(name + 1);
    query += std::string(" fragment ") + name + " on User { id" + next + next + next + next + " }";
  }
  const auto answer = asked.ask(query);
  CHECK(answer.status == 200);
  CHECK(std::count(answer.body.begin(), answer.body.end(), ':') == 3);
}

TEST_CASE("a fragment under a condition that fails is still there where it stands without one") {
  Asked asked;
  const auto answer = asked.ask("{ viewer { ...F @include(if: false) ...F } } fragment F on User { admin }");
  CHECK(answer.body == R"({"data":{"viewer":{"admin":true}}})");
}

TEST_CASE("an answer that multiplies list by list is refused, and a mutation tells nevertheless that it ran") {
  Asked asked;
  for (int i = 0; i != 49; ++i) asked.account.add_key("root");
  constexpr std::string_view keys = "apiKeys { edges { node { id user { ";
  std::string nested;
  std::string closed;
  for (int i = 0; i != 6; ++i) {
    nested += keys;
    closed += " } } } }";
  }
  const auto read = asked.ask("{ viewer { " + nested + "id" + closed + " } }");
  CHECK(read.status == 400);
  CHECK(read.body.find("too large") != read.body.npos);
  const auto made = asked.ask(
      "mutation { createUser(input: {email: \\\"new@example.com\\\"}) { user { id } } generateApiKey(input: {}) { "
      "apiKey { user { " +
      nested + "id" + closed + " } } } }");
  CHECK(made.status == 200);
  CHECK(made.body.find("\"createUser\":{\"user\":{\"id\"") != made.body.npos);
  CHECK(made.body.find("\"path\":[\"generateApiKey\",") != made.body.npos);
}

TEST_CASE("variables are held against their declared types, those of input objects field by field") {
  Asked asked;
  constexpr std::string_view create = "mutation M($in: CreateUserInput!) { createUser(input: $in) { user { admin } } }";
  CHECK(asked.ask(create, R"({"in":{"email":"a@b","admin":true}})").body ==
        R"({"data":{"createUser":{"user":{"admin":true}}}})");
  for (const auto* wrong : {R"({"in":5})", R"({"in":{"email":5}})", R"({"in":{"email":"c@d","else":1}})",
                            R"({"in":{}})", R"({"in":null})", "{}", R"({"in":{"email":"c@d"},"more":1})"}) {
    CAPTURE(wrong);
    CHECK(asked.ask(create, wrong).status == 400);
  }
  CHECK(asked.account.executed("createUser") == 1);
  constexpr std::string_view users =
      "query Q($ids: [ID!], $first: Int = 1) { users(ids: $ids, first: $first) { edges { cursor } } }";
  CHECK(asked.ask(users, R"({"ids":["x"]})").body == R"({"data":{"users":{"edges":[]}}})");
  CHECK(asked.ask(users).body == R"({"data":{"users":{"edges":[{"cursor":"cursor:1"}]}}})");
  CHECK(asked.ask(users, R"({"ids":[true]})").status == 400);
  CHECK(asked.ask("{ users(ids: [\\\"x\\\"], first: 2) { edges { cursor } } }").body ==
        R"({"data":{"users":{"edges":[]}}})");
}
