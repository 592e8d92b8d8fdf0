// Tests the output of single commands: exit codes, JSON, and the secrets of keys.
#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <wandb/testing/account.hpp>
#include <wandb/testing/loopback_server.hpp>

#include "office.hpp"
#include "run_tool.hpp"

using tool::any_key;
using tool::Ended;
using tool::has;
using tool::Office;
using wandb::testing::LoopbackServer;

namespace {

using Json = boost::json::value;

Json as_json(const std::string& text) { return Json(boost::json::string(text.c_str())); }
Json as_json(const char* text) { return as_json(std::string(text)); }
Json as_json(bool flag) { return flag; }
Json as_json(int number) { return number; }
Json as_json(boost::json::array list) { return list; }

Ended run(const Office& office, std::vector<std::string> words) {
  return tool::run(office.server.base_url(), office.key, std::move(words));
}

wandb::Response answer(int status, const std::string& body) {
  wandb::Response response;
  response.status = status;
  response.headers.add("Content-Type", body.starts_with('<') ? "text/html" : "application/json");
  response.body = body;
  return response;
}

/// Runs the tool against a server that gives every request the same answer.
Ended against(int status, const std::string& body, std::vector<std::string> words) {
  LoopbackServer server([&](const wandb::Request&) { return answer(status, body); });
  words.insert(words.end(), {"--timeout", "5"});
  return tool::run(server.base_url(), any_key, std::move(words));
}

/// Gives this answer instead of the account's, or after the account has executed the request, for each such operation.
auto instead_of(const std::string& operation, int status, const std::string& body) {
  return [=](const wandb::Request& request) -> std::optional<wandb::Response> {
    if (request.body.find(operation) == request.body.npos) return std::nullopt;
    return answer(status, body);
  };
}

/// Returns the only line on standard error, which reports an error.
Json error_of(const Ended& ended) {
  REQUIRE_MESSAGE(ended.err.find('\n') == ended.err.size() - 1, ended.err);
  return boost::json::parse(ended.err).at("error");
}

std::string viewer(const std::string& members, const std::string& errors = "") {
  return R"({"data":{"viewer":{"id":"u1","username":"ann")" + members + "}}" +
         (errors.empty() ? "}" : R"(,"errors":[)" + errors + "]}");
}
const std::string empty_list = R"({"edges":[],"pageInfo":{"endCursor":null,"hasNextPage":false}})";

}  // namespace

TEST_CASE("keys generate delivers the secret that came beside an error, and tells the error") {
  for (const bool json : {false, true}) {
    Office office;
    office.account.after([&](const wandb::Request& request) -> std::optional<wandb::Response> {
      if (request.body.find("generateApiKey(") == request.body.npos) return std::nullopt;
      return answer(200, R"({"data":{"generateApiKey":{"apiKey":{"id":"new","name":")" + std::string(40, 'f') +
                             R"("}}},"errors":[{"message":"no mail was sent"}]})");
    });
    std::vector<std::string> words{"keys",           "generate", "--description",           "ci",
                                   "--print-secret", "--output", office.scratch.path("key")};
    if (json) words.push_back("--json");
    const auto ended = run(office, words);
    CHECK(ended.code == 1);
    CHECK(office.scratch.read("key") == std::string(40, 'f') + "\n");
    CHECK(has(ended.err, "no mail was sent"));
    CHECK_FALSE(has(ended.err, std::string(40, 'f')));
    if (!json) {
      CHECK(ended.out == std::string(40, 'f') + "\n");
      continue;
    }
    CHECK(boost::json::parse(ended.out).at("id") == as_json("new"));
    CHECK(boost::json::parse(ended.out).at("secret") == as_json(std::string(40, 'f')));
    CHECK(error_of(ended).at("outcome") == as_json("ran"));
  }
}

TEST_CASE("keys generate tells how to be rid of a key whose secret was lost") {
  Office office;
  office.server.inject({});
  office.server.inject({.close_after = 0});
  const auto lost = run(office, {"keys", "generate", "--description", "ci", "--print-secret"});
  CHECK(lost.code == 6);
  CHECK_MESSAGE(has(lost.err, "`wandb-users keys delete " + office.account.key_ids_of("root").back() + "` (\"ci\")"),
                lost.err);

  office.server.inject({});
  office.server.inject({.close_after_reading = true});
  const auto perhaps = run(office, {"keys", "generate", "--print-secret"});
  CHECK(perhaps.code == 6);
  CHECK(has(perhaps.err, "none is new yet; look later with `wandb-users keys list`"));
  CHECK(has(perhaps.err, "keys delete ID"));

  office.account.after(instead_of("generateApiKey(", 200,
                                  R"({"data":{"generateApiKey":{"apiKey":null}},"errors":[{"message":"a fault",)"
                                  R"("path":["generateApiKey","apiKey"]}]})"));
  const auto made = run(office, {"keys", "generate", "--print-secret", "--json"});
  CHECK(made.code == 1);
  CHECK(error_of(made).at("outcome") == as_json("ran"));
  CHECK(has(made.err, "`wandb-users keys delete " + office.account.key_ids_of("root").back() + "`"));
  CHECK(office.account.executed("generateApiKey") == 2);
}

