// Tests answers that a server may send by mistake or by malice.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <wandb/testing/fake_transport.hpp>
#include <wandb/wandb.hpp>

#include "../scripted.hpp"
#include "../variables.hpp"

using namespace wandb;
using testing::FakeTransport;

namespace {

const Secret key(std::string(40, 'a'));

std::string page(const std::string& edges, const std::string& info, const std::string& errors = {}) {
  return R"({"data":{"users":{"edges":[)" + edges + R"(],"pageInfo":)" + info + "}}" +
         (errors.empty() ? "" : R"(,"errors":[)" + errors + "]") + "}";
}
std::string node(const std::string& name) {
  return R"({"node":{"id":")" + name + R"(","name":"n","username":")" + name + R"("}})";
}
const std::string last = R"({"endCursor":null,"hasNextPage":false})";

constexpr auto one_key = R"({"id":"u","apiKeys":{"edges":[{"node":{"id":"k","name":"ci"}}]}})";

}  // namespace

TEST_CASE("an error at a user who is there all the same stands in that user's errors") {
  Scripted at_node;
  at_node.answers(page(node("a") + "," + node("b"), last, R"({"message":"stale","path":["users","edges",1,"node"]})"));
  std::vector<std::size_t> counts;
  for (auto& user : at_node.api.users()) counts.push_back(user.value().errors().size());
  CHECK(counts == std::vector<std::size_t>{0, 1});

  Scripted at_root;
  at_root.answers(R"({"data":{"viewer":{"id":"i","name":"n"}},"errors":[{"message":"stale","path":["viewer"]}]})");
  CHECK(at_root.api.viewer().value().errors().size() == 1);
}

TEST_CASE("an error beside the users, not in one of them, is no single user's") {
  Scripted script;
  script.answers(
      page(node("a") + "," + node("b"), last, R"({"message":"x","path":["users","totalCount","a","b","username"]})"));
  std::size_t good = 0;
  for (auto& user : script.api.users()) {
    const auto error = user ? user->errors().at(0) : user.error();
    CHECK(error.messages().at(0).path == "users.totalCount.a.b.username");
    if (!user) continue;
    ++good;
    CHECK((*user)["username"].is_loaded());
    CHECK(user->errors().size() == 1);
  }
  CHECK(good == 2);
}

TEST_CASE("users whose end the server does not tell end with its error, after those it gave") {
  Scripted script;
  script.answers(page(node("a"), "null", R"({"message":"too slow","path":["users","pageInfo"]})"));
  std::vector<std::string> seen;
  for (auto& user : script.api.users())
    seen.push_back(user ? std::string(user->username()) : user.error().messages().at(0).text);
  CHECK(seen == std::vector<std::string>{"a", "too slow"});
}

TEST_CASE("nobody is not said to be nobody where the server did not show all") {
  Scripted script;
  script.answers(page(node("a"), "null", R"({"message":"too slow","path":["users","pageInfo"]})"));
  CHECK(script.api.user("b").error().messages().at(0).text == "too slow");
}

TEST_CASE("a list that the server refuses is told in its words") {
  Scripted script;
  script.answers(
      R"({"data":{"users":{"edges":null,"pageInfo":{"hasNextPage":false}}},"errors":[{"message":"too many","path":["users","edges"]}]})");
  const auto error = script.api.user("a").error();
  CHECK(error == errc::rejected);
  CHECK(error.messages().at(0).text == "too many");
}

TEST_CASE("an edge that is null with an error is an error element in its place") {
  Scripted script;
  script.answers(page(node("a") + ",null", last, R"({"message":"gone","path":["users","edges",1]})"));
  std::vector<bool> good;
  for (auto& user : script.api.users()) good.push_back(user.has_value());
  CHECK(good == std::vector<bool>{true, false});
}

TEST_CASE("pages whose cursors lead in a circle end in an error") {
  Scripted script;
  for (int i = 0; i != 6; ++i) {
    script.answers(page(node("u" + std::to_string(i)), R"({"hasNextPage":true,"endCursor":")" +
                                                           std::string(i % 3 == 0   ? "a"
                                                                       : i % 3 == 1 ? "b"
                                                                                    : "c") +
                                                           "\"}"));
  }
  const auto error = script.api.user("nobody").error();
  CHECK(error == errc::malformed_response);
  CHECK(error.message().find("users.pageInfo.endCursor") != std::string::npos);
}

