// Tests the runs of a program with each of its requests failing in each way, by programs with and without a fault.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <functional>
#include <future>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <wandb/testing/account.hpp>
#include <wandb/testing/async_fake_transport.hpp>
#include <wandb/testing/each_failure.hpp>
#include <wandb/wandb.hpp>

#include "../awaiting.hpp"
#include "../temporary_directory.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <unistd.h>
#endif

using namespace wandb;
using testing::Account;
using testing::AccountChanges;
using testing::counterexamples;
using testing::each_failure;
using testing::FakeTransport;
using testing::RequestFailure;

namespace {

using AnyApi = Api<AnyTransport>;

/// An account with an admin, whose key the programs have.
struct World {
  World() {
    account.add_user({.email = "root@example.com", .admin = true});
    key = Secret(account.add_key("root", "laptop"));
  }
  [[nodiscard]] AnyApi api(const FakeTransport& fake) const {
    return AnyApi(fake, {.base_url = "http://localhost", .api_key = key}, Environment::none());
  }
  Account account;
  Secret key;
};

/// Makes a key for CI and stores it. If it fails, it is called again.
bool renew_carelessly(const AnyApi& api, std::string& store) {
  const auto me = api.viewer();
  if (!me) return false;
  const auto key = me->generate_api_key("ci");
  if (!key) return false;
  store = key->reveal();
  return true;
}

/// The same, but it first deletes the keys that an earlier call has left.
bool renew_carefully(const AnyApi& api, std::string& store) {
  const auto me = api.viewer();
  if (!me || !me->errors().empty()) return false;
  for (const auto& key : me->keys()) {
    if (key.description() == "ci" && !me->delete_api_key(key)) return false;
  }
  const auto key = me->generate_api_key("ci");
  if (!key) return false;
  store = key->reveal();
  return true;
}

template <class Renew>
auto renewals(World& world, Renew renew, const testing::FailureOptions& options = {}) {
  return each_failure(
      world.account,
      [&](FakeTransport& fake) {
        const auto api = world.api(fake);
        std::string store;
        const bool renewed = renew(api, store) || renew(api, store) || renew(api, store);
        return renewed ? store : std::string();
      },
      options);
}

/// Whether the account has one key besides the first, which is the one in the store.
bool holds_what_is_stored(const testing::FailureRun<std::string>& run) {
  const auto keys = run.account.keys_of("root");
  return run.returned == std::string() ? keys.size() <= 2 : keys.size() == 2 && keys[1].secret == run.returned;
}

std::string text(const auto& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace

TEST_CASE("a program that makes a second key after a lost answer is found") {
  World world;
  const auto found = counterexamples(renewals(world, renew_carelessly), holds_what_is_stored);
  CHECK(found.find("request 2 (GenerateApiKey) ran, and its answer was lost: the program returned") != found.npos);
  CHECK(found.find("a key \"ci\" of root@example.com was made; a key \"ci\" of root@example.com was made\n") !=
        found.npos);
  CHECK(found.find("GetViewer") == found.npos);
}

TEST_CASE("a program that clears up before it makes a key passes, whatever fails and however long") {
  World world;
  CHECK(counterexamples(renewals(world, renew_carefully), holds_what_is_stored) == "");
  CHECK(counterexamples(renewals(world, renew_carefully, {.in_a_row = 4}), holds_what_is_stored) == "");
}

TEST_CASE("the first run has no failure, and the others fail each request in each way") {
  World world;
  const auto runs = each_failure(world.account, [&](FakeTransport& fake) {
    const auto api = world.api(fake);
    return api.create_user("ann@example.com").has_value() && api.create_user("bob@example.com").has_value();
  });
  REQUIRE(runs.size() > 1);
  CHECK(runs[0].failure == RequestFailure::none);
  CHECK(runs[0].returned == true);
  CHECK(text(runs[0]) ==
        "no request failed: the program returned true; ann@example.com was created; bob@example.com was created");
  std::set<std::pair<std::size_t, RequestFailure>> met;
  for (const auto& run : runs) met.emplace(run.request, run.failure);
  CHECK(met.size() == runs.size());
  for (const std::size_t request : {1U, 2U}) {
    for (const auto failure : testing::all_failures) CHECK(met.count({request, failure}) == 1);
  }
}

TEST_CASE("each way to fail runs the request, or does not, as its description says") {
  World world;
  const auto runs = each_failure(
      world.account, [&](FakeTransport& fake) { return world.api(fake).create_user("ann@example.com").has_value(); },
      {.in_a_row = 9});
  for (const auto& run : runs) {
    CAPTURE(run);
    const bool ran = run.failure == RequestFailure::none || to_string(run.failure).substr(0, 4) == "ran,";
    CHECK(run.account.executed("createUser") == (ran ? 1 : 0));
    CHECK(run.changes.empty() == !ran);
  }
  CHECK(runs.size() == 1 + testing::all_failures.size());
}

TEST_CASE("a request whose answer cannot fail in some way has no run for it, and the requests after it have one") {
  World world;
  const IdentityToken token([&] { return Secret(world.account.identity_token("root@example.com")); });
  const auto runs = each_failure(world.account,
                                 [&](FakeTransport& fake) {
                                   const AnyApi api(fake, {.base_url = "http://localhost", .identity_token = &token},
                                                    Environment::none());
                                   return api.viewer().has_value();
                                 },
                                 {.failures = {RequestFailure::incomplete, RequestFailure::cut_off}});
  REQUIRE(runs.size() > 3);
  CHECK(text(runs[1]).find("request 1 (oidc/token) ran, and its answer was cut off: ") == 0);
  CHECK(text(runs[2]).find("request 2 (GetViewer) ran, and a part of its answer was missing: ") == 0);
}

TEST_CASE("an answer that refuses stays as it is, and ends a row of incomplete answers") {
  World world;
  world.account.add_user({.email = "ann@example.com"});
  const auto runs = each_failure(world.account,
                                 [&](FakeTransport& fake) {
                                   const auto api = world.api(fake);
                                   static_cast<void>(api.create_user("bob@example.com"));
                                   return api.create_user("ann@example.com");
                                 },
                                 {.failures = {RequestFailure::incomplete}, .in_a_row = 2});
  REQUIRE(runs.size() == 2);

  CHECK(runs[1].failed == 1);
  CHECK(runs[1].operation == "CreateUserFromAdmin");
  CHECK(text(runs[1]).find("request 1 (CreateUserFromAdmin) ran, and a part of its answer was missing: ") == 0);
  for (const auto& run : runs) {
    CHECK(run.returned->error() == errc::conflict);
    CHECK(text(run).find("internal error") == std::string::npos);
  }
}

TEST_CASE("an answer with a part that was refused keeps the error of that part when another is missing") {
  Response response;
  response.status = 200;
  response.body = R"({"data":{"a":null,"b":{"c":null,"d":7}},"errors":[{"message":"no a"}]})";
  CHECK(testing::detail::remove_first_value(response));
  CHECK(response.body == R"({"data":{"a":null,"b":{"c":null,"d":null}},"errors":[{"message":"no a"},)"
                         R"({"message":"internal error","path":["b","d"]}]})");
}

TEST_CASE("a run says how many requests failed") {
  World world;
  const auto lines = [&](std::size_t in_a_row) {
    std::vector<std::string> found;
    const auto runs = each_failure(world.account,
                                   [&](FakeTransport& fake) {
                                     const auto api = world.api(fake);
                                     return api.viewer() && api.viewer();
                                   },
                                   {.failures = {RequestFailure::nothing_sent}, .in_a_row = in_a_row});
    for (const auto& run : runs) found.push_back(text(run));
    return found;
  };
  CHECK(
      lines(4).at(1) ==
      "request 1 (GetViewer), like the 3 requests after it, was not sent: the program returned false; nothing changed");
  CHECK(lines(2).at(1) ==
        "request 1 (GetViewer), like the request after it, was not sent: the program returned true; nothing changed");
  CHECK(lines(1).at(1) == "request 1 (GetViewer) was not sent: the program returned true; nothing changed");
  CHECK(lines(1000).at(2).find("request 2 (GetViewer), like the 3 requests after it, was") == 0);
}

TEST_CASE("a row without a request is refused") {
  World world;
  bool ran = false;
  CHECK_THROWS_WITH_AS(
      static_cast<void>(each_failure(world.account, [&](FakeTransport&) { ran = true; }, {.in_a_row = 0})),
      "each_failure: FailureOptions::in_a_row must be at least 1", std::invalid_argument);
  CHECK_FALSE(ran);
}

TEST_CASE("the library's outcome is right in every run") {
  World world;
  const auto runs =
      each_failure(world.account, [&](FakeTransport& fake) { return world.api(fake).create_user("ann@example.com"); });
  CHECK(counterexamples(runs, [](const testing::FailureRun<Result<User<AnyTransport>>>& run) {
          const bool exists = run.account.user("ann@example.com") != nullptr;
          if (*run.returned) return exists;
          const auto outcome = run.returned->error().outcome();
          return outcome == Outcome::unknown || exists == (outcome == Outcome::ran);
        }) == "");
}

TEST_CASE("a run says how the program ended, and prints no value that may be secret") {
  World world;
  const auto result = [&](auto program) {
    return each_failure(world.account, program, {.failures = {RequestFailure::refused_by_status}});
  };
  const auto runs = result([&](FakeTransport& fake) { return world.api(fake).viewer(); });
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].ended == "returned a value");
  CHECK(runs[1].ended.find("returned an error (viewer: ") == 0);
  CHECK(result([](FakeTransport&) { return World().key; })[0].ended == "returned ****");
  CHECK(result([](FakeTransport&) { return std::vector<int>{1}; })[0].ended == "returned");
  CHECK(result([](FakeTransport&) { return 7; })[0].ended == "returned 7");
}