TEST_CASE("keys generate says nothing of a key that was not made") {
  const auto refused = [](Office& office) {
    return run(office, {"keys", "generate", "--output", office.scratch.path("key")});
  };
  Office office;
  office.account.before(instead_of("generateApiKey(", 403, R"({"errors":[{"message":"not here"}]})"));
  const auto ended = refused(office);
  CHECK(ended.code == 4);
  CHECK_FALSE(has(ended.err, "keys delete"));
  CHECK(office.scratch.read("key").empty());
}

TEST_CASE("every command has JSON, with ids") {
  Office office;
  const auto id = office.account.add_user({.email = "ann@example.com"});
  office.account.add_team("ann", "red");
  const auto json = [&](std::vector<std::string> words) {
    words.push_back("--json");
    const auto ended = run(office, words);
    CHECK_MESSAGE(ended.code == 0, ended.err);
    CHECK(ended.err.empty());
    return boost::json::parse(ended.out);
  };
  CHECK(json({"show", "ann"}).at("id") == as_json(id));
  CHECK(json({"list", "ann"}).at("id") == as_json(id));
  CHECK(json({"whoami"}).as_object().contains("id"));
  CHECK(json({"create", "bob@example.com"}).at("email") == as_json("bob@example.com"));
  CHECK(json({"create", "bea@example.com"}).as_object().contains("id"));
  CHECK(json({"teams", "ann"}) == as_json(boost::json::array{"red"}));
  const auto made = json({"keys", "generate", "--description", "ci", "--output", office.scratch.path("key")});
  CHECK(made.at("id") == as_json(office.account.key_ids_of("root").back()));
  CHECK_FALSE(made.as_object().contains("secret"));
  const auto printed = json({"keys", "generate", "--print-secret"});
  CHECK(printed.at("secret") == as_json(office.account.keys_of("root").back()));
  CHECK(printed.at("description").is_null());
  const auto keys = json({"keys", "list"});
  CHECK(keys.as_array().size() == 3);
  const std::string first(keys.at(1).at("id").as_string().c_str());
  const auto gone = json({"keys", "delete", first});
  CHECK(gone.at("id") == as_json(first));
  CHECK(gone.at("deleted") == as_json(true));
}

TEST_CASE("in JSON what is null, not loaded, refused and empty differ") {
  const auto shown = [](const std::string& members, const std::string& errors = "", const char* command = "show") {
    return boost::json::parse(against(200, viewer(members, errors), {command, "--json"}).out).as_object();
  };
  const auto full =
      shown(R"(,"email":null,"name":"","admin":false,"apiKeys":)" + empty_list + R"(,"teams":{"edges":[]})");
  CHECK(full.at("email").is_null());
  CHECK(full.at("name") == as_json(""));
  CHECK(full.at("admin") == as_json(false));
  CHECK(full.at("keys") == as_json(boost::json::array{}));
  CHECK(full.at("teams") == as_json(boost::json::array{}));
  CHECK_FALSE(full.contains("deleted_at"));
  CHECK_FALSE(full.contains("errors"));

  const auto refused =
      shown(R"(,"email":null,"admin":null,"apiKeys":null,"teams":{"edges":[]})",
            R"({"message":"no keys","path":["viewer","apiKeys"]},{"message":"no mail","path":["viewer","email"]})");
  CHECK(refused.at("keys").is_null());
  CHECK(refused.at("email").is_null());
  CHECK(refused.at("admin").is_null());
  CHECK(refused.at("teams") == as_json(boost::json::array{}));
  CHECK_FALSE(refused.contains("name"));
  REQUIRE(refused.at("errors").as_array().size() == 2);
  CHECK(refused.at("errors").at(0).at("path") == as_json("viewer.apiKeys"));
  CHECK(refused.at("errors").at(0).at("code") == as_json("rejected"));

  const auto not_asked = shown(R"(,"apiKeys":)" + empty_list + R"(,"teams":null)", "", "whoami");
  CHECK_FALSE(not_asked.contains("keys"));
  CHECK(not_asked.at("teams").is_null());
}

