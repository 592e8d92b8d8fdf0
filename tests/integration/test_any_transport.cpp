// Tests AnyTransport, which holds any synchronous transport, through functions that are not templates.
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/any_transport.hpp>
#include <wandb/for_each_threaded.hpp>
#include <wandb/testing/account.hpp>
#include <wandb/testing/fake_transport.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

using namespace std::chrono_literals;
using namespace wandb;
using testing::Account;
using testing::FakeTransport;

namespace {

/// A function of a project: it is not a template, and takes any transport.
Result<std::size_t> delete_keys_of(const Api<AnyTransport>& api, std::string_view description) {
  auto me = api.viewer();
  if (!me) return me.error();
  std::size_t deleted = 0;
  for (const ApiKey& key : me->keys()) {
    if (std::string_view(key.description()) != description) continue;
    if (auto done = me->delete_api_key(key); !done) return done.error();
    ++deleted;
  }
  return deleted;
}

/// Makes an account with an admin, root, and the keys "laptop", "ci" and again "ci".
struct Office {
  Office() {
    account.add_user({.email = "root@example.com", .admin = true});
    secret = Secret(account.add_key("root", "laptop"));
    account.add_key("root", "ci");
    account.add_key("root", "ci");
  }
  [[nodiscard]] Api<AnyTransport> api(AnyTransport transport, std::string_view base_url = "http://localhost:1") const {
    return Api<AnyTransport>(std::move(transport), {.base_url = base_url, .api_key = secret}, Environment::none());
  }
  Account account;
  Secret secret;
};

Response answered(int status, std::string_view body = "") {
  Response response;
  response.status = status;
  response.body = body;
  return response;
}

/// A transport that cannot be copied, and waits in its own way.
struct Waiting {
  std::unique_ptr<std::vector<std::chrono::nanoseconds>> waits =
      std::make_unique<std::vector<std::chrono::nanoseconds>>();
  [[nodiscard]] Result<Response> send(const Request&) const { return answered(503); }
  void wait(std::chrono::nanoseconds duration, const StopToken&) const { waits->push_back(duration); }
};

/// Counts how often it was asked.
struct Counting {
  int sent = 0;
  [[nodiscard]] Result<Response> send(const Request&) {
    ++sent;
    return answered(200);
  }
};

Result<Response> refuse(const Request&) { return Error(errc::connect_failed, Delivery::nothing_sent); }

}  // namespace

TEST_CASE("a function of Api<AnyTransport>& runs over a fake") {
  Office office;
  const FakeTransport fake(office.account);
  CHECK(delete_keys_of(office.api(fake), "ci").value() == 2);
  CHECK(office.account.key_ids_of("root").size() == 1);
  CHECK(fake.operations().front() == "GetViewer");
}

TEST_CASE("the same function runs over a lambda") {
  Office office;
  int asked = 0;
  const auto api = office.api([&](const Request& request) -> Result<Response> {
    ++asked;
    return office.account.handle(request);
  });
  CHECK(delete_keys_of(api, "laptop").value() == 1);
  CHECK(asked == 2);
}

TEST_CASE("the same function runs over Beast and a real server") {
  Office office;
  const testing::LoopbackServer server(office.account);
  CHECK(delete_keys_of(office.api(BeastTransport(), server.base_url()), "ci").value() == 2);
  CHECK(server.requests() == 3);
  CHECK(server.connections() == 1);
}

TEST_CASE("the same function runs over a std::function, and tells the error of whatever it holds") {
  const Office office;
  std::function<Result<Response>(const Request&)> function = refuse;
  CHECK(delete_keys_of(office.api(function), "ci").error() == errc::connect_failed);
  CHECK(delete_keys_of(office.api(std::ref(function)), "ci").error() == errc::connect_failed);
  CHECK(delete_keys_of(office.api(refuse), "ci").error() == errc::connect_failed);
}

