#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/detail/call/pace.hpp>

using namespace wandb;
using namespace std::chrono_literals;
using wandb::detail::Budget;
using wandb::detail::Pace;
using wandb::detail::PacedCall;

namespace {

constexpr Budget::TimePoint at(std::chrono::nanoseconds since_start) { return Budget::TimePoint(since_start); }
constexpr void observe(Budget& budget, int status, HeadersView headers, std::chrono::nanoseconds now,
                       const RetryPolicy& policy = {}) {
  budget.observe(status, headers, at(now), {}, policy);
}
/// Returns how many requests may be sent one after the other at that time; at most 100.
constexpr int admitted(Budget& budget, std::chrono::nanoseconds now) {
  int count = 0;
  while (count != 100 && budget.enter(at(now)) == Budget::none) ++count;
  return count;
}
/// Returns how long a request has to wait after such an answer.
constexpr std::chrono::nanoseconds held(int status, HeadersView headers, const RetryPolicy& policy = {}) {
  Budget budget;
  static_cast<void>(budget.enter(at(0s)));
  budget.leave();
  observe(budget, status, headers, 10s, policy);
  const auto until = budget.enter(at(10s));
  return until == Budget::none ? 0ns : until - at(10s);
}

}  // namespace

TEST_CASE("without a word from the server everything may be sent") {
  constexpr auto free = [] {
    Budget budget;
    observe(budget, 200, {}, 0s);
    observe(budget, 503, {}, 0s);
    observe(budget, 200, "RateLimit-Remaining: 3\n", 0s);
    observe(budget, 200, "RateLimit-Remaining: many\nRateLimit-Reset: 3\n", 0s);
    return admitted(budget, 0s) == 100;
  };
  static_assert(free());
}

TEST_CASE("429, and 503 with Retry-After, hold everybody back until then, up to the policy's longest") {
  static_assert(held(429, "Retry-After: 2\n") == 2s);
  static_assert(held(503, "Retry-After: 0.5\n") == 500ms);
  static_assert(held(429, "RateLimit-Reset: 4\n") == 4s);
  static_assert(held(429, {}) == RetryPolicy{}.initial_backoff);
  static_assert(held(429, "Retry-After: 3600\n") == RetryPolicy{}.max_retry_after);
  static_assert(held(429, "Retry-After: 2\n", RetryPolicy{.max_retry_after = 1s}) == 1s);
  static_assert(held(429, "Retry-After: 2\n", RetryPolicy{.max_retry_after = std::chrono::milliseconds::max()}) == 2s);
  static_assert(held(500, "Retry-After: 2\n") == 0s);
  static_assert(held(200, "Retry-After: 2\n") == 0s);
}

TEST_CASE("the longest that was asked for counts, and then everything goes on") {
  constexpr auto run = [] {
    Budget budget;
    observe(budget, 429, "Retry-After: 5\n", 0s);
    observe(budget, 429, "Retry-After: 1\n", 1s);
    return budget.enter(at(4s)) == at(5s) && admitted(budget, 5s) == 100;
  };
  static_assert(run());
}

TEST_CASE("a budget leaves room for what is in flight, and lasts until its reset") {
  constexpr auto run = [] {
    Budget budget;
    for (int i = 0; i != 3; ++i) static_cast<void>(budget.enter(at(0s)));
    budget.leave();
    observe(budget, 200, "RateLimit-Remaining: 7\nRateLimit-Reset: 10\n", 1s);
    return admitted(budget, 1s) == 5 && budget.enter(at(2s)) == at(11s) && admitted(budget, 11s) == 100;
  };
  static_assert(run());
}

TEST_CASE("an answer that was overtaken does not raise the budget of its period; the next period does") {
  constexpr auto run = [] {
    Budget budget;
    observe(budget, 200, "RateLimit-Remaining: 4\nRateLimit-Reset: 10\n", 0s);
    observe(budget, 200, "RateLimit-Remaining: 5\nRateLimit-Reset: 10\n", 500ms);
    if (admitted(budget, 1s) != 4) return false;
    for (int i = 0; i != 4; ++i) budget.leave();
    observe(budget, 200, "RateLimit-Remaining: 9\nRateLimit-Reset: 10\n", 9s);
    return admitted(budget, 9s) == 9;
  };
  static_assert(run());
}

TEST_CASE("a budget that is spent holds everybody back no longer than the policy allows") {
  static_assert(held(200, "RateLimit-Remaining: 0\nRateLimit-Reset: 30\n") == 30s);
  static_assert(held(200, "RateLimit-Remaining: 0\nRateLimit-Reset: 86400\n") == 120s);
}

TEST_CASE("a call that ends in whatever way makes room in the pace") {
  const auto pace = std::make_shared<Pace>();
  const auto room = [&] {
    return pace->with([](Budget budget) {
      observe(budget, 200, "RateLimit-Remaining: 10\nRateLimit-Reset: 10\n", 0s);
      return admitted(budget, 0s);
    });
  };
  {
    PacedCall first(pace);
    CHECK(first.enter(at(0s)) == Budget::none);
    CHECK(room() == 9);
    const PacedCall moved(std::move(first));
    CHECK(room() == 9);
  }
  CHECK(room() == 10);
  PacedCall answered(pace);
  CHECK(answered.enter(at(0s)) == Budget::none);
  answered.answered(200, {}, at(0s), {}, {});
  CHECK(room() == 10);
}

TEST_CASE("a wait that a call has made is over for it, even where a test lets no time pass") {
  const auto pace = std::make_shared<Pace>();
  pace->with([](Budget& budget) { observe(budget, 429, "Retry-After: 5\n", 0s); });
  PacedCall call(pace);
  CHECK(call.enter(at(0s)) == at(5s));
  call.waits(at(5s));
  CHECK(call.enter(at(0s)) == Budget::none);
}

TEST_CASE("calls on many threads never spend more than the budget") {
  const auto pace = std::make_shared<Pace>();
  pace->with([](Budget& budget) { observe(budget, 200, "RateLimit-Remaining: 50\nRateLimit-Reset: 10\n", 0s); });
  std::vector<int> admitted_by(4);
  std::vector<std::thread> threads;
  for (auto& count : admitted_by) {
    threads.emplace_back([&pace, &count] {
      for (int i = 0; i != 100; ++i) {
        PacedCall call(pace);
        if (call.enter(at(1s)) == Budget::none) ++count;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(admitted_by[0] + admitted_by[1] + admitted_by[2] + admitted_by[3] == 50);
}
