// Tests what an error reports: the operation, the number of requests, whether a mutation ran, and no secret.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "../rigs.hpp"
#include "../scripted.hpp"

using namespace wandb;
using testing::FakeTransport;

namespace {

void check_report(const Error& error, std::string_view operation, int attempts, int status) {
  CAPTURE(error.message());
  CHECK(error.operation() == operation);
  CHECK(error.attempts() == attempts);
  CHECK(error.status() == status);
  CHECK(error.elapsed().count() > 0);
  CHECK(error.delivery() == Delivery::answered);
}

Outcome outcome_of_creation(std::string_view body, int status = 200) {
  Scripted script;
  script.transport.expect().always().answers(status, body);
  return script.api.create_user("new@example.com").error().outcome();
}

}  // namespace

TEST_CASE("an error of the keys' further pages names its operation") {
  Scripted script;
  script
      .answers(
          R"({"data":{"viewer":{"id":"u","name":"n","apiKeys":{"edges":[],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}}}})")
      .answers(
          R"({"data":{"viewer":{"id":"u","apiKeys":null}},"errors":[{"message":"no","path":["viewer","apiKeys"]}]})");
  const auto errors = script.api.viewer().value().errors();
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].operation() == "viewer");
}

TEST_CASE("whatever a method makes of its answers tells the operation, the requests and the time") {
  SUBCASE("nobody by these credentials") {
    Scripted script;
    script.answers(R"({"data":{"viewer":null}})");
    check_report(script.api.viewer().error(), "viewer", 1, 200);
  }
  SUBCASE("a deletion that was refused after repeats") {
    Scripted script;
    script.answers("", 429).answers("", 429).answers(R"({"data":{"deleteApiKey":{"success":false}}})");
    const User ann(script.api,
                   Attrs::parse(R"({"id":"u","apiKeys":{"edges":[{"node":{"id":"k","name":"ci"}}]}})").value());
    check_report(ann.delete_api_key("ci").error(), "deleteApiKey", 3, 200);
  }
  SUBCASE("somebody else's secret") {
    Scripted script;
    script.answers(R"({"data":{"viewer":{"id":"v"}}})");
    const User ann(script.api, Attrs{{"id", "u"}}, Secret(std::string(40, 'b')));
    const auto error = ann.generate_api_key().error();
    CHECK(error == errc::credentials_of_another_user);
    check_report(error, "viewer", 1, 200);
  }
  SUBCASE("a list without its users") {
    Scripted script;
    script.answers(R"({"data":{"users":{"edges":null}}})");
    check_report(script.api.user("ann").error(), "users", 1, 200);
  }
  SUBCASE("cursors that lead nowhere") {
    Scripted script;
    script.answers(R"({"data":{"users":{"edges":[],"pageInfo":{"hasNextPage":true,"endCursor":null}}}})");
    check_report(script.api.user("ann").error(), "users", 1, 200);
    script.answers(
        R"({"data":{"viewer":{"id":"u","name":"n","apiKeys":{"edges":[],"pageInfo":{"hasNextPage":true}}}}})");
    const auto error = script.api.viewer().error();
    check_report(error, "viewer", 1, 200);
    CHECK(error.message().find("viewer.apiKeys.pageInfo.endCursor") != std::string::npos);
  }
}

TEST_CASE("only a definitive status says that a mutation did not run") {
  for (const int status : {400, 401, 403, 404, 409, 410, 413, 422, 429, 501}) {
    CAPTURE(status);
    CHECK(outcome_of_creation(R"({"error":"no"})", status) == Outcome::not_run);
  }
  for (const int status : {408, 423, 425, 460, 499, 500, 502, 504}) {
    CAPTURE(status);
    CHECK(outcome_of_creation(R"({"error":"no"})", status) == Outcome::unknown);
  }
}

TEST_CASE("a query is repeated after each status that is not definitive") {
  for (const int status : {408, 425, 499, 500}) {
    CAPTURE(status);
    Scripted script;
    script.answers("", status).answers(R"({"data":{"viewer":{"id":"u","name":"n"}}})");
    CHECK(script.api.viewer());
  }
}

TEST_CASE("errors in place of a mutation's field show what their paths show") {
  const auto refused = [](std::string_view path) {
    return outcome_of_creation(R"({"data":{"createUser":null},"errors":[{"message":"x","path":)" + std::string(path) +
                               "}]}");
  };
  CHECK(refused("null") == Outcome::not_run);
  CHECK(refused("[]") == Outcome::not_run);
  CHECK(refused(R"(["createUser"])") == Outcome::not_run);
  CHECK(refused(R"(["createUser","user","email"])") == Outcome::ran);
  CHECK(refused(R"(["x","y","z"])") == Outcome::unknown);
  CHECK(refused(R"("createUser.user.email")") == Outcome::unknown);
  CHECK(refused(R"({"at":1})") == Outcome::unknown);
}

TEST_CASE("an error that says nothing beside a mutation's data is none") {
  for (const auto* nothing : {R"("error":"")", R"("errors":"")", R"("errors":{})", R"("errors":{ })", R"("errors":[])",
                              R"("error":null)", R"("errors":false)"}) {
    CAPTURE(nothing);
    Scripted script;
    script.answers(R"({"data":{"createUser":{"user":{"id":"u","name":"n"}}},)" + std::string(nothing) + "}");
    CHECK(script.api.create_user("new@example.com"));
  }
}

TEST_CASE("whatever the server echoes of the caller's own credentials is masked") {
  const std::string jwt = "eyJh.eyJz.c2lnbmF0dXJl";
  const std::string plain = "0123456789abcdefghijklmnopqrstuvwxyz0123";
  for (const auto& secret : {jwt, plain}) {
    Scripted script;
    const auto api = script.api.as(Secret(secret));
    const auto basic = std::string(detail::basic_authorization(secret));
    const std::vector<std::string> echoes{secret, secret.substr(1), secret.substr(0, secret.size() - 1), basic};
    for (const auto& echo : echoes) {
      script.answers(R"({"errors":[{"message":"bad )" + echo + R"(","path":["viewer",")" + echo +
                         R"("],"extensions":{"code":")" + echo + R"("}}]})",
                     400);
      const auto error = api.viewer().error();
      const auto& said = error.messages().at(0);
      const auto shown = echo == basic ? echo.substr(6) : echo;
      for (const auto& text : {said.text, said.path, said.code, error.message()}) {
        CAPTURE(text);
        CHECK(text.find(shown) == std::string::npos);
        CHECK(text.find("****") != std::string::npos);
      }
    }
    // This also holds inside a user.
    script.answers(R"({"data":{"viewer":{"id":"u","name":"n"}},"errors":[{"message":")" + secret + R"("}]})");
    CHECK(api.viewer().value().errors().at(0).messages().at(0).text == "****");
  }
}