TEST_CASE("an answer without the field that was asked for is malformed, not an absence") {
  Scripted script;
  script.answers(R"({"data":{}})").answers(R"({"data":{}})");
  CHECK(script.api.viewer().error() == errc::malformed_response);
  CHECK(script.user(R"({"id":"u"})").reload().error() == errc::malformed_response);
}

TEST_CASE("further keys that do not come are an error, not the end of the keys") {
  Scripted script;
  script
      .answers(R"({"data":{"viewer":{"id":"u","name":"n","apiKeys":{"edges":[{"node":{"id":"1","name":"a"}}],)"
               R"("pageInfo":{"hasNextPage":true,"endCursor":"c"}}}}})")
      .answers(R"({"data":{"viewer":{"id":"u"}}})");
  CHECK(script.api.viewer().error() == errc::malformed_response);
}

TEST_CASE("a user behind one who could not be read is found") {
  const std::string more = R"({"endCursor":"c","hasNextPage":true})";
  const std::string broken = R"({"message":"broken","path":["users","edges",0,"node"]})";
  Scripted script;
  script.answers(page(R"({"node":null})", more, broken)).answers(page(node("ann"), last));
  CHECK(script.api.user("ann").value().value().username() == "ann");
  Scripted without;
  without.answers(page(R"({"node":null})", more, broken)).answers(page(node("eve"), last));
  CHECK(without.api.user("ann").error().messages().at(0).text == "broken");
}

TEST_CASE("users whose page does not tell whether another follows are not taken for all") {
  Scripted script;
  script.answers(page(node("a"), "{}"));
  CHECK(script.api.user("b").error() == errc::malformed_response);
}

TEST_CASE("further keys of somebody else are not taken for the user's") {
  Scripted script;
  script
      .answers(
          R"({"data":{"viewer":{"id":"u","name":"n","apiKeys":{"edges":[],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}}}})")
      .answers(
          R"({"data":{"viewer":{"id":"v","apiKeys":{"edges":[{"node":{"id":"1","name":"a"}}],"pageInfo":{"hasNextPage":false}}}}})");
  CHECK(script.api.viewer().error() == errc::malformed_response);
}

TEST_CASE("a handle never becomes somebody else, whatever the server answers") {
  Scripted script;
  const auto ann = script.user(R"({"id":"u","email":"ann@example.com"})");
  const std::string other = R"("user":{"id":"v","name":"Eve","email":"eve@example.com"})";
  script.answers(R"({"data":{)" + other + "}}");
  CHECK(ann.reload().error() == errc::malformed_response);
  for (const auto* field : {"updateUser", "deleteUser", "undeleteUser"}) {
    CAPTURE(field);
    script.answers(R"({"data":{")" + std::string(field) + R"(":{)" + other + "}}}");
    const auto error = std::string_view(field) == "updateUser"   ? ann.set_admin(true).error()
                       : std::string_view(field) == "deleteUser" ? ann.remove().error()
                                                                 : ann.restore().error();
    CHECK(error == errc::malformed_response);
    CHECK(error.outcome() == Outcome::unknown);
  }
  CHECK(ann.email() == "ann@example.com");
}

TEST_CASE("a user who is not as asked for is an error of a mutation that ran") {
  Scripted script;
  const auto ann = script.user(R"({"id":"u","email":"ann@example.com"})");
  const auto update = [&](const std::string& members, const UserUpdate& changes) {
    script.answers(R"({"data":{"updateUser":{"user":{"id":"u","name":"n")" + members + "}}}}");
    return ann.update(changes);
  };
  const auto create = [&](const std::string& members, bool admin) {
    script.answers(R"({"data":{"createUser":{"user":{"id":"v","name":"n")" + members + "}}}}");
    return script.api.create_user("Bob@example.com", admin);
  };
  for (const auto& error : {update(R"(,"admin":false)", {.admin = true}).error(),
                            update(R"(,"private":true)", {.is_private = false}).error(),
                            update(R"(,"hideTeamsFromPublic":false)", {.hide_teams_from_public = true}).error(),
                            create(R"(,"email":"eve@example.com")", false).error(),
                            create(R"(,"email":"bob@example.com","admin":false)", true).error()}) {
    CHECK(error == errc::rejected);
    CHECK(error.outcome() == Outcome::ran);
    CHECK_FALSE(error.retryable());
    CHECK(error.reason().find("asked for") != std::string::npos);
  }
  CHECK(ann.admin() == false);
  CHECK(create(R"(,"email":"bob@example.com","admin":true)", false)->admin() == true);
}

