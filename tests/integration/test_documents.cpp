// Tests a program's own documents over every transport.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wandb/graphql/dynamic_document.hpp>
#include <wandb/wandb.hpp>

#include "rigs.hpp"
#include "scripted.hpp"

using namespace wandb;
using namespace std::chrono_literals;
using graphql::DynamicDocument;
using rigs::get;
using rigs::Scene;

namespace {

constexpr auto& mine = document<"query Mine { viewer { id photoUrl totalRuns email } }">;
constexpr auto& by_id = document<"query ById($id: ID!) { user(id: $id) { id name } }">;
constexpr auto& create =
    document<"mutation Make($email: String!) { createUser(input: {email: $email}) { user { id email } } }">;
constexpr auto& rename_user =
    document<"mutation Rename($id: ID, $name: String) { updateUser(input: {id: $id, name: $name}) { user { name } } }">;

/// Loses the answer to the next `times` requests, after they have been executed or without executing them.
template <class Rig>
void lose(Scene<Rig>& setting, int status, int times, bool executed) {
  const auto hook = [left = times, status](const Request&) mutable -> std::optional<Response> {
    if (left == 0) return std::nullopt;
    --left;
    return Response{status, {}, SecureString{R"({"errors":[{"message":"gone"}]})"}};
  };
  if (executed) setting.world.account.after(hook);
  else setting.world.account.before(hook);
}
template <class Rig>
void answer(Scene<Rig>& setting, int status, std::string body) {
  setting.world.account.before([status, body = std::move(body)](const Request&) -> std::optional<Response> {
    return Response{status, {}, SecureString{body}};
  });
}

}  // namespace

TEST_CASE_TEMPLATE("a checked document gives its fields the types of the schema", Rig, RIGS) {
  Scene<Rig> setting;
  const auto answer = get(setting.as(setting.world.ann_key).query(mine));
  REQUIRE(answer.has_value());
  const auto viewer = answer->template get<"viewer">();
  REQUIRE(viewer.has_value());
  static_assert(std::is_same_v<decltype(viewer->template get<"id">()), Text>);
  static_assert(std::is_same_v<decltype(viewer->template get<"photoUrl">()), std::optional<Text>>);
  static_assert(std::is_same_v<decltype(viewer->template get<"total_runs">()), std::int64_t>);
  CHECK(viewer->template get<"id">() == setting.world.ann_id);
  CHECK(viewer->template get<"photo_url">() == std::nullopt);
  CHECK(viewer->template get<"email">() == "ann@example.com");
  CHECK((*answer)["viewer"]["photoUrl"].is_null());
  CHECK(answer->errors().empty());
}

TEST_CASE_TEMPLATE("variables reach the server", Rig, RIGS) {
  Scene<Rig> setting;
  const auto found = get(setting.api.query(by_id, {{"id", setting.world.ann_id}}));
  REQUIRE(found.has_value());
  CHECK(found->template get<"user">().value().template get<"name">() == "Ann");
  const auto nobody = get(setting.api.query(by_id, {{"id", "nobody"}}));
  REQUIRE(nobody.has_value());
  CHECK_FALSE(nobody->template get<"user">().has_value());
  CHECK((*nobody)["user"].is_null());
}

TEST_CASE_TEMPLATE("lists and several root fields are read as they were chosen", Rig, RIGS) {
  Scene<Rig> setting;
  const auto all = get(setting.api.query(
      document<"query($first: Int) { me: viewer { id } users(first: $first) { edges { node { email } } } }">,
      {{"first", 10}}));
  REQUIRE(all.has_value());
  CHECK(all->template get<"me">().value().template get<"id">() == setting.world.root_id);
  const auto edges = all->template get<"users">().value().template get<"edges">();
  REQUIRE(edges.size() == 2);
  CHECK(edges[1].template get<"node">().value().template get<"email">() == "ann@example.com");
}

TEST_CASE_TEMPLATE("a document that is checked at run time is read by name", Rig, RIGS) {
  Scene<Rig> setting;
  const auto document =
      DynamicDocument::parse("query($ids: [ID!]) { users(ids: $ids) { edges { node { id photoUrl email } } } }");
  const auto answer = get(setting.api.query(document.value(), {{"ids", std::array{setting.world.ann_id}}}));
  REQUIRE(answer.has_value());
  const auto edges = (*answer)["users"]["edges"];
  REQUIRE(edges.size() == 1);
  CHECK(edges[0]["node"]["id"].as_string().value() == setting.world.ann_id);
  CHECK(edges[0]["node"]["photo_url"].is_null());
  CHECK_FALSE(edges[0]["node"]["name"].is_loaded());
}

