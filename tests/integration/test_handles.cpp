// Tests what a handle shows after its user was changed, reloaded, or only read in part.
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../rigs.hpp"
#include "../scripted.hpp"

using namespace wandb;
using rigs::Generation;
using rigs::World;
using testing::FakeTransport;

namespace {

Api<FakeTransport> as(const FakeTransport& transport, const Secret& secret) {
  return Api<FakeTransport>(transport, {.base_url = "http://localhost", .api_key = secret, .retry = rigs::eager},
                            Environment::none());
}

/// A fake that holds back the answer to `operation` while the test does something else.
struct Slow {
  FakeTransport fake;
  std::string operation;
  std::shared_ptr<std::function<void()>> meanwhile = std::make_shared<std::function<void()>>(nullptr);
  [[nodiscard]] Result<Response> send(const Request& request) const {
    auto response = fake.send(request);
    if (fake.operations().back() == operation) {
      if (const auto once = std::exchange(*meanwhile, nullptr)) once();
    }
    return response;
  }
  void wait(std::chrono::nanoseconds, const StopToken&) const {}
};

std::vector<std::string> ids(const Keys& keys) {
  std::vector<std::string> all;
  for (const auto& row : keys) all.emplace_back(row.id());
  return all;
}

const std::string first_page =
    R"({"id":"u","name":"n","email":"ann@example.com","apiKeys":{"edges":[{"node":{"id":"1","name":"a"}}],)"
    R"("pageInfo":{"hasNextPage":true,"endCursor":"c"}}})";
const std::string refusal = R"("errors":[{"message":"relogin required","path":["viewer","apiKeys"]}])";

}  // namespace

TEST_CASE("further keys that the server refuses leave the user without keys, and say why") {
  for (const auto* rest : {R"({"data":{"viewer":{"id":"u","apiKeys":null}},)", R"({"data":{"viewer":null},)"}) {
    CAPTURE(rest);
    Scripted script;
    script.answers(R"({"data":{"viewer":)" + first_page + "}}").answers(rest + refusal + "}");
    const auto me = script.api.viewer().value();
    CHECK(me.email() == "ann@example.com");
    CHECK(me.api_keys().empty());
    REQUIRE(me.errors().size() == 1);
    CHECK(me.errors()[0].messages().at(0).text == "relogin required");
    CHECK(me.delete_api_key("a").error() == errc::client_refused);
  }
}

TEST_CASE("a user among many whose further keys are refused is a user all the same") {
  Scripted script;
  script
      .answers(R"({"data":{"users":{"edges":[{"node":)" + first_page +
               R"(},{"node":{"id":"v","name":"bob"}}],"pageInfo":{"hasNextPage":false}}}})")
      .answers(R"({"data":{"user":{"id":"u","apiKeys":null}},"errors":[{"message":"no","path":["user","apiKeys"]}]})");
  std::vector<std::size_t> errors;
  for (const auto& user : script.api.users()) errors.push_back(user.value().errors().size());
  CHECK(errors == std::vector<std::size_t>{1, 0});
}

TEST_CASE("keys whose end the server does not tell are not shown as all of them") {
  for (const auto* info : {"{}", R"({"endCursor":"c"})"}) {
    CAPTURE(info);
    Scripted script;
    script.answers(R"({"data":{"viewer":{"id":"u","name":"n","apiKeys":{"edges":[{"node":{"id":"1","name":"a"}}],)"
                   R"("pageInfo":)" +
                   std::string(info) + "}}}}");
    const auto me = script.api.viewer().value();
    CHECK(me.api_keys().empty());
    REQUIRE(me.errors().size() == 1);
    CHECK(me.errors()[0] == errc::malformed_response);
    CHECK(me.errors()[0].message().find("viewer.apiKeys.pageInfo") != std::string::npos);
  }
}

TEST_CASE("keys that were made and deleted while the user is read anew are as they are now") {
  World world;
  Slow slow{FakeTransport(world.account), "GetUser"};
  const Api<Slow> api(slow, {.base_url = "http://localhost", .api_key = world.root_key}, Environment::none());
  world.account.add_key("ann", "second");
  auto ann = api.user("ann").value().value();
  REQUIRE(ann.authenticate(world.ann_key));
  Secret fresh;
  *slow.meanwhile = [&] {
    fresh = ann.generate_api_key("third").value();
    CHECK(ann.delete_api_key(ann.keys()[1]));
  };
  REQUIRE(ann.reload());
  CHECK(ids(ann.keys()) == world.account.key_ids_of("ann"));
  REQUIRE(ann.keys().size() == 2);
  CHECK(ann.keys()[1].secret() == fresh);
}

