// Tests answers whose parts contradict each other: the part that leaves the outcome most open decides what is reported
// about a mutation.
#include <doctest/doctest.h>

#include <string>

#include "../rigs.hpp"

using wandb::Attrs;
using wandb::Environment;
using wandb::errc;
using wandb::Error;
using wandb::Outcome;
using wandb::User;
namespace testing = wandb::testing;

namespace {

struct Scene {
  rigs::World world;
  testing::FakeTransport transport{world.account};
  wandb::Api<testing::FakeTransport> api{
      transport,
      {.base_url = "http://localhost", .api_key = world.root_key, .retry = rigs::eager},
      Environment::none()};
};

}  // namespace

TEST_CASE("words never say that a request did not run on which a gateway gave up") {
  for (const auto* extensions : {R"({"status":"504"})", R"({"code":504})", R"({"code":"GATEWAY_TIMEOUT"})",
                                 R"({"code":"RELOGIN","status":503})"}) {
    CAPTURE(extensions);
    Scene at;
    at.transport.expect("CreateUserFromAdmin")
        .answers(200, R"({"errors":[{"message":"relogin required","extensions":)" + std::string(extensions) +
                          R"(}],"data":null})");
    const auto made = at.api.create_user("new@example.com");
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().outcome() == Outcome::unknown);
    CHECK(made.error() != errc::client_refused);
  }
}

TEST_CASE("a server that refuses this client says so beside any other status") {
  Scene at;
  at.transport.expect("CreateUserFromAdmin")
      .answers(403, R"({"errors":[{"message":"relogin required","extensions":{"status":403}}],"data":null})");
  const auto made = at.api.create_user("new@example.com");
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error() == errc::client_refused);
  CHECK(made.error().outcome() == Outcome::not_run);
}

TEST_CASE("a key that an earlier request has deleted is gone, though the later one is refused with an error beside") {
  for (const bool errs : {false, true}) {
    CAPTURE(errs);
    Scene at;
    at.transport.expect("DeleteApiKey").loses_its_answer();
    at.transport.expect("DeleteApiKey")
        .answers(200, std::string(R"({"data":{"deleteApiKey":{"success":false}})") +
                          (errs ? R"(,"errors":[{"message":"no"}]})" : "}"));
    const User ann(at.api, Attrs::parse(R"({"id":")" + at.world.ann_id + R"(","apiKeys":{"edges":[{"node":{"id":")" +
                                        at.world.ann_key_id + R"(","name":"k"}}]}})")
                               .value());
    const auto deleted = ann.delete_api_key("k");
    CHECK(deleted.has_value());
    CHECK(at.world.account.executed("deleteApiKey") == 1);
    CHECK(at.transport.unmet().empty());
  }
}
