// Tests what an answer proves: data takes precedence over codes, codes over statuses, and statuses over words. Absence
// is only proven by the whole answer.
#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../scripted.hpp"

using namespace wandb;

namespace {

const std::string made = R"({"data":{"createUser":{"user":{"id":"u","name":"n","email":"new@example.com"}}})";
const std::string beside = R"(,"errors":[{"message":"the welcome mail failed"}]})";
const std::string new_key = "1234567890abcdef1234567890abcdef12345678";

std::string refused(const std::string& error) { return R"({"data":{"createUser":null},"errors":[)" + error + "]}"; }
std::string page(const std::string& edges, const std::string& more = R"({"hasNextPage":false})") {
  return R"({"data":{"users":{"edges":[)" + edges + R"(],"pageInfo":)" + more + "}}";
}
std::string node(const std::string& id, const std::string& email, const std::string& username,
                 const std::string& deleted = "null") {
  return R"({"node":{"id":")" + id + R"(","name":"n","username":")" + username + R"(","email":")" + email +
         R"(","deletedAt":)" + deleted + "}}";
}
const std::vector<std::string> hiding_errors{
    R"({"message":"search timed out"})", R"({"message":"search timed out","path":["users"]})",
    R"({"message":"search timed out","path":["users","edges"]})", R"({"message":"search timed out","path":["other"]})"};

}  // namespace

TEST_CASE("a mutation whose data came has run, whatever the status says, and is not sent again") {
  for (const int status : {200, 201, 400, 403, 409, 422, 429, 500, 501, 503}) {
    CAPTURE(status);
    Scripted script;
    script.answers(made + beside, status);
    const auto error = script.api.create_user("new@example.com").error();
    CHECK(error.outcome() == Outcome::ran);
    CHECK(error.status() == status);
    CHECK(error.messages().at(0).text == "the welcome mail failed");
    CHECK(script.requests() == 1);
    script.answers(made + "}", status);
    CHECK(script.api.create_user("new@example.com").value().id() == "u");
    CHECK(script.requests() == 2);
  }
}

TEST_CASE("a query's data is used whatever the status says") {
  for (const int status : {206, 400, 403, 429, 500, 503}) {
    CAPTURE(status);
    Scripted script;
    script.answers(
        R"({"data":{"viewer":{"id":"u","name":"n","email":null}},"errors":[{"message":"no","path":["viewer","email"]}]})",
        status);
    const auto me = script.api.viewer().value();
    CHECK(me.id() == "u");
    REQUIRE(me.errors().size() == 1);
    CHECK(me.errors()[0].status() == status);
    CHECK(script.requests() == 1);
  }
}

TEST_CASE("a key that was made beside a failure stands among the keys with its secret") {
  Scripted script;
  const User ann(script.api, Attrs{{"id", "u"}}, Secret(std::string(40, 'b')));
  script.answers(R"({"data":{"viewer":{"id":"u"}}})")
      .answers(R"({"data":{"generateApiKey":{"apiKey":{"id":"K","name":")" + new_key +
               R"("}}},"errors":["audit log full"]})");
  const auto error = ann.generate_api_key("ci").error();
  CHECK(error.outcome() == Outcome::ran);
  REQUIRE(ann.keys().size() == 1);
  CHECK(ann.keys()[0].secret() == Secret(new_key));
}

TEST_CASE("what a deletion gives back is taken, whatever failed besides") {
  Scripted script;
  const auto ann =
      script.user(R"({"id":"u","apiKeys":{"edges":[{"node":{"id":"1","name":"a"}},{"node":{"id":"2","name":"b"}}]}})");
  script.answers(R"({"data":{"deleteApiKey":{"success":true}},"errors":["audit log full"]})");
  CHECK(ann.delete_api_key("a").error().outcome() == Outcome::ran);
  CHECK(ann.keys().size() == 1);
  script.answers(R"({"data":{"deleteApiKey":{"success":false}},"errors":["it is in use"]})");
  const auto error = ann.delete_api_key("b").error();
  CHECK(error.outcome() == Outcome::not_run);
  CHECK(error.messages().at(0).text == "it is in use");
  CHECK(ann.keys().size() == 1);
}

