// Each operation's script, replayed once for each step with that step failing in each way: no mutation runs twice, and
// none is reported wrongly.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <wandb/graphql/operations.hpp>

#include "../rigs.hpp"

using wandb::Attrs;
using wandb::Delivery;
using wandb::Environment;
using wandb::errc;
using wandb::Error;
using wandb::Outcome;
using wandb::Result;
using wandb::RetryPolicy;
using wandb::User;
namespace testing = wandb::testing;

namespace {

using Api = wandb::Api<testing::FakeTransport>;

/// The result of an operation.
struct Ending {
  bool success = false;
  Outcome outcome = Outcome::ran;
  std::string text;
};
template <class T>
Ending ending(const Result<T>& result) {
  if (result) return {true, Outcome::ran, {}};
  return {false, result.error().outcome(), result.error().message()};
}

/// A method of the library, and the mutation that it sends.
struct Operation {
  std::string name;
  std::string mutation;  // empty for a query
  std::string request;   // the name of the mutation's document
  std::function<Ending(const Api&, rigs::World&)> run;
};

/// The expected result: success, or an error with this outcome of the mutation.
enum class Wanted : std::uint8_t { success, not_run, unknown };

/// A way for one request to fail, and the expected result for each kind of request.
struct Failing {
  std::string name;
  std::function<void(testing::Expectation&)> script;
  Wanted query;       // a query, even if a mutation would follow it
  Wanted converging;  // deleteApiKey, updateUser, deleteUser
  Wanted once;        // createUser, generateApiKey, undeleteUser
  bool executes = false;
};

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all{
      {"viewer", "", "", [](const Api& api, rigs::World&) { return ending(api.viewer()); }},
      {"user", "", "", [](const Api& api, rigs::World&) { return ending(api.user("ann@example.com")); }},
      {"users", "", "",
       [](const Api& api, rigs::World&) {
         Ending last{true, Outcome::ran, {}};
         for (auto& user : api.users("", {.size = 1})) last = ending(user);
         return last;
       }},
      {"create_user", "createUser", "CreateUserFromAdmin",
       [](const Api& api, rigs::World&) { return ending(api.create_user("new@example.com")); }},
      {"generate_api_key", "generateApiKey", "GenerateApiKey",
       [](const Api& api, rigs::World& world) {
         return ending(User(api, Attrs{{"id", world.ann_id}}, world.ann_key).generate_api_key("ci"));
       }},
      {"delete_api_key", "deleteApiKey", "DeleteApiKey",
       [](const Api& api, rigs::World& world) {
         const User ann(api, Attrs::parse(R"({"id":")" + world.ann_id + R"(","apiKeys":{"edges":[{"node":{"id":")" +
                                          world.ann_key_id + R"(","name":"k"}}]}})")
                                 .value());
         const auto result = ending(ann.delete_api_key("k"));
         CHECK(ann.api_keys().empty() == result.success);
         return result;
       }},
      {"set_admin", "updateUser", "UpdateUser",
       [](const Api& api, rigs::World& world) {
         return ending(User(api, Attrs{{"id", world.ann_id}}).set_admin(true));
       }},
      {"remove", "deleteUser", "DeleteUser",
       [](const Api& api, rigs::World& world) {
         return ending(User(api, Attrs{{"id", world.ann_id}}).remove());
       }},
      {"restore", "undeleteUser", "UndeleteUser",
       [](const Api& api, rigs::World& world) {
         return ending(User(api, Attrs{{"id", world.ann_id}}).restore());
       }},
      {"reload", "", "",
       [](const Api& api, rigs::World& world) {
         return ending(User(api, Attrs{{"id", world.ann_id}}).reload());
       }},
  };
  return all;
}

const std::vector<Failing>& failings() {
  using enum Wanted;
  static const std::vector<Failing> all{
      {"nothing sent", [](auto& step) { step.fails(Error(errc::connect_failed, Delivery::nothing_sent)); }, success,
       success, success},
      {"lost before the server ran it", [](auto& step) { step.fails(Error(errc::connection_lost)); }, success, success,
       unknown},
      {"lost after the server ran it", [](auto& step) { step.loses_its_answer(); }, success, success, unknown, true},
      {"HTTP 400", [](auto& step) { step.answers(400, R"({"error":"no"})"); }, not_run, not_run, not_run},
      {"HTTP 429", [](auto& step) { step.answers(429, "").with_header("Retry-After", "1"); }, success, success,
       success},
      {"HTTP 500 of a proxy", [](auto& step) { step.answers(500, "<html>"); }, success, success, unknown},
      {"HTTP 503, try again", [](auto& step) { step.answers(503, "").with_header("Retry-After", "0.5"); }, success,
       success, unknown},
      {"not JSON", [](auto& step) { step.answers(200, "<html>"); }, not_run, unknown, unknown},
      {"a GraphQL error", [](auto& step) { step.answers(200, R"({"data":null,"errors":["no"]})"); }, not_run, not_run,
       not_run},
  };
  return all;
}

