// Tests what a request says to loggers: the name of its operation, and the number of the attempt.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include <wandb/testing/fake_transport.hpp>
#include <wandb/wandb.hpp>

namespace {

using wandb::testing::FakeTransport;

// Records the operation and the attempt of each request, and passes it on.
struct Recording {
  FakeTransport& inner;
  std::vector<std::pair<std::string, int>>& seen;
  [[nodiscard]] wandb::Result<wandb::Response> send(const wandb::Request& request) const {
    seen.emplace_back(request.operation, request.attempt);
    return inner.send(request);
  }
};

using Seen = std::vector<std::pair<std::string, int>>;

}  // namespace

TEST_CASE("a request names its operation as an error does, and counts its attempts") {
  wandb::testing::Account account;
  account.add_user({.email = "root@example.com", .admin = true});
  const wandb::Secret key{account.add_key("root", "ci")};
  FakeTransport fake(account);
  fake.expect().answers(429, "slow down");
  Seen seen;
  const wandb::Api<Recording> api{Recording{fake, seen},
                                  {.base_url = "http://localhost", .api_key = key, .retry = {.initial_backoff = {}}},
                                  wandb::Environment::none()};
  CHECK(api.create_user("ann@example.com").has_value());
  CHECK(seen == Seen{{"createUser", 1}, {"createUser", 2}});
  seen.clear();
  CHECK(api.create_user("ann@example.com").error().operation() == "createUser");
  CHECK(seen == Seen{{"createUser", 1}});
}

TEST_CASE("the verification of credentials is a request of its own, with its own attempts") {
  wandb::testing::Account account;
  account.add_user({.email = "root@example.com", .admin = true});
  account.add_user({.email = "ann@example.com"});
  const wandb::Secret root{account.add_key("root", "ci")};
  const wandb::Secret anns{account.add_key("ann", "ci")};
  FakeTransport fake(account);
  Seen seen;
  const wandb::Api<Recording> api{
      Recording{fake, seen}, {.base_url = "http://localhost", .api_key = root}, wandb::Environment::none()};
  auto ann = api.user("ann").value().value();
  REQUIRE(ann.authenticate(anns).has_value());
  seen.clear();
  CHECK(ann.generate_api_key("second").has_value());
  CHECK(seen == Seen{{"viewer", 1}, {"generateApiKey", 1}});
}