TEST_CASE("a status within the errors counts as if the answer had it") {
  for (const auto* inner :
       {R"({"code":504})", R"({"code":"504"})", R"({"status":503})", R"({"code":408})", R"({"code":"GATEWAY_TIMEOUT"})",
        R"({"code":"X","status":502})", R"({"http":{"status":500}})", R"({"code":"INTERNAL_SERVER_ERROR"})",
        R"({"code":"FORBIDDEN","status":500})"}) {
    CAPTURE(inner);
    Scripted script;
    const auto body = refused(R"({"message":"upstream request timeout","extensions":)" + std::string(inner) + "}");
    script.answers(body);
    const auto error = script.api.create_user("new@example.com").error();
    CHECK(error.outcome() == Outcome::unknown);
    CHECK((error == condition::server_failure || error == condition::timed_out));
    CHECK(error.status() == 200);
    CHECK(script.requests() == 1);
    // A query may be repeated.
    script.answers(R"({"data":null,"errors":[{"message":"m","extensions":)" + std::string(inner) + "}]}")
        .answers(R"({"data":{"viewer":{"id":"u","name":"n"}}})");
    CHECK(script.api.viewer().value().id() == "u");
  }
  // One error leaves the outcome open, others do not.
  Scripted script;
  script.answers(
      refused(R"({"message":"no","extensions":{"code":"FORBIDDEN"}},{"message":"m","extensions":{"code":504}})"));
  CHECK(script.api.create_user("new@example.com").error().outcome() == Outcome::unknown);
}

TEST_CASE("a mutation that must not run twice is not sent again after a 503, whatever it asks") {
  for (const auto* body : {"", "<html>busy</html>", R"({"error":"busy"})"}) {
    Scripted script;
    script.transport.expect().answers(503, body).with_header("Retry-After", "0");
    CHECK(script.api.create_user("new@example.com").error().outcome() == Outcome::unknown);
    CHECK(script.requests() == 1);
    script.transport.expect().answers(429, body).with_header("Retry-After", "0");
    script.answers(made + "}");
    CHECK(script.api.create_user("new@example.com").has_value());
    CHECK(script.requests() == 3);
  }
}

TEST_CASE("an error's own code goes before the status, and the status before the words") {
  struct Row {
    int status;
    const char* error;
    errc code;
    bool from_words;
  };
  const Row rows[] = {
      {409, R"({"message":"no","extensions":{"code":"PERMISSION_ERROR"}})", errc::permission_denied, false},
      {200, R"({"message":"already exists","extensions":{"code":"PERMISSION_ERROR"}})", errc::permission_denied, false},
      {200, R"({"message":"m","extensions":{"code":"notFound"}})", errc::not_found, false},
      {422, R"({"message":"already exists"})", errc::bad_request, false},
      {400, R"({"message":"permission denied"})", errc::bad_request, false},
      {200, R"({"message":"permission denied","extensions":{"code":"E1234"}})", errc::rejected, false},
      {200, R"({"message":"permission denied"})", errc::permission_denied, true},
      {200, R"({"message":"user already exists"})", errc::conflict, true},
      {200, R"({"message":"conflicting"})", errc::rejected, false},
      {200, R"({"message":"the key \"unauthorized laptop\" is odd"})", errc::rejected, false},
      {200, R"({"message":"forbidden@example.com is odd"})", errc::rejected, false},
      {200, R"({"message":"duplicate@shop@example.com is no e-mail address"})", errc::rejected, false},
      {200, R"({"message":"it isn't allowed, the user's name is forbidden"})", errc::permission_denied, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.status);
    CAPTURE(row.error);
    Scripted script;
    script.answers(refused(row.error), row.status);
    const auto error = script.api.create_user("new@example.com").error();
    CHECK(error == row.code);
    CHECK(error.from_words() == row.from_words);
  }
}