TEST_CASE("what a server leaves out or writes otherwise contradicts nothing") {
  Scripted script;
  const auto ann = script.user(R"({"id":"u","email":"ann@example.com"})");
  for (const std::string members : {R"(,"admin":null)", "", R"(,"admin":true,"email":" NEW@example.com ")"}) {
    script.answers(R"({"data":{"updateUser":{"user":{"id":"u","name":"n")" + members + "}}}}");
    CHECK(ann.update({.name = "N", .admin = true}).has_value());
    script.answers(R"({"data":{"createUser":{"user":{"id":"v","name":"n")" + members + "}}}}");
    CHECK(script.api.create_user("new@Example.com", true).has_value());
  }
}

TEST_CASE("a new e-mail that is not confirmed yet contradicts nothing") {
  Scripted script;
  const auto ann = script.user(R"({"id":"u","email":"ann@example.com"})");
  script.answers(R"({"data":{"updateUser":{"user":{"id":"u","email":"ann@example.com"}}}})");
  CHECK(ann.update({.primary_email = "new@example.com"}).has_value());
  CHECK(ann.email() == "ann@example.com");
}

TEST_CASE("an error below the mutation's field tells that it ran, whatever the status") {
  for (const int status : {200, 400, 500, 503}) {
    CAPTURE(status);
    Scripted script;
    script.answers(R"({"data":{"createUser":{"user":null}},"errors":[{"message":"x","path":["createUser","user"]}]})",
                   status);
    const auto error = script.api.create_user("new@example.com").error();
    CHECK(error.outcome() == Outcome::ran);
    CHECK(error.attempts() == 1);
  }
}

TEST_CASE("a deletion whose success could not be told ran, and the key stays listed until a look") {
  Scripted script;
  const auto user = script.user(one_key);
  script.answers(
      R"({"data":{"deleteApiKey":{"success":null}},"errors":[{"message":"lost count","path":["deleteApiKey","success"]}]})");
  const auto error = user.delete_api_key("ci").error();
  CHECK(error.outcome() == Outcome::ran);
  CHECK(error.messages().at(0).text == "lost count");
  CHECK(user.keys().size() == 1);
}

TEST_CASE("a generated key whose secret the server cannot show ran, and tells the server's words") {
  Scripted script;
  script.answers(R"({"data":{"viewer":{"id":"u","name":"n"}}})")
      .answers(
          R"({"data":{"generateApiKey":{"apiKey":{"id":"k","name":null}}},"errors":[{"message":"hidden","path":["generateApiKey","apiKey","name"]}]})");
  const auto me = script.api.viewer().value();
  const auto error = me.generate_api_key().error();
  CHECK(error.outcome() == Outcome::ran);
  CHECK(error.messages().at(0).text == "hidden");
  CHECK(me.keys().empty());
}

TEST_CASE("a look that shows only a part does not make a lost deletion a success") {
  const char* looks[] = {
      R"({"data":{"user":{"id":"u","apiKeys":{"edges":[],"pageInfo":null}}},"errors":[{"message":"x","path":["user","apiKeys","pageInfo"]}]})",
      R"({"data":{"user":{"id":"u","apiKeys":{"edges":[{"node":null}],"pageInfo":{"hasNextPage":false}}}}})",
      R"({"data":{"user":{"id":"v","apiKeys":{"edges":[],"pageInfo":{"hasNextPage":false}}}}})",
      R"({"data":{"user":{"id":"u"}}})",
      R"({"data":{"user":null}})",
      R"({"data":{}})",
  };
  for (const auto* look : looks) {
    CAPTURE(look);
    Scripted script;
    script.answers("", 502).answers(R"({"errors":["no such key"]})", 404).answers(look);
    const auto user = script.user(one_key);
    CHECK(user.delete_api_key("ci").error().outcome() == Outcome::unknown);
    CHECK(user.keys().size() == 1);
  }
}

