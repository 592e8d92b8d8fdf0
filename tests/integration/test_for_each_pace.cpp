#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "for_each_rigs.hpp"

using namespace wandb;
using namespace std::chrono_literals;
using many::api_of;
using many::emails;
using many::rest_of;
using Clock = std::chrono::steady_clock;

namespace {

const Secret key(std::string(40, 'a'));

Response answer(int status = 200) {
  Response response;
  response.status = status;
  response.body = status == 200 ? R"({"data":{"viewer":{"id":"1"}}})" : "{}";
  return response;
}

template <class T>
constexpr auto view = [](const Api<T>& api, int) { return api.viewer(); };

/// Lets the account answer, and says that no further request is accepted for a minute.
void uses_up_the_budget(Response& response) {
  response.headers.add("RateLimit-Remaining", "0");
  response.headers.add("RateLimit-Reset", "60");
}

/// Counts the requests that are handled concurrently.
struct Gauge {
  std::mutex mutex;
  int now = 0;
  int most = 0;
  Response handle(const Request&) {
    {
      const std::lock_guard lock(mutex);
      most = std::max(most, ++now);
    }
    std::this_thread::sleep_for(2ms);
    const std::lock_guard lock(mutex);
    --now;
    return answer();
  }
};

/// Accepts the given number of requests a period, announces that limit, and counts the requests beyond it.
struct Limiter {
  static constexpr int limit = 10;
  static constexpr auto period = 300ms;
  std::mutex mutex;
  Clock::time_point begin{};
  int taken = 0;
  int periods = 0;
  int too_many = 0;
  Response handle(const Request&) {
    const std::lock_guard lock(mutex);
    const auto now = Clock::now();
    if (now >= begin + period) {
      begin = now;
      taken = 0;
      ++periods;
    }
    const bool over = taken == limit;
    over ? ++too_many : ++taken;
    auto response = answer(over ? 429 : 200);
    const std::chrono::duration<double> left = begin + period - now;
    response.headers.add("RateLimit-Remaining", std::to_string(limit - taken));
    response.headers.add("RateLimit-Reset", std::to_string(left.count() + 0.001));
    return response;
  }
};

/// Refuses the fifth request, and counts the requests that arrive before the time that it asks for.
struct Refuser {
  std::mutex mutex;
  int requests = 0;
  int early = 0;
  Clock::time_point until{};
  Response handle(const Request&) {
    std::this_thread::sleep_for(5ms);
    const std::lock_guard lock(mutex);
    if (Clock::now() < until) ++early;
    if (++requests != 5) return answer();
    until = Clock::now() + 400ms;
    auto response = answer(429);
    response.headers.add("Retry-After", "0.4");
    return response;
  }
};

}  // namespace

TEST_CASE_TEMPLATE("as many are in flight as was asked for, and no more", Rig, NETWORK_RIGS) {
  Gauge gauge;
  Rig rig([&](const Request& request) { return gauge.handle(request); });
  auto done = for_each(api_of(rig, key), std::vector<int>(200), view<typename Rig::Transport>, {.concurrency = 6});
  CHECK(rest_of(rig, done).size() == 200);
  CHECK(gauge.most == 6);
}

TEST_CASE_TEMPLATE("a 429 of one call holds all of them back", Rig, NETWORK_RIGS) {
  Refuser refuser;
  Rig rig([&](const Request& request) { return refuser.handle(request); });
  auto done = for_each(api_of(rig, key), std::vector<int>(60), view<typename Rig::Transport>, {.concurrency = 4});
  for (auto& one : rest_of(rig, done)) CHECK(one.result.has_value());
  CHECK(refuser.requests == 61);
  // The requests that were sent before the refusal arrived; without the pace, all others would follow immediately.
  CHECK(refuser.early < 20);
}

TEST_CASE_TEMPLATE("a server's budget is kept: no request is one too many", Rig, NETWORK_RIGS) {
  Limiter limiter;
  Rig rig([&](const Request& request) { return limiter.handle(request); });
  auto done = for_each(api_of(rig, key), std::vector<int>(35), view<typename Rig::Transport>, {.concurrency = 4});
  for (auto& one : rest_of(rig, done)) CHECK(one.result.has_value());
  CHECK(limiter.too_many == 0);
  CHECK(limiter.periods >= 4);
}

TEST_CASE("a call with a deadline does not wait for the others longer than that") {
  rigs::World world;
  many::FreeRig rig(world.account);
  using T = many::FreeRig::Transport;
  rig.fake.expect("GetViewer").changes_its_answer(uses_up_the_budget);
  auto done = for_each(api_of(rig, world.root_key), std::vector{0s, 5s},
                       [](const Api<T>& api, std::chrono::seconds timeout) {
                         return timeout == 0s ? api.viewer() : api.viewer({.timeout = timeout});
                       },
                       {.concurrency = 1});
  const auto results = rest_of(rig, done);
  CHECK(results.at(0).result.has_value());
  CHECK(results.at(1).result.error() == errc::timed_out);
  CHECK(results.at(1).result.error().attempts() == 0);
  CHECK(rig.fake.waits().empty());
}

TEST_CASE("whoever acts through the operation's api goes at its pace") {
  rigs::World world;
  many::FreeRig rig(world.account);
  using T = many::FreeRig::Transport;
  rig.fake.expect("GetViewer").times(2).changes_its_answer(uses_up_the_budget);
  int calls = 0;
  auto done = for_each(api_of(rig, world.root_key), std::vector{0, 1, 2},
                       [&](const Api<T>& api, int) {
                         ++calls;
                         if (calls == 1) return api.viewer();
                         if (calls == 2) return api.as(world.ann_key).viewer();
                         const User<T> ann(api, Attrs{{"id", world.ann_id}}, world.ann_key);
                         return ann.user_api().value().viewer();
                       },
                       {.concurrency = 1});
  for (auto& one : rest_of(rig, done)) CHECK(one.result.has_value());
  const auto waits = rig.fake.waits();
  REQUIRE(waits.size() == 2);
  for (const auto wait : waits) CHECK((wait > 30s && wait <= 60s));
}

TEST_CASE("one for_each inside another goes at the same pace") {
  rigs::World world;
  many::FreeRig rig(world.account);
  using T = many::FreeRig::Transport;
  rig.fake.expect("GetViewer").changes_its_answer(uses_up_the_budget);
  auto done = for_each(api_of(rig, world.root_key), std::vector{0, 1},
                       [](const Api<T>& api, int) -> T::task<bool> {
                         auto inner = for_each(api, std::vector{0}, view<T>);
                         const auto one = co_await inner.next();
                         co_return one->result.has_value();
                       },
                       {.concurrency = 1});
  for (auto& one : rest_of(rig, done)) CHECK(one.result);
  CHECK(rig.fake.waits().size() == 1);
}

TEST_CASE("calls outside of for_each do not wait for each other") {
  rigs::World world;
  many::FreeRig rig(world.account);
  rig.fake.expect("GetViewer").changes_its_answer(uses_up_the_budget);
  const auto api = api_of(rig, world.root_key);
  CHECK(rig.get(api.viewer()).has_value());
  CHECK(rig.get(api.viewer()).has_value());
  CHECK(rig.fake.waits().empty());
}