TEST_CASE("what the caller sent is not read as the server's words") {
  Scripted script;
  const User ann(script.api, Attrs{{"id", "u"}}, Secret(std::string(40, 'b')));
  script.answers(R"({"data":{"viewer":{"id":"u"}}})")
      .answers(R"({"data":{"generateApiKey":null},"errors":[{"message":"unauthorized laptop is too long"}]})");
  CHECK(ann.generate_api_key("unauthorized laptop").error() == errc::rejected);
}

TEST_CASE("words alone drop no proven secret") {
  Scripted script;
  const User ann(script.api, Attrs{{"id", "u"}}, Secret(std::string(40, 'b')));
  script.answers(R"({"data":{"viewer":{"id":"u"}}})")
      .answers(R"({"data":{"generateApiKey":null},"errors":[{"message":"unauthorized"}]})");
  CHECK(ann.generate_api_key("one").error() == errc::unauthorized);
  script.answers(R"({"data":{"generateApiKey":{"apiKey":{"id":"K","name":")" + new_key + R"("}}}})");
  CHECK(ann.generate_api_key("two").has_value());  // without another check of whose key it is
  CHECK(script.requests() == 3);
}

TEST_CASE("nobody is said to be absent by an answer that may hide them") {
  for (const auto& hiding : hiding_errors) {
    CAPTURE(hiding);
    const auto hidden = R"(,"errors":[)" + hiding + "]}";
    Scripted first;
    first.answers(page("") + hidden);
    CHECK(first.api.user("ann@example.com").error().messages().at(0).text == "search timed out");
    Scripted second;
    second.answers(page(node("1", "bob@example.com", "bob"), R"({"hasNextPage":true,"endCursor":"c"})") + "}")
        .answers(page("") + hidden);
    CHECK_FALSE(second.api.user("ann@example.com").has_value());
    Scripted walk;
    walk.answers(page(node("1", "bob@example.com", "bob"), R"({"hasNextPage":true,"endCursor":"c"})") + hidden)
        .answers(page(node("2", "eve@example.com", "eve")) + "}");
    std::vector<std::string> seen;
    for (const auto& user : walk.api.users()) seen.push_back(user ? std::string(user->id()) : "error");
    CHECK(seen == std::vector<std::string>{"1", "2", "error"});
  }
}

TEST_CASE("a hit whose e-mail the server does not show may be the one that is looked for") {
  for (const auto* error : {R"(,"errors":[{"message":"no","path":["users","edges",0,"node","email"]}]})", "}"}) {
    CAPTURE(error);
    const bool told = std::string_view(error).size() > 1;
    Scripted script;
    script.answers(page(told ? R"({"node":{"id":"1","name":"n","username":"x","email":null}})"
                             : R"({"node":{"id":"1","name":"n","username":"x"}})") +
                   error);
    CHECK_FALSE(script.api.user("ann@example.com").has_value());
  }
  Scripted null;  // an empty e-mail matches no user
  null.answers(page(R"({"node":{"id":"1","name":"n","username":"x","email":null}})") + "}");
  CHECK_FALSE(null.api.user("ann@example.com").value().has_value());
}

TEST_CASE("a look by id that fails finds nobody only where the server says so by code or status") {
  const auto look = [](const std::string& error, int status) {
    Scripted script;
    script.answers(page("") + "}");
    script.transport.expect().always().answers(status, R"({"data":{"users":null},"errors":[)" + error + "]}");
    return script.api.user("some-id");
  };
  CHECK_FALSE(look(R"({"message":"internal error"})", 200).has_value());
  CHECK_FALSE(look(R"({"message":"user not found"})", 200).has_value());
  for (const int status : {400, 402, 403, 410, 413, 422, 451}) {
    CAPTURE(status);
    CHECK_FALSE(look(R"({"message":"internal error"})", status).has_value());
  }
  CHECK_FALSE(
      look(R"({"message":"unknown argument","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}})", 400).has_value());
  CHECK_FALSE(look(R"({"message":"m","extensions":{"code":"NOT_FOUND"}})", 200).value().has_value());
  CHECK_FALSE(look(R"({"message":"m"})", 404).value().has_value());
  CHECK_FALSE(look(R"({"message":"invalid id","extensions":{"code":"BAD_USER_INPUT"}})", 200).value().has_value());
}