TEST_CASE("whoami, list and teams ask for no keys") {
  Office office;
  std::size_t asked = 0;
  office.account.before([&](const wandb::Request& request) -> std::optional<wandb::Response> {
    asked += request.body.find("apiKeys") != request.body.npos ? 1 : 0;
    return std::nullopt;
  });
  for (const std::vector<std::string>& words : {std::vector<std::string>{"whoami"},
                                                {"list"},
                                                {"list", "--json"},
                                                {"teams", "root"},
                                                {"create", "ann@example.com"}}) {
    CHECK(run(office, words).code == 0);
    CHECK(asked == 0);
  }
  CHECK(office.provision("email,admin\nbob@example.com,\n").code == 0);
  CHECK(asked == 0);
  CHECK(run(office, {"show"}).code == 0);
  CHECK(asked == 1);
}

TEST_CASE("with --json an error is one line of JSON") {
  Office office;
  const auto missing = run(office, {"show", "nobody", "--json"});
  CHECK(missing.code == 3);
  CHECK(error_of(missing).at("code") == as_json("not_found"));
  const auto taken = run(office, {"create", "root@example.com", "--json"});
  CHECK(taken.code == 8);
  const auto error = error_of(taken);
  CHECK(error.at("code") == as_json("conflict"));
  CHECK(error.at("condition") == as_json("conflict"));
  CHECK(error.at("outcome") == as_json("not_run"));
  CHECK(error.at("status") == as_json(409));
  CHECK(error.at("retryable") == as_json(false));
  CHECK(has(error.at("message").as_string().c_str(), "already exists"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"nonsense"}, {}, {"create"}, {"--timeout", "soon", "whoami"}}) {
    auto with_json = words;
    with_json.insert(with_json.begin(), "--json");
    const auto wrong = run(office, with_json);
    CHECK(wrong.code == 2);
    CHECK(error_of(wrong).at("condition") == as_json("misuse"));
  }
  const auto unreachable = tool::run("http://127.0.0.1:1", any_key, {"whoami", "--json"});
  CHECK(unreachable.code == 5);
  CHECK(error_of(unreachable).at("code") == as_json("connect_failed"));
  CHECK(error_of(unreachable).at("status") == as_json(0));
  CHECK(error_of(unreachable).at("retryable") == as_json(true));
}

TEST_CASE("with --json the tool's own failures are JSON too") {
  Office office;
  const auto both = [&](std::vector<std::string> words, int code, const char* name) {
    words.push_back("--json");
    const auto ended = run(office, words);
    CHECK(ended.code == code);
    CHECK(error_of(ended).at("code") == as_json(name));
    CHECK(error_of(ended).at("outcome") == as_json("not_run"));
  };
  both({"keys", "generate"}, 2, "invalid_argument");
  both({"keys", "delete", "none"}, 3, "not_found");
  both({"keys", "generate", "--print-secret", "--user-key-env", "NOT_SET"}, 2, "invalid_argument");
  both({"keys", "generate", "--print-secret", "--user-key-env", "HOME"}, 4, "malformed_api_key");
  both({"keys", "generate", "--output", "/nonexistent/key"}, 2, "invalid_argument");
  both({"provision", "/nonexistent/people.csv"}, 2, "invalid_argument");
}

TEST_CASE("nobody's name breaks JSON or steers the terminal") {
  const auto ended = against(200, viewer(R"(,"name":"a\u009b31m\u202eb\u007f\n\"\\\u2028","teams":{"edges":[]})"),
                             {"whoami", "--json"});
  CHECK(ended.code == 0);
  CHECK(boost::json::parse(ended.out).at("name") == as_json("a\xC2\x9B"
                                                            "31m\xE2\x80\xAE"
                                                            "b\x7F\n\"\\\xE2\x80\xA8"));
  CHECK(has(ended.out, R"("a\u009b31m\u202eb\u007f\u000a\"\\\u2028")"));
  Office office;
  CHECK(has(run(office, {"show", "a\xFF", "--json"}).err, "{\"error\":{\"code\":\"invalid_argument\""));
}

TEST_CASE("try again later, exists already, and settings that are wrong have codes of their own") {
  const std::string busy = R"({"errors":[{"message":"busy"}]})";
  LoopbackServer server([&](const wandb::Request&) {
    auto response = answer(429, busy);
    response.headers.add("Retry-After", "0");
    return response;
  });
  const auto limited = tool::run(server.base_url(), any_key, {"whoami", "--json"});
  CHECK(limited.code == 9);
  CHECK(error_of(limited).at("condition") == as_json("rate_limited"));
  CHECK(error_of(limited).at("retryable") == as_json(true));
  CHECK(tool::run(server.base_url(), any_key, {"create", "ann@example.com"}).code == 9);
  CHECK(against(500, busy, {"whoami"}).code == 9);
  CHECK(against(503, busy, {"whoami"}).code == 9);
  CHECK(against(500, busy, {"create", "ann@example.com"}).code == 6);
  CHECK(tool::run("ftp://example.com", any_key, {"whoami"}).code == 2);
  CHECK(tool::run("http://example.com", any_key, {"whoami"}).code == 2);
}

TEST_CASE("what something in between says is no fact about a person") {
  for (const int status : {401, 403, 404, 409}) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"whoami"},
                                                  {"show", "ann"},
                                                  {"create", "ann@example.com"},
                                                  {"keys", "list"},
                                                  {"list"}}) {
      CAPTURE(status);
      const auto ended = against(status, "<html>no</html>", words);
      CHECK_MESSAGE(ended.code == 5, ended.err);
      CHECK(ended.out.empty());
    }
  }
}