TEST_CASE("an Api deduces AnyTransport from one, and from a reference to one") {
  const Office office;
  const FakeTransport fake;
  AnyTransport transport = fake;
  const Options options{.base_url = "http://localhost:1", .api_key = office.secret};
  const Api by_value{transport, options};
  static_assert(std::same_as<decltype(by_value), const Api<AnyTransport>>);
  const Api by_reference{std::ref(transport), options};
  CHECK(by_value.viewer().error() == errc::invalid_argument);
  CHECK(by_reference.viewer().error() == errc::invalid_argument);
  CHECK(fake.operations().size() == 2);
  CHECK(fake.unmet() != "");
}

TEST_CASE("many operations at once run over one") {
  Office office;
  const std::vector<std::string> emails{"ann@example.com", "bob@example.com", "eve@example.com"};
  auto done = for_each(office.api(FakeTransport(office.account)), emails,
                       [](const Api<AnyTransport>& api, const std::string& email) { return api.create_user(email); },
                       {.concurrency = 3});
  std::size_t made = 0;
  for (const auto& one : done) made += one.result.has_value() ? 1 : 0;
  CHECK(made == 3);
}

TEST_CASE("copies share what they hold") {
  AnyTransport one = Counting{};
  const AnyTransport other = one;
  REQUIRE(one.send({}).has_value());
  REQUIRE(other.send({}).has_value());
  REQUIRE(other.target<Counting>() != nullptr);
  CHECK(other.target<Counting>()->sent == 2);
  CHECK(one.target<Counting>() == other.target<Counting>());
  one = refuse;
  CHECK(one.send({}).error() == errc::connect_failed);
  CHECK(other.send({}).has_value());
}

TEST_CASE("one that was moved from takes another transport") {
  AnyTransport one = Counting{};
  const AnyTransport taken = std::move(one);
  one = Counting{};
  CHECK(one.send({}).has_value());
  CHECK(taken.target<Counting>()->sent == 0);
}

TEST_CASE("a reference stays one") {
  Counting counting;
  const AnyTransport transport = std::ref(counting);
  REQUIRE(transport.send({}).has_value());
  CHECK(counting.sent == 1);
  CHECK(transport.target<Counting>() == &counting);
}

TEST_CASE("the target is found by its exact type alone") {
  const FakeTransport fake;
  const AnyTransport transport = std::cref(fake);
  CHECK(transport.target<FakeTransport>() == nullptr);  // otherwise it would lose its const
  CHECK(AnyTransport(fake).target<FakeTransport>() != nullptr);
  CHECK(AnyTransport(fake).target<Counting>() == nullptr);
  CHECK(AnyTransport(refuse).target<Result<Response> (*)(const Request&)>() != nullptr);
}

TEST_CASE("the wait is that of the transport that is held") {
  const Office office;
  const AnyTransport transport = Waiting{};
  CHECK(office.api(transport).viewer().error() == condition::server_failure);
  CHECK(!transport.target<Waiting>()->waits->empty());
}

TEST_CASE("where what is held has no wait, a stop ends the library's") {
  const Office office;
  std::stop_source stop;
  const auto token = stop.get_token();
  int asked = 0;
  const Api<AnyTransport> api(
      [&](const Request&) -> Result<Response> {
        ++asked;
        return answered(503);
      },
      {.base_url = "http://localhost:1",
       .api_key = office.secret,
       .retry = {.initial_backoff = 60s, .max_backoff = 60s}},
      Environment::none());
  const std::jthread stopper([&stop] {
    std::this_thread::sleep_for(20ms);
    stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  CHECK(api.viewer({.stop = &token}).error() == errc::cancelled);
  CHECK(std::chrono::steady_clock::now() - start < 20s);
  CHECK(asked == 1);
}

TEST_CASE("an empty function is misuse, told when it is given") {
  const std::function<Result<Response>(const Request&)> empty;
  CHECK_THROWS_AS(AnyTransport{empty}, std::invalid_argument);
  CHECK_THROWS_AS(AnyTransport{std::cref(empty)}, std::invalid_argument);
  Result<Response> (*none)(const Request&) = nullptr;
  CHECK_THROWS_AS(AnyTransport{none}, std::invalid_argument);
}