TEST_CASE("what is no GraphQL answer is not the service's word") {
  for (const auto* body : {"<html>404</html>", "", "not found", "[1]", R"({"message":"Forbidden"})", "{oops}"}) {
    for (const int status : {200, 302, 401, 403, 404, 409, 429, 502}) {
      CAPTURE(body);
      CAPTURE(status);
      Scripted script;
      script.transport.expect().always().answers(status, body).with_header("Content-Type", "text/html");
      const auto error = script.api.create_user("new@example.com").error();
      CHECK(error == errc::not_the_service);
      CHECK(error.status() == status);
      CHECK(error != condition::not_found);
      CHECK(error != condition::unauthorized);
      CHECK(error != condition::permission_denied);
      CHECK(error != condition::conflict);
      CHECK((error == condition::rate_limited) == (status == 429));
      CHECK((error == condition::server_failure) == (status == 502));
      CHECK(error.outcome() == (status == 200 || status == 302 || status == 502 ? Outcome::unknown : Outcome::not_run));
      CHECK(error.reason().find("text/html") != std::string::npos);
      CHECK(error.reason().find("base URL") != std::string::npos);
    }
  }
}

TEST_CASE("a page of something in between is shown without what looks like a key, and a new key's answer not at all") {
  Scripted script;
  script.answers("<html>" + new_key + "</html>", 403);
  CHECK(script.api.create_user("new@example.com").error().reason().find("<html>****</html>") != std::string::npos);
  const User ann(script.api, Attrs{{"id", "u"}}, Secret(std::string(40, 'b')));
  script.answers(R"({"data":{"viewer":{"id":"u"}}})").answers("<html>almost</html>");
  CHECK(ann.generate_api_key().error().message().find("almost") == std::string::npos);
}

TEST_CASE("a response without a status is an error of its own") {
  for (const int status : {0, -1, 99, 1000}) {
    CAPTURE(status);
    Scripted script;
    script.answers(made + "}", status);
    const auto error = script.api.create_user("new@example.com").error();
    CHECK(error == errc::no_status);
    CHECK(error.status() == 0);
    CHECK(error.outcome() == Outcome::unknown);
    CHECK(script.requests() == 1);
  }
}

TEST_CASE("the status that was read is told, also where the answer is malformed") {
  Scripted script;
  script.answers(R"({"data":{"viewer":{"id":5}}})", 201);
  CHECK(script.api.viewer().error().status() == 201);
  script.transport.expect().fails(Error(
      make_error_code(errc::protocol_error),
      Error::Details{.reason = "cut", .operation = {}, .messages = {}, .status = 503, .delivery = Delivery::answered}));
  CHECK(script.api.viewer().error().status() == 503);
  script.transport.expect().fails(Error(errc::protocol_error, Delivery::answered));
  CHECK(script.api.viewer().error().status() == 0);
}

TEST_CASE("of several who bear a name, the right one is given or nobody") {
  const std::string upper = node("1", "Ann@example.com", "ann1");
  const std::string lower = node("2", "ann@example.com", "ann2");
  const std::string deleted = node("3", "ann@example.com", "ann3", R"("2024-01-01T00:00:00Z")");
  const std::string named = node("4", "eve@example.com", "ann@example.com");
  struct Row {
    std::string edges;
    const char* found;  // null: several fields
  };
  const Row rows[] = {{upper + "," + lower, "2"},
                      {lower + "," + upper, "2"},
                      {deleted + "," + lower, "2"},
                      {deleted, "3"},
                      {upper, "1"},
                      {lower + "," + named, nullptr},
                      {named + "," + lower, nullptr},
                      {named, "4"},
                      {upper + "," + named, nullptr},
                      {lower + "," + node("5", "ann@example.com", "ann5"), nullptr},
                      {lower + "," + lower, "2"},
                      {named + "," + deleted, "4"}};
  for (const auto& row : rows) {
    CAPTURE(row.edges);
    Scripted script;
    script.answers(page(row.edges) + "}");
    const auto user = script.api.user("ann@example.com");
    CHECK(user.has_value() == (row.found != nullptr));
    if (row.found != nullptr && user) CHECK(user.value().value().id() == row.found);
    if (row.found == nullptr) CHECK(user.error() == errc::ambiguous_user);
  }
}