TEST_CASE_TEMPLATE("a document is executed unchecked, and its data is JSON", Rig, RIGS) {
  Scene<Rig> setting;
  const auto found =
      get(setting.api.execute("query Q($id: ID!) { it: user(id: $id) { email teams { edges { node { "
                              "name } } } } }",
                              {{"id", setting.world.ann_id}}));
  REQUIRE(found.has_value());
  CHECK((*found)["it"]["email"].as_string().value() == "ann@example.com");
  CHECK((*found)["it"]["teams"]["edges"][1]["node"]["name"].as_string().value() == "blue");
  CHECK(found->data().raw() ==
        R"({"it":{"email":"ann@example.com","teams":{"edges":[{"node":{"name":"red"}},{"node":{"name":"blue"}}]}}})");
  const auto made =
      get(setting.api.execute(R"(mutation { createUser(input: {email: "n@example.com"}) { user { id } } })"));
  REQUIRE(made.has_value());
  CHECK(setting.world.account.executed("createUser") == 1);
}

TEST_CASE_TEMPLATE("what does not fit the document sends nothing, and is named", Rig, RIGS) {
  Scene<Rig> setting;
  const auto& api = setting.api;
  const auto refused = [](const Error& error, std::string_view reason) {
    CHECK(error == errc::invalid_argument);
    CHECK(error.delivery() == Delivery::nothing_sent);
    CHECK(error.outcome() == Outcome::not_run);
    CHECK(error.reason() == reason);
  };
  refused(get(api.query(by_id)).error(), "the variable \"id\" is missing, and its type is ID!");
  refused(get(api.query(by_id, {{"id", "x"}, {"ID", "x"}})).error(),
          "the variable \"ID\" is not declared by the document");
  refused(get(api.query(create, {{"email", true}})).error(), "the variable \"email\" does not fit its type String!");
  refused(get(api.query(create, {{"email", "\xFF"}})).error(), "the variable \"email\" is not UTF-8");
  refused(get(api.execute("query($n: Int) { f(n: $n) }", {{"n", "1"}})).error(),
          "the variable \"n\" does not fit its type Int");
  refused(get(api.execute("{ f")).error(), "the document cannot be read: syntax error at ''");
  refused(get(api.execute("")).error(), "the document cannot be read: syntax error at ''");
  refused(get(api.execute("subscription { f }")).error(),
          "the document is a subscription, which the library cannot send");
  refused(get(api.execute("query A { f } query B { f }")).error(), "the document does not have exactly one operation");
  refused(get(api.execute("fragment A on User { id }")).error(), "the document does not have exactly one operation");
  refused(get(api.execute("{ ...A }")).error(), "the document has no root field");
  refused(get(api.execute("{ f(a: \"\xFF\") }")).error(), "the document is not UTF-8");
  CHECK(setting.world.account.requests() == 0);
  CHECK(get(api.query(create, {})).error().operation() == "createUser");
}

TEST_CASE_TEMPLATE("a mutation runs once, and a lost answer leaves its outcome unknown", Rig, RIGS) {
  Scene<Rig> setting;
  lose(setting, 503, 1, true);
  const auto error = get(setting.api.query(create, {{"email", "n@example.com"}})).error();
  CHECK(error.outcome() == Outcome::unknown);
  CHECK(error.operation() == "createUser");
  CHECK(error.attempts() == 1);
  CHECK(setting.world.account.executed("createUser") == 1);
  CHECK(get(setting.api.user("n@example.com")).value().has_value());
}