TEST_CASE("the errors of a user who was read anew are those of the newest reading") {
  const std::string clean = R"({"data":{"user":{"id":"u","name":"n"}}})";
  const std::string partial = R"({"data":{"user":{"id":"u","name":"n"}},"errors":[{"message":"stale"}]})";
  Scripted script;
  const User ann(script.api, Attrs{{"id", "u"}});
  script.answers(partial);
  REQUIRE(ann.reload());
  CHECK(ann.errors().size() == 1);
  script.answers(clean);
  REQUIRE(ann.reload());
  CHECK(ann.errors().empty());

  Scripted walk;
  walk.answers(
      R"({"data":{"users":{"edges":[{"node":{"id":"u","name":"n"}}],"pageInfo":{"hasNextPage":false}}},"errors":["stale"]})");
  const auto found = (*walk.api.users().begin()).value();
  CHECK(found.errors().size() == 1);
  walk.answers(clean);
  REQUIRE(found.reload());
  CHECK(found.errors().empty());
}

TEST_CASE("a user shows what an update changed") {
  World world;
  const auto api = as(FakeTransport(world.account), world.root_key);
  const auto ann = api.user("ann", fields<"photoUrl private hideTeamsFromPublic">).value().value();
  REQUIRE(ann.update({.photo_url = "new.png", .is_private = true, .hide_teams_from_public = true}));
  CHECK(ann.get<"photoUrl">() == "new.png");
  CHECK(ann.get<"private">());
  CHECK(ann.get<"hideTeamsFromPublic">());
  CHECK(ann.attr<std::string>("photo_url").value() == "new.png");
}

TEST_CASE("a secret that was known of a key stays known when the user is read anew") {
  World world;
  const auto api = as(FakeTransport(world.account), world.root_key);
  const auto me = api.viewer().value();
  const auto fresh = me.generate_api_key("ci").value();
  REQUIRE(me.reload());
  REQUIRE(me.keys().size() == 2);
  CHECK(me.api_keys()[1] != fresh.reveal());
  CHECK(me.keys()[1].secret() == fresh);
  CHECK(me.delete_api_key(fresh));
  CHECK(me.keys().size() == 1);
}

TEST_CASE("a listed key that is gone is not acted with any more") {
  World world(Generation::older);
  const auto api = as(FakeTransport(world.account), world.root_key);
  world.account.add_key("ann", "second");
  const auto ann = api.user("ann").value().value();
  REQUIRE(ann.generate_api_key("ci"));
  const auto elsewhere = api.user("ann").value().value();
  REQUIRE(elsewhere.delete_api_key(elsewhere.keys()[0]));
  REQUIRE(ann.reload());
  CHECK(ann.generate_api_key("again"));
}

TEST_CASE("a secret that the server knows no more gives way to one of another key") {
  SUBCASE("a listed one") {
    World world(Generation::older);
    const auto api = as(FakeTransport(world.account), world.root_key);
    world.account.add_key("ann", "second");
    const auto ann = api.user("ann").value().value();
    const auto elsewhere = api.user("ann").value().value();
    REQUIRE(elsewhere.delete_api_key(elsewhere.keys()[0]));
    CHECK(ann.generate_api_key("ci").error() == condition::unauthorized);
    CHECK(ann.generate_api_key("ci"));
  }
  SUBCASE("the given one") {
    World world;
    const auto api = as(FakeTransport(world.account), world.root_key);
    const auto ann = api.user("ann").value().value();
    REQUIRE(ann.delete_api_key(ann.keys()[0]));
    User given(api, Attrs{{"id", world.ann_id}}, world.ann_key);
    CHECK(given.generate_api_key("ci").error() == condition::unauthorized);
    CHECK(given.generate_api_key("ci").error() == condition::unauthorized);

    const auto lasting = Secret(world.account.add_key("ann", "lasting"));
    User two(api, Attrs{{"id", world.ann_id}}, lasting);
    const auto fresh = two.generate_api_key("ci").value();
    const auto rows = api.user("ann").value().value();
    REQUIRE(rows.delete_api_key(rows.keys()[0]));
    CHECK(two.generate_api_key("more").error() == condition::unauthorized);
    CHECK(two.generate_api_key("more"));
  }
}

TEST_CASE("a user of whom only e-mail or username is known is read anew by it") {
  World world;
  const FakeTransport transport(world.account);
  const auto api = as(transport, world.root_key);
  for (const auto& attrs : {Attrs{{"email", "ANN@example.com"}}, Attrs{{"username", "ann"}}}) {
    const User ann(api, attrs);
    CHECK(ann.delete_api_key("first").error() == errc::keys_not_loaded);
    REQUIRE(ann.reload());
    CHECK(ann.id() == world.ann_id);
    CHECK(ids(ann.keys()) == std::vector<std::string>{world.ann_key_id});
  }
  CHECK(User(api, Attrs{{"email", "an@example.com"}}).reload().error() == errc::not_found);
  const auto before = transport.operations().size();
  CHECK(User(api, Attrs{{"name", "Ann"}}).reload().error() == errc::attribute_not_loaded);
  CHECK(transport.operations().size() == before);
}

TEST_CASE("a name that is another user's id or e-mail does not make a handle that user") {
  Scripted script;
  script.answers(
      R"({"data":{"users":{"edges":[{"node":{"id":"ann","name":"Eve","username":"eve"}}],"pageInfo":{"hasNextPage":false}}}})");
  const User ann(script.api, Attrs{{"username", "ann"}});
  CHECK(ann.reload().error() == errc::not_found);
  CHECK(ann.id().empty());
}