TEST_CASE("an ambiguous name tells who bears it, on whichever page") {
  Scripted script;
  script.answers(page(node("1", "ann@example.com", "ann1"), R"({"hasNextPage":true,"endCursor":"c"})") + "}")
      .answers(page(node("2", "ann@example.com", "ann2")) + "}");
  const auto message = script.api.user("ann@example.com").error().message();
  for (const auto* text : {"id 1", "ann1", "id 2", "ann2"}) CHECK(message.find(text) != std::string::npos);
}

TEST_CASE("a username that is somebody's id is told from the id") {
  Scripted script;
  script.answers(page(node("9", "eve@example.com", "VXNlcjox")) + "}")
      .answers(page(node("VXNlcjox", "ann@example.com", "ann")) + "}");
  CHECK(script.api.user("VXNlcjox").error() == errc::ambiguous_user);
}

TEST_CASE("a value that an update could not give back is unloaded, and one that it left out is as before") {
  Scripted script;
  const User ann(script.api, Attrs{{"id", "u"}, {"photoUrl", "old"}, {"name", "Ann"}});
  script.answers(
      R"({"data":{"updateUser":{"user":{"id":"u","photoUrl":null}}},"errors":[{"message":"no","path":["updateUser","user","photoUrl"]}]})");
  CHECK(ann.update({.photo_url = "new"}));
  CHECK_FALSE(ann["photo_url"].is_loaded());
  CHECK(ann.errors().size() == 1);
  CHECK(ann.name() == "Ann");
  script.answers(R"({"data":{"updateUser":{"user":{"id":"u","photoUrl":"newer"}}}})");
  CHECK(ann.update({.photo_url = "newer"}));
  CHECK(ann["photo_url"].as_string().value() == "newer");
  CHECK(ann.errors().empty());
}

TEST_CASE("a key that stands on two pages, or twice on one, is one key") {
  const auto key = [](const std::string& id) { return R"({"node":{"id":")" + id + R"(","name":"k"}})"; };
  const auto keys = [](const std::string& edges, const std::string& info) {
    return R"({"id":"u","name":"n","apiKeys":{"edges":[)" + edges + R"(],"pageInfo":)" + info + "}}";
  };
  const std::string end = R"({"hasNextPage":false})";
  Scripted pages;
  pages
      .answers(R"({"data":{"viewer":)" + keys(key("1") + "," + key("2"), R"({"hasNextPage":true,"endCursor":"c"})") +
               "}}")
      .answers(R"({"data":{"viewer":)" + keys(key("2") + "," + key("3"), end) + "}}");
  const auto me = pages.api.viewer().value();
  CHECK(me.keys().size() == 3);
  pages.answers(R"({"data":{"deleteApiKey":{"success":true}}})");
  CHECK(me.delete_api_key(me.keys()[1]));
  CHECK(me.keys().size() == 2);
  CHECK(me.keys()[1].id() == "3");
  Scripted twice;
  twice.answers(R"({"data":{"viewer":)" + keys(key("1") + "," + key("1") + "," + key("2"), end) + "}}");
  CHECK(twice.api.viewer().value().keys().size() == 2);
}

TEST_CASE("keys of which one is hidden are told, and a name that is not among them may be that one's") {
  Scripted script;
  script.answers(
      R"({"data":{"viewer":{"id":"u","name":"n","apiKeys":{"edges":[{"node":{"id":"1","name":"a"}},{"node":null}],"pageInfo":{"hasNextPage":false}}}},)"
      R"("errors":[{"message":"no","path":["viewer","apiKeys","edges",1,"node"]}]})");
  const auto me = script.api.viewer().value();
  CHECK(me.keys().size() == 1);
  CHECK(me.errors().size() == 1);
  CHECK(me.delete_api_key("b").error().messages().at(0).text == "no");
  script.answers(R"({"data":{"deleteApiKey":{"success":true}}})");
  CHECK(me.delete_api_key("a").has_value());
}