TEST_CASE("words alone make no user exist") {
  const std::string words =
      R"({"data":{"createUser":null},"errors":[{"message":"it already exists","path":["createUser"]}]})";
  Office office;
  office.account.before(instead_of("createUser(", 422, words));
  CHECK(run(office, {"create", "ann@example.com"}).code == 1);
  office.account.add_user({.email = "ann@example.com"});
  office.account.before(instead_of("createUser(", 409, words));
  CHECK(run(office, {"create", "ann@example.com"}).code == 8);
  CHECK(run(office, {"create", "bob@example.com"}).code == 1);
}

TEST_CASE("create shows the user who was made beside an error") {
  Office office;
  office.account.after(instead_of("createUser(", 200,
                                  R"({"data":{"createUser":{"user":{"id":"u","email":"ann@example.com"}}},)"
                                  R"("errors":[{"message":"no mail was sent"}]})"));
  const auto ended = run(office, {"create", "ann@example.com", "--json"});
  CHECK(ended.code == 1);
  CHECK(error_of(ended).at("outcome") == as_json("ran"));
  CHECK(boost::json::parse(ended.out).at("email") == as_json("ann@example.com"));
  office.server.inject({.close_after = 0});
  const auto lost = run(office, {"create", "bob@example.com"});
  CHECK(lost.code == 6);
  CHECK(has(lost.err, "`wandb-users show bob@example.com`"));
}

TEST_CASE("a name that several bear does nothing, and names them") {
  const auto person = [](const std::string& id, const std::string& name, const std::string& email) {
    return R"({"node":{"id":")" + id + R"(","name":"","username":")" + name + R"(","email":")" + email +
           R"(","admin":false,"deletedAt":null,"apiKeys":{"edges":[{"node":{"id":"K","name":"k","description":"ci"}}],)"
           R"("pageInfo":{"endCursor":null,"hasNextPage":false}},"teams":{"edges":[]}}})";
  };
  const auto people = person("U1", "a1", "Ann@Example.com") + "," + person("U2", "a2", "ANN@example.com");
  const auto body =
      R"({"data":{"users":{"edges":[)" + people + R"(],"pageInfo":{"endCursor":null,"hasNextPage":false}}}})";
  for (const std::vector<std::string>& words : {std::vector<std::string>{"show", "ann@example.com", "--json"},
                                                {"keys", "delete", "ci", "ann@example.com", "--json"}}) {
    const auto ended = against(200, body, words);
    CHECK_MESSAGE(ended.code == 2, ended.err);
    CHECK(error_of(ended).at("code") == as_json("ambiguous_user"));
    CHECK(has(ended.err, "U1"));
    CHECK(has(ended.err, "U2"));
  }
}

TEST_CASE("keys delete takes an id for one key, though two pages show it") {
  const std::string row = R"({"node":{"id":"K1","name":"k","description":"ci"}})";
  bool deleted = false;
  LoopbackServer server([&](const wandb::Request& request) {
    if (request.body.find("deleteApiKey") != request.body.npos) {
      deleted = true;
      return answer(200, R"({"data":{"deleteApiKey":{"success":true}}})");
    }
    return answer(200, viewer(R"(,"apiKeys":{"edges":[)" + row + "," + row +
                              R"(],"pageInfo":{"endCursor":null,"hasNextPage":false}},"teams":{"edges":[]})"));
  });
  for (const std::string name : {"K1", "ci"}) {
    deleted = false;
    const auto ended = tool::run(server.base_url(), any_key, {"keys", "delete", name, "--yes"});
    CHECK_MESSAGE(ended.code == 0, ended.err);
    CHECK(deleted);
  }
}