TEST_CASE("a look that does not tell about a user makes no lost removal a success, and no failure of it") {
  for (const auto* look : {R"({"data":{}})", R"({"data":{"user":{"id":"u"}}})"}) {
    CAPTURE(look);
    Scripted script;
    script.answers("", 502).answers(R"({"errors":["no such user"]})", 404).answers(look);
    CHECK(script.user(R"({"id":"u"})").remove().error().outcome() == Outcome::unknown);
  }
}

TEST_CASE("a key without an id cannot be deleted, and nothing is sent") {
  Scripted script;
  const auto user = script.user(R"({"id":"u","apiKeys":{"edges":[{"node":{"name":"a"}},{"node":{"name":"b"}}]}})");
  CHECK(user.delete_api_key("b").error() == errc::attribute_not_loaded);
  CHECK(user.delete_api_key(user.keys()[1]).error() == errc::attribute_not_loaded);
  CHECK(script.requests() == 0);
}

TEST_CASE("an id that is no text is found out before anything is sent") {
  Scripted script;  // its transport reports text that is not JSON as an unexpected request
  const User user(script.api, Attrs{{"id", "\xff"}});
  CHECK(user.remove().error() == errc::invalid_argument);
  CHECK(user.reload().error() == errc::invalid_argument);
  CHECK(script.api.users("", {.cursor = "\xff"}).next().value().error() == errc::invalid_argument);
  CHECK(script.transport.unmet().empty());
}

TEST_CASE("no part of an error holds a secret that the server echoed") {
  Scripted script;
  const std::string secret(40, 'a');
  script.answers(R"({"errors":[{"message":"bad )" + secret + R"(","path":["viewer",")" + secret +
                     R"("],"extensions":{"code":"KEY_)" + secret + R"("}}]})",
                 400);
  const auto error = script.api.viewer().error();
  const auto& said = error.messages().at(0);
  for (const auto& text : {said.text, said.path, said.code, error.message(), error.reason()}) {
    CHECK(text.find(secret) == std::string::npos);
  }
}