TEST_CASE("errors beside what a mutation gives back stay with the user, until the next one") {
  const std::string user = R"("user":{"id":"u","name":"Ann")";
  for (const auto* path : {R"(["updateUser","user"])", R"(["updateUser",0])", R"(["updateUser","clientMutationId"])",
                           R"(["updateUser","user","zzz"])", R"(["updateUser","user","photoUrl"])"}) {
    CAPTURE(path);
    Scripted script;
    const User ann(script.api, Attrs{{"id", "u"}, {"photoUrl", "old"}});
    script.answers(R"({"data":{"updateUser":{)" + user + R"(}}},"errors":[{"message":"but","path":)" + path + "}]}")
        .answers(R"({"data":{"updateUser":{)" + user + "}}}}");
    CHECK(ann.set_admin(true).has_value());
    REQUIRE(ann.errors().size() == 1);
    CHECK(ann.errors()[0].messages().at(0).text == "but");
    // An error at a field that was left out says that its old value is no longer valid.
    const bool at_photo = std::string_view(path).find("photo") != std::string_view::npos;
    CHECK(ann["photo_url"].is_loaded() != at_photo);
    CHECK(ann.set_admin(true).has_value());
    CHECK(ann.errors().size() == (at_photo ? 1 : 0));
  }
  Scripted script;
  const auto ann = script.user(R"({"id":"u","apiKeys":{"edges":[{"node":{"id":"1","name":"a"}}]}})");
  script.answers(
      R"({"data":{"deleteApiKey":{"success":true}},"errors":[{"message":"but","path":["deleteApiKey","clientMutationId"]}]})");
  CHECK(ann.delete_api_key("a").has_value());
  CHECK(ann.errors().size() == 1);
}

TEST_CASE("errors beside what a mutation gives back say that it ran, and those of a query do not") {
  const std::string slow = R"(,"errors":[{"message":"slow","path":[)";
  const std::string code = R"(],"extensions":{"code":429}},{"message":"slow","extensions":{"code":429}}]})";
  const std::string user = R"({"user":{"id":"u","name":"n"}}})";
  const auto check_all = [](const auto& errors, Outcome outcome) {
    REQUIRE(errors.size() == 2);
    for (const auto& error : errors) {
      CHECK(error == condition::rate_limited);
      CHECK(error.outcome() == outcome);
      CHECK(error.retryable() == (outcome == Outcome::not_run));
    }
  };
  Scripted script;
  script.answers(R"({"data":{"updateUser":)" + user + slow + R"("updateUser","user","photoUrl")" + code);
  const User changed(script.api, Attrs{{"id", "u"}});
  CHECK(changed.set_admin(true).error().outcome() == Outcome::ran);
  check_all(changed.errors(), Outcome::ran);
  script.answers(R"({"data":{"user":)" + user.substr(8, user.size() - 10) + "}" + slow + R"("user","photoUrl")" + code);
  CHECK(changed.reload().has_value());
  check_all(changed.errors(), Outcome::not_run);
  const auto ann = script.user(R"({"id":"u","apiKeys":{"edges":[{"node":{"id":"1","name":"a"}}]}})");
  script.answers(R"({"data":{"deleteApiKey":{"success":false}})" + slow + R"("deleteApiKey","success")" + code);
  CHECK(ann.delete_api_key("a").error().outcome() == Outcome::not_run);
  check_all(ann.errors(), Outcome::not_run);
  script.answers(R"({"data":{"deleteApiKey":{"success":true}})" + slow + R"("deleteApiKey","success")" + code);
  CHECK(ann.delete_api_key("a").error().outcome() == Outcome::ran);
  check_all(ann.errors(), Outcome::ran);
}