/// Returns the expected result if the request of that name fails in this way.
Wanted wanted(const Failing& failing, const std::string& request) {
  for (const auto* operation : wandb::graphql::all_operations) {
    if (operation->name != request) continue;
    if (operation->repeat == wandb::Repeat::safe) return failing.query;
    return operation->repeat == wandb::Repeat::once ? failing.once : failing.converging;
  }
  FAIL("no such operation: " << request);
  return Wanted::success;
}

/// Returns how often the request may have run: the failed attempt, if the server ran it, and a successful repeat.
std::size_t runs(const Failing& failing, const Operation& operation, bool is_mutation, Wanted wanted) {
  const std::size_t lost = is_mutation && failing.executes ? 1 : 0;
  if (wanted != Wanted::success) return lost;
  // A repeated deletion finds nothing to delete.
  return operation.mutation == "updateUser" ? lost + 1 : 1;
}

/// How often an operation's mutation took effect.
std::size_t effect(const rigs::World& world, const Operation& operation) {
  return operation.mutation.empty() ? 0 : world.account.executed(operation.mutation);
}

}  // namespace

TEST_CASE(
    "with any one step of any operation failing in any way, no mutation runs twice and none is reported wrongly") {
  int replays = 0;
  for (const auto& operation : operations()) {
    for (const auto& failing : failings()) {
      for (std::size_t step = 0;; ++step) {
        rigs::World world;
        testing::FakeTransport transport(world.account);
        transport.let_through(step);
        failing.script(transport.expect());
        const Api api(transport, {.base_url = "http://localhost", .api_key = world.root_key, .retry = rigs::eager},
                      Environment::none());
        const auto ending = operation.run(api, world);
        // The script is complete when the failing step is never reached.
        if (!transport.unmet().empty()) break;
        ++replays;
        CAPTURE(operation.name);
        CAPTURE(failing.name);
        CAPTURE(step);
        CAPTURE(ending.text);
        const auto ran = effect(world, operation);
        const auto failed = transport.operations().at(step);
        CAPTURE(failed);
        const auto want = wanted(failing, failed);
        CHECK(ending.success == (want == Wanted::success));
        const bool is_mutation = !operation.mutation.empty() && failed == operation.request;
        CHECK(ran == (operation.mutation.empty() ? 0 : runs(failing, operation, is_mutation, want)));
        if (!ending.success) CHECK(ending.outcome == (want == Wanted::unknown ? Outcome::unknown : Outcome::not_run));
        // A failure that is not repeated ends the operation.
        if (!ending.success) CHECK(transport.operations().size() == step + 1);
      }
    }
  }
  CHECK(replays >= 100);
}

TEST_CASE("a mutation that converges is repeated and succeeds, whichever one of its steps is lost") {
  for (const auto& operation : operations()) {
    const auto& mutation = operation.mutation;
    if (mutation != "deleteApiKey" && mutation != "updateUser" && mutation != "deleteUser") continue;
    for (const bool executes : {false, true}) {
      rigs::World world;
      testing::FakeTransport transport(world.account);
      if (executes) transport.expect().loses_its_answer();
      else transport.expect().fails(Error(errc::connection_lost));
      const Api api(transport, {.base_url = "http://localhost", .api_key = world.root_key, .retry = rigs::eager},
                    Environment::none());
      CAPTURE(mutation);
      CAPTURE(executes);
      const auto ending = operation.run(api, world);
      CAPTURE(ending.text);
      CHECK(ending.success);
    }
  }
}

TEST_CASE("the waits between repeats are the policy's, or the server's") {
  rigs::World world;
  testing::FakeTransport transport(world.account);
  transport.expect().answers(503, "");
  transport.expect().answers(429, "").with_header("Retry-After", "2");
  const RetryPolicy policy{.initial_backoff = std::chrono::milliseconds(100), .jitter = 0.0};
  const Api api(transport, {.base_url = "http://localhost", .api_key = world.root_key, .retry = policy},
                Environment::none());
  CHECK(api.viewer().has_value());
  CHECK(transport.waits() ==
        std::vector<std::chrono::nanoseconds>{std::chrono::milliseconds(100), std::chrono::seconds(2)});
}