TEST_CASE("a run tells what the program threw, and other exceptions pass through") {
  World world;
  const auto runs =
      each_failure(world.account, [&](FakeTransport& fake) { static_cast<void>(world.api(fake).viewer().value()); });
  CHECK(runs[0].returned.has_value());
  CHECK(runs[0].ended == "returned");
  std::size_t thrown = 0;
  for (const auto& run : runs) thrown += run.returned ? 0 : 1;
  CHECK(thrown > 0);
  CHECK(counterexamples(runs, [](const auto& run) { return run.thrown.empty(); }).find("threw \"viewer") !=
        std::string::npos);
  CHECK_THROWS_AS(static_cast<void>(each_failure(world.account, [](FakeTransport&) { throw 7; })), int);
}

TEST_CASE("each run begins with the account as it was, which is also how it is left") {
  World world;
  const auto before = world.account.snapshot();
  const auto runs = each_failure(
      world.account, [&](FakeTransport& fake) { return world.api(fake).create_user("ann@example.com").has_value(); });
  CHECK(AccountChanges(before, world.account.snapshot()).empty());
  CHECK(world.account.executed("createUser") == 0);
  CHECK(world.account.users() == 1);
  CHECK(runs[0].account.users().size() == 2);
}

TEST_CASE("a program that never ends is stopped, and the run is described") {
  World world;
  const auto stopped = [&](const std::function<void(const AnyApi&)>& program) {
    try {
      static_cast<void>(
          each_failure(world.account, [&](FakeTransport& fake) { program(world.api(fake)); }, {.max_requests = 20}));
      return std::string();
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
  };
  const auto poll = [](const AnyApi& api) {
    for (;;) {
      try {
        static_cast<void>(api.viewer());
      } catch (const std::exception&) {
        continue;
      }
    }
  };
  CHECK(stopped(poll) == "each_failure: no request failed: the program sent more than 20 requests; nothing changed");
  const auto poll_if_refused = [&](const AnyApi& api) {
    const auto me = api.viewer();
    if (!me && me.error() == condition::unauthorized) poll(api);
  };
  CHECK(stopped(poll_if_refused) ==
        "each_failure: request 1 (GetViewer) was refused with status 401: the program sent more than 20 requests; "
        "nothing "
        "changed");
}

TEST_CASE("each request of a run counts towards its limit, also those that fail and those before them") {
  World world;
  const auto sent = [&](std::size_t calls, const testing::FailureOptions& options) {
    std::size_t most = 0;
    const auto program = [&](FakeTransport& fake) {
      const auto api = world.api(fake);
      for (std::size_t call = 0; call != calls && !api.viewer(); ++call) {
        most = std::max(most, fake.operations().size());
      }
    };
    CHECK_THROWS_AS(static_cast<void>(each_failure(world.account, program, options)), std::runtime_error);
    return most;
  };
  CHECK(sent(2000, {.in_a_row = 1'000'000'000, .max_requests = 20}) <= 20);
  const auto twice = [&](FakeTransport& fake) {
    const auto api = world.api(fake);
    return api.viewer() && api.viewer();
  };
  CHECK(each_failure(world.account, twice, {.failures = {RequestFailure::nothing_sent}, .max_requests = 3}).size() ==
        3);
  CHECK_THROWS_AS(static_cast<void>(each_failure(world.account, twice,
                                                 {.failures = {RequestFailure::nothing_sent}, .max_requests = 2})),
                  std::runtime_error);
}

TEST_CASE("a run that sends too many requests is described, although the program hides it") {
  World world;
  const auto program = [&](FakeTransport& fake) {
    try {
      const auto api = world.api(fake);
      for (;;) static_cast<void>(api.viewer());
    } catch (...) {
      return false;
    }
  };
  CHECK_THROWS_WITH_AS(static_cast<void>(each_failure(world.account, program, {.max_requests = 20})),
                       "each_failure: no request failed: the program sent more than 20 requests; nothing changed",
                       std::runtime_error);
}

#if defined(__unix__) || defined(__APPLE__)
TEST_CASE("a run that sends too many requests on a thread of the program is described on the standard error output") {
  World world;
  const auto program = [&](FakeTransport& fake) {
    std::async(std::launch::async, [&] {
      const auto api = world.api(fake);
      while (!api.viewer()) continue;
    }).get();
  };
  const TemporaryDirectory directory;
  const auto path = directory.put("errors", "");
  const int file = ::open(path.c_str(), O_WRONLY);
  const int standard = ::dup(STDERR_FILENO);
  REQUIRE(::dup2(file, STDERR_FILENO) == STDERR_FILENO);
  CHECK_THROWS_AS(static_cast<void>(each_failure(world.account, program, {.in_a_row = 1000, .max_requests = 20})),
                  std::runtime_error);
  std::fflush(stderr);
  REQUIRE(::dup2(standard, STDERR_FILENO) == STDERR_FILENO);
  ::close(standard);
  ::close(file);
  std::ostringstream told;
  told << std::ifstream(path).rdbuf();
  CHECK(told.str() ==
        "each_failure: request 1 was not sent: the program sent more than 20 requests, the last on a thread of its "
        "own\n");
}
#endif

TEST_CASE("a program with awaited calls is run in the same way") {
  World world;
  const auto runs = each_failure(world.account, [&](FakeTransport& fake) {
    const Api api(testing::AsyncFakeTransport<rigs::Free>(fake), {.base_url = "http://localhost", .api_key = world.key},
                  Environment::none());
    return rigs::get(api.create_user("ann@example.com")).has_value();
  });
  CHECK(runs.size() > testing::all_failures.size());
  CHECK(runs[0].returned == true);
}

TEST_CASE("the changes of an account name each user, key and attribute, and no secret") {
  Account account;
  account.add_user({.email = "root@example.com", .admin = true});
  const Secret key(account.add_key("root", "laptop"));
  account.add_user({.email = "ann@example.com"});
  account.add_key("ann");
  const auto before = account.snapshot();
  CHECK(text(AccountChanges(before, before)) == "nothing changed");
  const Api api(FakeTransport(account), {.base_url = "http://localhost", .api_key = key}, Environment::none());
  auto ann = api.user("ann").value().value();
  CHECK(ann.update({.name = "Ann",
                    .admin = true,
                    .default_entity = "red",
                    .photo_url = "https://example.com/ann",
                    .is_private = true,
                    .hide_teams_from_public = true}));
  CHECK(ann.remove());
  CHECK(api.viewer().value().generate_api_key());
  CHECK(api.create_user("bob@example.com", true));
  const auto after = account.snapshot();
  const AccountChanges changes(before, after);
  CHECK(changes.sentences() ==
        std::vector<std::string>{
            "a key without a description of root@example.com was made", "ann@example.com was deleted",
            "ann@example.com became an admin", "ann@example.com became private", "ann@example.com now hides teams",
            "the name of ann@example.com became \"Ann\"",
            "the photo of ann@example.com became \"https://example.com/ann\"",
            "the default entity of ann@example.com became \"red\"", "bob@example.com was created as an admin"});
  const auto undone = text(AccountChanges(after, before));
  for (const auto* sentence : {"ann@example.com was restored; ", "ann@example.com is no longer an admin; ",
                               "ann@example.com is no longer private; ", "ann@example.com no longer hides teams; ",
                               "a key without a description of root@example.com was deleted; "}) {
    CAPTURE(sentence);
    CHECK(undone.find(sentence) != std::string::npos);
  }
  CHECK(text(before) == "root@example.com, admin, key \"laptop\"\nann@example.com, key without a description\n");
  CHECK(before.keys_of("nobody").empty());
  CHECK(before.user("nobody") == nullptr);
  CHECK(before.user("ANN@example.com")->username == "ann");
}

TEST_CASE("the changes of an account name teams, users that are not there any more, and what no call of the API sets") {
  Account account;
  account.add_user({.email = "root@example.com", .admin = true});
  account.add_user({.email = "ann@example.com"});
  account.add_team("ann", "blue");
  const auto before = account.snapshot();
  account.add_team("ann", "red");
  account.add_user({.email = "bob@example.com"});
  account.add_team("bob", "blue");
  const auto after = account.snapshot();
  CHECK(
      text(AccountChanges(before, after)) ==
      "ann@example.com joined the team \"red\"; bob@example.com was created; bob@example.com joined the team \"blue\"");
  account.restore(before);
  CHECK(text(AccountChanges(after, account.snapshot())) ==
        "bob@example.com is not there any more; ann@example.com left the team \"red\"");
  Account other;
  other.add_user({.email = "root@example.com", .admin = true});
  other.add_user({.email = "ann@example.com", .username = "anna", .name = "ann", .account_type = "SERVICE"});
  other.add_team("anna", "blue");
  CHECK(text(AccountChanges(before, other.snapshot())) ==
        "the username of ann@example.com became \"anna\"; the account type of ann@example.com became \"SERVICE\"");
}