TEST_CASE("a refusal that says nothing more is what its status says") {
  for (const auto* body :
       {R"({"data":null})", R"({"errors":[]})", R"({"data":{}})", R"({"data":{"createUser":null}})"}) {
    CAPTURE(body);
    Scripted script;
    script.answers(body, 403).answers(body, 200);
    const auto refused = script.api.create_user("new@example.com").error();
    CHECK(refused == errc::permission_denied);
    CHECK(refused.outcome() == Outcome::not_run);
    const auto silent = script.api.create_user("new@example.com").error();
    CHECK(silent == errc::malformed_response);
    CHECK(silent.outcome() == Outcome::unknown);
  }
}

TEST_CASE("a gateway that gave up proves nothing, even where the answer asks to try again") {
  Scripted script;
  script.answers(refused(R"({"message":"m","extensions":{"code":429}})"), 503);
  CHECK(script.api.create_user("new@example.com").error().outcome() == Outcome::unknown);
  CHECK(script.requests() == 1);
}

TEST_CASE("an inner status is read in whichever way it is written") {
  for (const auto* inner : {R"({"code":504.0})", R"({"code":"504.0"})", R"({"status":"503 Service Unavailable"})",
                            R"({"code":" 504 "})", R"({"http":{"statusCode":504}})", R"({"response":{"status":504}})",
                            R"({"exception":{"status":504}})", R"({"code":"TIMED_OUT"})", R"({"code":"HTTP_504"})",
                            R"({"code":"UPSTREAM_TIMEOUT"})", R"({"statusCode":"504"})"}) {
    CAPTURE(inner);
    Scripted script;
    script.answers(refused(R"({"message":"m","extensions":)" + std::string(inner) + "}"));
    CHECK(script.api.create_user("new@example.com").error().outcome() == Outcome::unknown);
  }
  for (const auto* body : {R"({"error":"upstream","code":504})", R"({"status":503,"error":{"message":"m"}})"}) {
    CAPTURE(body);
    Scripted script;
    script.answers(body);
    CHECK(script.api.create_user("new@example.com").error().outcome() == Outcome::unknown);
  }
  Scripted none;
  none.answers(refused(R"({"message":"m","extensions":{"code":"5040","status":"4 of 5"}})"));
  CHECK(none.api.create_user("new@example.com").error().outcome() == Outcome::not_run);
}

TEST_CASE("no part of a new key, nor of the caller's, stands in an error about somebody else's") {
  const std::string caller(std::string("0123456789abcdef") + "0123456789abcdef01234567");
  testing::FakeTransport transport;
  const Api api(transport, {.base_url = "http://localhost", .api_key = Secret(caller)}, Environment::none());
  const User ann(api, Attrs{{"id", "u"}}, Secret(std::string(40, 'b')));
  transport.expect().answers(200, R"({"data":{"viewer":{"id":"u"}}})");
  transport.expect().answers(200, R"({"data":{"generateApiKey":{"apiKey":{"id":"K","name":")" + new_key +
                                      R"("}}},"errors":["audit failed for )" + new_key.substr(5, 14) + " asked by " +
                                      caller.substr(2, 18) + R"("]})");
  const auto message = ann.generate_api_key("ci").error().message();
  CHECK(message.find("audit failed for **** asked by ****") != std::string::npos);
}

TEST_CASE("no control character of any kind stands in an error or a user's line") {
  Scripted script;
  script.answers("{\"errors\":[\"line\u0085two\u2028three\u202eevil\u009b31m\u2066x\u200f.\"]}", 400);
  const auto message = script.api.viewer().error().message();
  CHECK(message.find("line two three evil 31m x .") != std::string::npos);
  std::ostringstream out;
  out << User(script.api, Attrs{{"email", "a\u009b2Jb\u202ec\xff\u00e9"}});
  CHECK(out.str() == "<User a 2Jb c \u00e9>");
}

TEST_CASE("errors of a whole page are told with each of its users, but not all of them") {
  std::string errors;
  for (int i = 0; i != 1000; ++i) errors += std::string(i == 0 ? "" : ",") + R"({"message":"m"})";
  Scripted script;
  script.answers(page(node("1", "ann@example.com", "ann")) + R"(,"errors":[)" + errors + "]}");
  const auto first = script.api.users().next().value().value();
  CHECK(first.errors().size() == 17);
  CHECK(first.errors().back().messages().at(0).text == "and 984 more of the page");
}