TEST_CASE("list --limit requests no more users than it prints, unless it has to look for them") {
  Office office;
  office.account.add_users(250, "dev");
  std::size_t asked = 0;
  office.account.before([&](const wandb::Request& request) -> std::optional<wandb::Response> {
    asked += request.body.find("\"first\":2") != request.body.npos ? 1 : 0;
    return std::nullopt;
  });
  CHECK(run(office, {"list", "--limit", "2", "--format", "csv"}).code == 0);
  CHECK(office.server.requests() == 1);
  CHECK(asked == 1);
  const auto admins = run(office, {"list", "--admins", "--limit", "1", "--json"});
  CHECK(admins.code == 0);
  CHECK(boost::json::parse(admins.out).at("username") == as_json("root"));
  CHECK(asked == 1);
}

TEST_CASE("list --admins does not leave out silently whom the server does not call an admin or not") {
  const auto body = R"({"data":{"users":{"edges":[{"node":{"id":"u1","username":"ann","email":"ann@example.com",)"
                    R"("admin":null,"teams":{"edges":[]}}}],"pageInfo":{"endCursor":null,"hasNextPage":false}}}})";
  const auto ended = against(200, body, {"list", "--admins"});
  CHECK(ended.code == 1);
  CHECK(ended.out.empty());
  CHECK(has(ended.err, "the server does not say whether ann is an admin"));
}

TEST_CASE("a change whose answer was lost has a code of its own, and tells how to look") {
  Office office;
  office.account.add_user({.email = "ann@example.com"});
  office.account.before(instead_of("updateUser(", 503, "{}"));
  const auto lost = run(office, {"update", "ann", "--name", "Ann"});
  CHECK(lost.code == 6);
  CHECK_MESSAGE(has(lost.err, "see `wandb-users show ann`"), lost.err);
  office.account.before(instead_of("deleteUser(", 403, R"({"errors":[{"message":"no"}]})"));
  const auto refused = run(office, {"remove", "ann"});
  CHECK(refused.code == 4);
  CHECK_FALSE(has(refused.err, "wandb-users show"));
}

TEST_CASE("create --if-not-exists takes no words of the server for a user who is there") {
  Office office;
  office.account.before(instead_of("createUser(", 409, R"({"errors":[{"message":"it already exists"}]})"));
  const auto nobody = run(office, {"create", "ann@example.com", "--if-not-exists"});
  CHECK(nobody.code == 1);
  CHECK(nobody.out.empty());
}

TEST_CASE("create --if-not-exists --admin is no success where the server does not say who is an admin") {
  Office office;
  office.account.add_user({.email = "ann@example.com"});
  const auto body = R"({"data":{"users":{"edges":[{"node":{"id":"u1","username":"ann","email":"ann@example.com",)"
                    R"("admin":null,"teams":{"edges":[]}}}],"pageInfo":{"endCursor":null,"hasNextPage":false}}}})";
  office.account.before(instead_of("users(", 200, body));
  const auto unclear = run(office, {"create", "ann@example.com", "--if-not-exists", "--admin"});
  CHECK(unclear.code == 8);
  CHECK_MESSAGE(has(unclear.err, "there already, but the server does not say whether they are an admin"), unclear.err);
  CHECK(run(office, {"create", "ann@example.com", "--if-not-exists"}).code == 0);
}

TEST_CASE("a change is no success where the answer shows the opposite") {
  Office office;
  office.account.add_user({.email = "ann@example.com"});
  const auto id = run(office, {"show", "ann", "--json"}).out;
  const auto user = R"({"user":{"id":)" + boost::json::serialize(boost::json::parse(id).at("id")) +
                    R"(,"name":"Ann","username":"ann","email":"ann@example.com","admin":false}})";
  office.account.before(instead_of("updateUser(", 200, R"({"data":{"updateUser":)" + user + "}}"));
  const auto unchanged = run(office, {"set-admin", "ann", "true", "--json"});
  CHECK(unchanged.code == 1);
  CHECK(error_of(unchanged).at("outcome") == as_json("ran"));
  CHECK_MESSAGE(has(unchanged.err, "its answer shows admin: false, and true was asked for"), unchanged.err);
  office.account.before(instead_of("createUser(", 200, R"({"data":{"createUser":)" + user + "}}"));
  const auto another = run(office, {"create", "new@example.com"});
  CHECK(another.code == 1);
  CHECK_MESSAGE(has(another.err, "its answer shows another e-mail than was asked for"), another.err);
}
