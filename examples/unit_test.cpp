// Tests a function of a program without a network: against an account in memory, and against a lost answer.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <wandb/testing/fake_transport.hpp>
#include <wandb/wandb.hpp>

using AnyApi = wandb::Api<wandb::AnyTransport>;

// The function of the program. It is no template: `AnyTransport` holds a BeastTransport as well as the fake.
std::string invite(const AnyApi& api, std::string_view email) {
  const auto user = api.create_user(email);
  if (user || user.error() == wandb::condition::conflict) return "invited";
  return user.error() == wandb::condition::outcome_unknown ? "ask later" : "failed";
}

TEST_CASE("a user is invited once, and a lost answer is not taken for success") {
  wandb::testing::Account account;
  account.add_user({.email = "root@example.com", .admin = true});
  const wandb::Secret key{account.add_key("root", "test")};
  wandb::testing::FakeTransport fake{account};
  const AnyApi api{fake, {.base_url = "http://localhost", .api_key = key}, wandb::Environment::none()};

  CHECK(invite(api, "ann@example.com") == "invited");
  CHECK(invite(api, "ann@example.com") == "invited");
  CHECK(account.executed("createUser") == 1);

  fake.expect("CreateUserFromAdmin").loses_its_answer();
  CHECK(invite(api, "bob@example.com") == "ask later");
  CHECK(fake.unmet() == "");
}