TEST_CASE("words in brackets and other quotes are not the server's own") {
  for (const auto* words : {"\u201cconflict\u201d is odd", "\u2018conflict\u2019 is odd", "\u00abconflict\u00bb is odd",
                            "<conflict> is odd"}) {
    CAPTURE(words);
    Scripted script;
    script.answers(refused(R"({"message":")" + std::string(words) + R"("})"));
    CHECK(script.api.create_user("new@example.com").error() == errc::rejected);
  }
}

TEST_CASE("a question that is refused for the keys' sake is asked again without them") {
  const std::string refusal = R"({"data":null,"errors":[{"message":"relogin required"}]})";
  for (const int status : {200, 400, 401, 403}) {
    CAPTURE(status);
    Scripted script;
    script.answers(refusal, status).answers(R"({"data":{"viewer":{"id":"u","name":"n"}}})");
    const auto me = script.api.viewer().value();
    CHECK(me.id() == "u");
    CHECK(me.api_keys().empty());
    REQUIRE(me.errors().size() == 1);
    CHECK(me.errors()[0] == errc::client_refused);
    CHECK(me.delete_api_key("a").error() == errc::client_refused);
    script.answers(refusal, status).answers(page(node("1", "ann@example.com", "ann")) + "}");
    CHECK(script.api.user("ann@example.com").value().value().errors().at(0) == errc::client_refused);
    script.answers(refusal, status).answers(page(node("1", "ann@example.com", "ann")) + "}");
    for (const auto& user : script.api.users()) CHECK(user.value().errors().at(0) == errc::client_refused);
    // If the request without keys is also refused, the user is refused altogether, and no key is at fault.
    script.answers(refusal, status).answers(refusal, status);
    CHECK(script.api.viewer().error() == errc::client_refused);
    script.answers(refusal, status);
    CHECK(script.api.create_user("new@example.com").error() == errc::client_refused);
  }
}

TEST_CASE("keys that nobody asked for are not loaded, and reload loads them") {
  testing::Account account;
  account.add_user({.email = "root@example.com", .admin = true});
  const Secret key(account.add_key("root", "laptop"));
  std::string asked;
  account.before([&](const Request& request) -> std::optional<Response> {
    asked += request.body;
    return std::nullopt;
  });
  testing::FakeTransport transport(account);
  const Api api(transport, {.base_url = "http://localhost", .api_key = key}, Environment::none());
  const auto me = api.viewer({.keys = false}).value();
  const auto found = api.user("root", {.keys = false}).value().value();
  for (const auto& user : api.users("", {.keys = false})) CHECK(user.value().api_keys().empty());
  CHECK(asked.find("apiKeys") == std::string::npos);
  CHECK(me.api_keys().empty());
  CHECK_FALSE(me["api_keys"].is_loaded());
  CHECK(me.delete_api_key("laptop").error() == errc::keys_not_loaded);
  CHECK(me.reload());
  CHECK(me.keys().size() == 1);
}

TEST_CASE("a wrong sub-path of the server is not taken for a missing person") {
  testing::Account account;
  account.add_user({.email = "root@example.com", .admin = true});
  const Secret key(account.add_key("root"));
  account.before([&](const Request& request) -> std::optional<Response> {
    if (request.target.starts_with("/wandb/")) return std::nullopt;
    Response elsewhere;
    elsewhere.status = 404;
    elsewhere.body = "404 page not found\n";
    return elsewhere;
  });
  testing::FakeTransport transport(account);
  const Api wrong(transport, {.base_url = "http://localhost/nope", .api_key = key}, Environment::none());
  CHECK(wrong.user("root").error() == errc::not_the_service);
  CHECK(wrong.viewer().error() == errc::not_the_service);
  const Api right(transport, {.base_url = "http://localhost/wandb", .api_key = key}, Environment::none());
  CHECK(right.user("root").value().has_value());
}