TEST_CASE("an error prints on one line, without what would steer a terminal") {
  Scripted script;
  script.answers(R"({"errors":["first\nsecond\r\u001b[31m red"]})", 400);
  const auto error = script.api.viewer().error();
  CHECK(error.message().find_first_of("\n\r\x1b") == std::string::npos);
  CHECK(error.messages().at(0).text == "first second  [31m red");
}

TEST_CASE("a user prints on one line too") {
  Scripted script;
  std::ostringstream out;
  out << User(script.api, Attrs{{"email", "a\n<User root@example.com>\x1b[2J"}});
  CHECK(out.str() == "<User a <User root@example.com> [2J>");
}

TEST_CASE("a request has until WANDB_HTTP_TIMEOUT, or what the call or the options say") {
  using std::chrono::steady_clock;
  using namespace std::chrono_literals;
  struct Hurried {
    steady_clock::time_point* until;
    Result<Response> send(const Request& request) const {
      *until = request.deadline;
      return Error(errc::cancelled);
    }
  };
  const EnvironmentVariables variables{{"WANDB_HTTP_TIMEOUT", "100.5"}};
  const auto environment = environment_of(variables);
  steady_clock::time_point until;
  const auto is_given = [&](auto expected, std::chrono::nanoseconds timeout, const CallOptions& call = {}) {
    const Api api(Hurried{&until}, {.base_url = "http://localhost", .api_key = key, .timeout = timeout}, environment);
    const auto before = steady_clock::now();
    CHECK(api.viewer(call).error() == condition::cancelled);
    return until >= before + expected && until <= steady_clock::now() + expected;
  };
  CHECK(is_given(100500ms, 0s));
  CHECK(is_given(50s, 50s));
  CHECK(is_given(20s, 50s, {.timeout = 20s}));
  CHECK(is_given(50s, 50s, {.timeout = 90s}));
  const auto deadline = steady_clock::now() + 30s;
  CHECK_FALSE(is_given(50s, 50s, {.deadline = deadline}));
  CHECK(until == deadline);
}

TEST_CASE("an attribute tells its name where it cannot be read, and its JSON where it is an object") {
  Scripted script;
  const auto user = script.user(R"({"id":"u","teams":{"edges":[{"node":{"name":"red"}}]}})");
  CHECK(user.attr<bool>("id").error().message().find("\"id\"") != std::string::npos);
  CHECK(user.attr<bool>("photo_url").error().message().find("\"photo_url\"") != std::string::npos);
  CHECK(user["teams"].raw() == R"({"edges":[{"node":{"name":"red"}}]})");
}

TEST_CASE("bodies that are not what they should be are malformed, and are told apart from data") {
  const std::string bodies[] = {"\xEF\xBB\xBF{\"data\"",
                                std::string("\x1f\x8b\x08\0\0\0", 6),
                                R"({"data":{"viewer":{"id":"\xff","name":"n"}}})",
                                "{\"data\":{\"viewer\":{\"id\":\"\xff\",\"name\":\"n\"}}}",
                                std::string(100, '['),
                                R"({"data":{"viewer":[]}})",
                                R"({"data":[]})",
                                R"({"data":"viewer"})",
                                "<!DOCTYPE html><html></html>",
                                " "};
  for (const auto& body : bodies) {
    CAPTURE(body);
    Scripted script;
    script.answers(body);
    const auto error = script.api.viewer().error();
    CHECK(error == condition::malformed_response);
    CHECK(error.attempts() == 1);
  }
}

TEST_CASE("errors that say nothing are none") {
  for (const auto* errors : {"null", "[]", "[null]"}) {
    CAPTURE(errors);
    Scripted script;
    script.answers(R"({"errors":)" + std::string(errors) + R"(,"data":{"createUser":{"user":{"id":"i","name":"n"}}}})");
    CHECK(script.api.create_user("new@example.com").value().errors().empty());
  }
}

TEST_CASE("a mutation's data beside an error without a path is the call's error, and it ran") {
  Scripted script;
  script.answers(R"({"data":{"createUser":{"user":{"id":"i","name":"n"}}},"errors":["quota nearly used"]})");
  const auto error = script.api.create_user("new@example.com").error();
  CHECK(error.outcome() == Outcome::ran);
  CHECK(error.messages().at(0).text == "quota nearly used");
}

TEST_CASE("redirects are not followed, and say that the base URL should be checked") {
  for (const int status : {301, 302, 303, 307, 308}) {
    CAPTURE(status);
    Scripted script;
    script.transport.expect().answers(status, "").with_header("Location", "https://elsewhere.example/graphql");
    const auto error = script.api.viewer().error();
    CHECK(error == errc::not_the_service);
    CHECK(error.message().find("base URL") != std::string::npos);
    CHECK(error.message().find("https://elsewhere.example/graphql") != std::string::npos);
    CHECK(script.requests() == 1);
  }
}

TEST_CASE("a status that is none, and success without a body, are malformed and leave a mutation unknown") {
  for (const int status : {0, -1, 99, 204, 999}) {
    CAPTURE(status);
    Scripted script;
    script.answers("", status);
    const auto error = script.api.create_user("new@example.com").error();
    CHECK(error.outcome() == Outcome::unknown);
    CHECK(error.attempts() == 1);
  }
}

TEST_CASE("what a transport throws passes through, and the handles go on") {
  struct Throwing {
    std::shared_ptr<int> calls = std::make_shared<int>(0);
    Result<Response> send(const Request&) const {
      if (++*calls != 2) {
        return Response{200,
                        {},
                        SecureString{R"({"data":{"users":{"edges":[{"node":{"id":"i","name":"n",
            "apiKeys":{"edges":[],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}}}],
            "pageInfo":{"hasNextPage":true,"endCursor":")" +
                                     std::to_string(*calls) + R"("}}}})"}};
      }
      throw std::runtime_error("out of order");
    }
  };
  const Throwing transport;
  const Api api(transport, {.base_url = "http://localhost", .api_key = key}, Environment::none());
  auto users = api.users();
  CHECK_THROWS_AS(static_cast<void>(users.next()), std::runtime_error);
  // The next page is read as a page, not as the rest of the keys that were being read.
  CHECK(users.next().value().error() == errc::malformed_response);
  CHECK(*transport.calls == 4);
}