TEST_CASE_TEMPLATE("an idempotent mutation is sent again, by any kind of document", Rig, RIGS) {
  Scene<Rig> setting;
  const auto& id = setting.world.ann_id;
  lose(setting, 503, 1, true);
  const auto renamed = get(setting.api.query(rename_user, {{"id", id}, {"name", "Anna"}}, Repeat::idempotent));
  REQUIRE(renamed.has_value());
  CHECK(renamed->template get<"updateUser">().value().template get<"user">().value().template get<"name">() == "Anna");
  CHECK(setting.world.account.executed("updateUser") == 2);
  lose(setting, 503, 1, false);
  CHECK(get(setting.api.query(DynamicDocument::parse(rename_user->text).value(), {{"id", id}, {"name", "A"}},
                              Repeat::idempotent))
            .has_value());
  lose(setting, 503, 1, false);
  CHECK(get(setting.api.execute(rename_user->text, {{"id", id}, {"name", "B"}}, Repeat::idempotent)).has_value());
  lose(setting, 503, 1, false);
  CHECK(get(setting.api.execute(rename_user->text, {{"id", id}, {"name", "C"}})).error().outcome() == Outcome::unknown);
  CHECK(get(setting.api.user("ann")).value().value().name() == "B");
}

TEST_CASE_TEMPLATE("a query is sent again, whatever is said about repeating it", Rig, RIGS) {
  Scene<Rig> setting;
  for (const auto repeat : {Repeat::safe, Repeat::idempotent, Repeat::once}) {
    lose(setting, 503, 2, false);
    CHECK(get(setting.api.query(mine, {}, repeat)).has_value());
  }
}

TEST_CASE_TEMPLATE("to call a mutation safe to repeat is misuse", Rig, RIGS) {
  Scene<Rig> setting;
  CHECK_THROWS_AS(static_cast<void>(setting.api.query(create, {{"email", "e"}}, Repeat::safe)), std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(setting.api.execute("mutation { f }", {}, Repeat::safe)), std::invalid_argument);
}

TEST_CASE_TEMPLATE("a refused mutation did not run, a mutation with data did", Rig, RIGS) {
  Scene<Rig> setting;
  const auto made = [&] { return get(setting.api.query(create, {{"email", "n@example.com"}})); };
  answer(setting, 200, R"({"data":{"createUser":null},"errors":[{"message":"taken","path":["createUser"]}]})");
  CHECK(made().error().outcome() == Outcome::not_run);
  CHECK(made().error().messages().at(0).text == "taken");
  answer(setting, 200, R"({"data":null,"errors":[{"message":"x","path":["createUser","user","id"]}]})");
  CHECK(made().error().outcome() == Outcome::ran);
  answer(setting, 500, R"({"data":{"createUser":{"user":null}},"errors":[{"message":"x"}]})");
  const auto ran = made();
  REQUIRE(ran.has_value());
  REQUIRE(ran->errors().size() == 1);
  CHECK(ran->errors()[0].messages().at(0).text == "x");
  answer(setting, 200, R"({"data":{"createUser":{"user":{"email":"e"}}}})");
  CHECK(made().error() == errc::malformed_response);
  CHECK(made().error().outcome() == Outcome::ran);
  answer(setting, 200, R"({"data":{"createUser":{"user":{"id")");
  CHECK(made().error().outcome() == Outcome::unknown);
  answer(setting, 200, R"({"data":{}})");
  CHECK(made().error().outcome() == Outcome::unknown);
}

TEST_CASE_TEMPLATE("a mutation of several fields ran if any of them ran", Rig, RIGS) {
  Scene<Rig> setting;
  constexpr auto& both = document<
      "mutation($a: ID!, $b: ID!) { __typename one: deleteUser(input: {id: $a}) { user { id } } "
      "two: deleteUser(input: {id: $b}) { user { id } } }">;
  const auto run = [&] { return get(setting.api.query(both, {{"a", setting.world.ann_id}, {"b", "nobody"}})); };
  const auto partial = run();
  REQUIRE(partial.has_value());
  CHECK(partial->template get<"one">().has_value());
  CHECK_FALSE(partial->template get<"two">().has_value());
  REQUIRE(partial->errors().size() == 1);
  CHECK(partial->errors()[0].messages().at(0).path == "two");
  CHECK(setting.world.account.executed("deleteUser") == 1);
  answer(setting, 200,
         R"({"data":{"__typename":"Mutation","one":null,"two":null},"errors":[{"message":"a","path":["one"]},
         {"message":"b","path":["two"]}]})");
  CHECK(run().error() == errc::rejected);
  CHECK(run().error().outcome() == Outcome::not_run);
  answer(setting, 200, R"({"data":{"one":null,"two":null},"errors":[{"message":"b","path":["two","user"]}]})");
  CHECK(run().error().outcome() == Outcome::ran);
}

TEST_CASE("a mutation of several fields is only refused if each of its fields is") {
  constexpr auto& both = document<
      "mutation { __typename a: createUser(input: {email: \"a@example.com\"}) { user { id } } "
      "b: createUser(input: {email: \"b@example.com\"}) { user { id } } }">;
  const std::string nulls = R"({"data":{"__typename":"Mutation","a":null,"b":null},"errors":)";
  const auto error_of = [](const std::string& body, int status, Repeat repeat, std::size_t requests) {
    CAPTURE(body);
    CAPTURE(status);
    Scripted script;
    for (std::size_t i = 0; i != requests; ++i) script.answers(body, status);
    auto error = script.api.query(both, {}, repeat).error();
    CHECK(script.requests() == requests);
    return error;
  };
  const auto a = R"({"message":"slow","path":["a"],"extensions":{"code":429}})";
  const auto b = R"({"message":"slow","path":["b"],"extensions":{"code":"RATE_LIMITED"}})";
  const auto whole = R"({"message":"slow","extensions":{"code":429}})";
  for (const int status : {200, 429}) {
    for (const auto& body :
         {nulls + "[" + a + "]}", nulls + "[" + b + "]}", nulls + "[" + whole + "]}",
          nulls + "[" + a + "," + whole + "]}", R"({"data":{"a":null},"errors":[)" + std::string(a) + "]}",
          R"({"data":null,"errors":[)" + std::string(a) + "]}"}) {
      const auto error = error_of(body, status, Repeat::once, 1);
      CHECK(error.outcome() == Outcome::unknown);
      CHECK_FALSE(error.retryable());
      CHECK(error == condition::rate_limited);
      CHECK(error_of(body, status, Repeat::idempotent, 4).outcome() == Outcome::unknown);
    }
    for (const auto& body : {nulls + "[" + a + "," + b + "]}", R"({"data":null,"errors":[)" + std::string(whole) + "]}",
                             R"({"errors":[)" + std::string(whole) + "]}"}) {
      const auto error = error_of(body, status, Repeat::once, 4);
      CHECK(error.outcome() == Outcome::not_run);
      CHECK(error.retryable());
    }
  }
}

TEST_CASE_TEMPLATE("errors beside the data of a mutation say that it ran", Rig, RIGS) {
  Scene<Rig> setting;
  const std::string error = R"({"message":"slow","path":["createUser","user","id"],"extensions":{"code":429}})";
  std::string errors = error;
  for (int i = 0; i != 20; ++i) errors += "," + error;
  answer(setting, 200, R"({"data":{"createUser":{"user":{"id":"u","email":"e"}}},"errors":[)" + errors + "]}");
  const auto made = get(setting.api.query(create, {{"email", "n@example.com"}}));
  REQUIRE(made.has_value());
  REQUIRE(made->errors().size() == 17);
  for (const auto& one : made->errors()) {
    CHECK(one.outcome() == Outcome::ran);
    CHECK_FALSE(one.retryable());
  }
}

TEST_CASE_TEMPLATE("the errors of an unchecked mutation say whether it ran", Rig, RIGS) {
  Scene<Rig> setting;
  const auto run = [&] { return get(setting.api.execute("mutation { __typename done: launch(id: 1) }")); };
  answer(setting, 200, R"({"data":{"__typename":"Mutation","done":true}})");
  CHECK(run().value()["done"].as_bool().value() == true);
  answer(setting, 200, R"({"data":{"__typename":"Mutation","done":null},"errors":[{"message":"no","path":["done"]}]})");
  CHECK(run().error() == errc::rejected);
  CHECK(run().error().outcome() == Outcome::not_run);
  CHECK(run().error().operation() == "mutation");
  answer(setting, 502, "<html>");
  CHECK(run().error().outcome() == Outcome::unknown);
}

TEST_CASE_TEMPLATE("errors beside the data of a query stand in the answer", Rig, RIGS) {
  Scene<Rig> setting;
  answer(setting, 200,
         R"({"data":{"viewer":{"id":"u","photoUrl":null,"totalRuns":0,"email":"e"}},
         "errors":[{"message":"no photo","path":["viewer","photoUrl"]}]})");
  const auto partial = get(setting.api.query(mine));
  REQUIRE(partial.has_value());
  CHECK(partial->template get<"viewer">().value().template get<"photoUrl">() == std::nullopt);
  REQUIRE(partial->errors().size() == 1);
  CHECK(partial->errors()[0].operation() == "viewer");
  CHECK(partial->errors()[0].messages().at(0).path == "viewer.photoUrl");
  answer(setting, 200, R"({"data":{"viewer":null},"errors":[{"message":"permission denied","path":["viewer"]}]})");
  CHECK(get(setting.api.query(mine)).error() == condition::permission_denied);
  answer(setting, 200, R"({"data":{"viewer":null}})");
  CHECK_FALSE(get(setting.api.query(mine)).value().template get<"viewer">().has_value());
}

TEST_CASE_TEMPLATE("a long list of errors is shortened, and says how many it leaves out", Rig, RIGS) {
  Scene<Rig> setting;
  std::string errors = R"({"message":"x"})";
  for (int i = 0; i != 20; ++i) errors += R"(,{"message":"x"})";
  answer(setting, 200, R"({"data":{"viewer":{"id":"u"}},"errors":[)" + errors + "]}");
  const auto answer = get(setting.api.execute("{ viewer { id } }"));
  REQUIRE(answer.has_value());
  REQUIRE(answer->errors().size() == 17);
  CHECK(answer->errors().back().messages().at(0).text == "and 5 more");
}

TEST_CASE_TEMPLATE("an answer that lacks what was asked for is malformed", Rig, RIGS) {
  Scene<Rig> setting;
  for (const auto* body : {R"({"data":{}})", R"({"data":{"viewer":{"id":"u"}}})", R"({"data":{"viewer":{"id":null}}})",
                           R"({"data":{"viewer":{"id":1}}})"}) {
    CAPTURE(body);
    answer(setting, 200, body);
    CHECK(get(setting.api.query(mine)).error() == errc::malformed_response);
    CHECK(get(setting.api.query(DynamicDocument::parse(mine->text).value())).error() == errc::malformed_response);
  }
  answer(setting, 200, R"({"data":{"viewer":{}}})");
  CHECK(get(setting.api.execute("{ viewer { id } user { id } }")).error() == errc::malformed_response);
}

TEST_CASE_TEMPLATE("a field with a condition may be left out", Rig, RIGS) {
  Scene<Rig> setting;
  constexpr auto& perhaps =
      document<"query($all: Boolean!) { viewer @include(if: $all) { id } again: viewer { name @include(if: $all) } }">;
  const auto some = get(setting.api.query(perhaps, {{"all", false}}));
  REQUIRE(some.has_value());
  CHECK_FALSE(some->template get<"viewer">().has_value());
  CHECK_FALSE((*some)["viewer"].is_loaded());
  CHECK(some->template get<"again">().value().template get<"name">() == std::nullopt);
  const auto none =
      get(setting.api.execute("query($all: Boolean!) { viewer @include(if: $all) { id } }", {{"all", false}}));
  REQUIRE(none.has_value());
  CHECK(none->data().raw() == "{}");
}

TEST_CASE_TEMPLATE("a document may have no name, and `__typename` alone is an answer", Rig, RIGS) {
  Scene<Rig> setting;
  CHECK(get(setting.api.query(document<"{ __typename }">)).value().template get<"__typename">() == "Query");
  CHECK(get(setting.api.execute("{ __typename }")).value()["__typename"].as_string().value() == "Query");
}

TEST_CASE_TEMPLATE("a call of a document keeps its deadline and its stop", Rig, RIGS) {
  Scene<Rig> setting;
  const auto late = get(setting.api.query(mine, {}, {.timeout = -1s}));
  CHECK(late.error() == errc::timed_out);
  std::stop_source stop;
  stop.request_stop();
  const auto token = stop.get_token();
  const auto stopped = get(setting.api.execute(create->text, {{"email", "e"}}, {.stop = &token}));
  CHECK(stopped.error() == errc::cancelled);
  CHECK(stopped.error().outcome() == Outcome::not_run);
  CHECK(setting.world.account.requests() == 0);
}

TEST_CASE("a mutation is sent again after nothing was sent, and after a 429") {
  Scripted server;
  server.transport.expect("Make").fails(Error(errc::connect_failed, Delivery::nothing_sent));
  server.answers("slow down", 429).answers(R"({"data":{"createUser":{"user":{"id":"u","email":"e"}}}})");
  const auto made = server.api.query(create, {{"email", "e"}});
  REQUIRE(made.has_value());
  CHECK(server.requests() == 3);
  server.transport.expect("Make").fails(Error(errc::connection_lost, Delivery::perhaps_sent));
  CHECK(server.api.query(create, {{"email", "e"}}).error().outcome() == Outcome::unknown);
  CHECK(server.requests() == 4);
}

TEST_CASE("what the caller sent inside an input object does not classify a refusal") {
  Scripted server;
  server.answers(R"({"errors":[{"message":"conflict is no address"}]})")
      .answers(R"({"errors":["the user already exists"]})");
  const auto refused = [&] {
    return server.api
        .execute("mutation($in: CreateUserInput!) { createUser(input: $in) { user { id } } }",
                 {{"in", Variables{{"email", "conflict"}}}})
        .error();
  };
  CHECK(refused() == errc::rejected);
  CHECK(refused() == errc::conflict);
}

TEST_CASE("the error of a document masks a key in it") {
  const std::string key(40, 'a');
  const auto text = "{ viewer { id(x: \"" + key + "\") \"" + key + "\" } }";
  CHECK(DynamicDocument::parse(text).error().message().find(key) == std::string::npos);
  CHECK(Scripted().api.execute(text).error().message().find(key) == std::string::npos);
}

TEST_CASE_TEMPLATE("no document is sent with a secret of another user", Rig, RIGS) {
  Scene<Rig> setting;
  const User<typename Rig::Transport> ann(setting.api, Attrs{{"id", setting.world.ann_id}}, setting.world.root_key);
  const auto other = ann.user_api().value();
  CHECK(get(other.query(document<"mutation { generateApiKey(input: {}) { apiKey { id } } }">)).error() ==
        errc::credentials_of_another_user);
  CHECK(setting.world.account.executed("generateApiKey") == 0);
}

TEST_CASE_TEMPLATE("a document acts as the caller, and a key that it makes is the caller's", Rig, RIGS) {
  Scene<Rig> setting;
  const auto made =
      get(setting.api.query(document<"mutation { k: generateApiKey(input: {}) { a: apiKey { n: name } } }">));
  REQUIRE(made.has_value());
  const auto key = made->template get<"k">().value().template get<"a">().value().template get<"n">();
  CHECK(setting.world.account.keys_of("root").back() == std::string_view(key));
  CHECK(get(setting.as(Secret(key)).viewer()).value().email() == "root@example.com");
}

TEST_CASE_TEMPLATE("no error quotes an answer that may hold a new key", Rig, RIGS) {
  Scene<Rig> setting;
  const std::string key = "wandb_v1_aBcDeFgHiJkLmNoPqRsTuVwXyZa_bCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGhIjKlMnOpQrStUvWx";
  const std::string part = key.substr(20, 30);
  const std::string plain = "thekeyhasnosecondcharacterkindatall_orsoitseemstoeverybody";
  const auto safe = [&](const Error& error) {
    CHECK(error.message().find(part.substr(0, 12)) == std::string::npos);
    CHECK(error.outcome() != Outcome::not_run);
  };
  for (const auto& body : {
           "{\"data\":{\"k\":{\"a\":{\"n\":\"" + part + "\"",
           "{\"data\":{\"k\":{\"a\":{\"n\":\"" + part + "\"}}} " + part,
           "{\"data\":{\"k\":null},\"errors\":[{\"message\":\"half " + part + "\",\"path\":[\"k\",\"a\"]}]}",
           part,
       }) {
    CAPTURE(body);
    answer(setting, 200, body);
    safe(get(setting.api.query(document<"mutation { k: generateApiKey(input: {}) { a: apiKey { n: name } } }">))
             .error());
    safe(get(setting.api.execute("mutation { k: createRobot { a { n } } }")).error());
  }
  // The new keys are known by the answer that brings them, whatever their fields are called.
  answer(setting, 200,
         "{\"data\":{\"k\":{\"n\":\"" + key + "\"},\"l\":[\"" + plain + "\"]},\"errors\":[{\"message\":\"made " +
             plain.substr(3, 20) + " and " + part + "\"}]}");
  const auto beside = get(setting.api.execute("mutation { k: createRobot { n } l: keys }"));
  REQUIRE(beside.has_value());
  CHECK(beside->errors().at(0).message().find(plain.substr(5, 12)) == std::string::npos);
  CHECK(beside->errors().at(0).message().find(part.substr(0, 12)) == std::string::npos);
}
