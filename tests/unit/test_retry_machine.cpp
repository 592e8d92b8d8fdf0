#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <memory>
#include <variant>

#include <wandb/detail/call/retry_machine.hpp>
#include <wandb/retry_after.hpp>

using namespace wandb;
using namespace wandb::detail;
using namespace std::chrono_literals;

namespace {

constexpr Moment at(std::chrono::nanoseconds since_start) {
  Moment moment;
  moment.now = std::chrono::steady_clock::time_point(since_start);
  return moment;
}
constexpr AttemptResult status(int code, HeadersView headers = {}) {
  return {.delivery = Delivery::answered, .status = code, .headers = headers, .code = std::nullopt};
}
constexpr AttemptResult answer(AnswerClass kind) {
  return {.delivery = Delivery::answered, .status = 200, .headers = {}, .answer = kind, .code = std::nullopt};
}
constexpr AttemptResult shown(int code, AnswerClass kind) {
  return {.delivery = Delivery::answered, .status = code, .headers = {}, .answer = kind, .code = std::nullopt};
}
constexpr AttemptResult lost(Delivery delivery, std::optional<errc> code = errc::connection_lost) {
  return {.delivery = delivery, .headers = {}, .code = code};
}
constexpr bool sends(const Action& action, int attempt) {
  const auto* send = std::get_if<SendRequest>(&action);
  return send != nullptr && send->attempt == attempt;
}
constexpr bool waits(const Action& action, std::chrono::nanoseconds duration) {
  const auto* wait = std::get_if<Wait>(&action);
  return wait != nullptr && wait->duration == duration;
}
constexpr bool ends(const Action& action, Done::By by, Outcome outcome) {
  const auto* done = std::get_if<Done>(&action);
  return done != nullptr && done->by == by && done->outcome == outcome;
}
constexpr auto failure = Done::By::failure;
constexpr auto never = RetryMachine::TimePoint::max();

/// Returns how an operation ends if every request has the same result.
constexpr Action ending(Repeat repeat, const AttemptResult& arrival) {
  RetryMachine exchange(repeat, RetryPolicy{}, never);
  Action action = exchange.start(at(0s));
  for (int i = 0; i != 10 && !exchange.done(); ++i) {
    const Action next =
        std::holds_alternative<Wait>(action) ? exchange.resumed(at(0s)) : exchange.arrived(arrival, at(0s));
    if (exchange.done()) return next;
    // A new variant is made each time, because assigning one is not constexpr with clang and libstdc++ 12.
    std::destroy_at(&action);
    std::construct_at(&action, next);
  }
  return action;
}
/// Returns the number of requests that such an operation sends.
constexpr int requests(Repeat repeat, const AttemptResult& arrival) {
  RetryMachine exchange(repeat, RetryPolicy{}, never);
  static_cast<void>(exchange.start(at(0s)));
  while (!exchange.done()) {
    const Action next = exchange.arrived(arrival, at(0s));
    if (std::holds_alternative<Wait>(next)) static_cast<void>(exchange.resumed(at(0s)));
  }
  return exchange.attempts();
}

constexpr HeadersView retry_after_2{"Retry-After: 2\n"};

}  // namespace

TEST_CASE("an exchange counts its requests") {
  constexpr auto second = [] {
    RetryMachine exchange(Repeat::safe, RetryPolicy{}, never);
    const bool first = sends(exchange.start(at(0s)), 1);
    static_cast<void>(exchange.arrived(status(500), at(0s)));
    return first && sends(exchange.resumed(at(1s)), 2) && exchange.attempts() == 2 && !exchange.done();
  };
  static_assert(second());
}

TEST_CASE("an answer with data ends an exchange after one request") {
  static_assert(ends(ending(Repeat::safe, answer(AnswerClass::data)), Done::By::success, Outcome::not_run));
  static_assert(ends(ending(Repeat::once, answer(AnswerClass::data)), Done::By::success, Outcome::ran));
  static_assert(requests(Repeat::once, answer(AnswerClass::data)) == 1);
}

TEST_CASE("a query is repeated whatever became of it, but for what a repeat cannot mend") {
  static_assert(requests(Repeat::safe, lost(Delivery::perhaps_sent)) == 4);
  static_assert(requests(Repeat::safe, lost(Delivery::answered)) == 4);
  static_assert(requests(Repeat::safe, lost(Delivery::nothing_sent, std::nullopt)) == 4);
  static_assert(requests(Repeat::safe, lost(Delivery::nothing_sent, errc::tls_failed)) == 1);
  static_assert(requests(Repeat::safe, lost(Delivery::perhaps_sent, errc::cancelled)) == 1);
  static_assert(requests(Repeat::safe, answer(AnswerClass::undecodable)) == 1);
  for (const int code : {408, 429, 500, 502, 503, 504}) CHECK(requests(Repeat::safe, status(code)) == 4);
  for (const int code : {301, 400, 401, 403, 404, 409, 410, 413, 422, 501})
    CHECK(requests(Repeat::safe, status(code)) == 1);
}

TEST_CASE("a mutation that must not run twice is repeated only when the server certainly did not run it") {
  static_assert(requests(Repeat::once, lost(Delivery::nothing_sent)) == 4);
  static_assert(requests(Repeat::once, lost(Delivery::perhaps_sent)) == 1);
  static_assert(requests(Repeat::once, lost(Delivery::answered)) == 1);
  static_assert(requests(Repeat::once, status(429)) == 4);
  static_assert(requests(Repeat::once, status(503, retry_after_2)) == 1);
  static_assert(requests(Repeat::once, shown(429, AnswerClass::refused)) == 4);
  static_assert(requests(Repeat::once, shown(429, AnswerClass::incomplete)) == 1);
  static_assert(requests(Repeat::once, shown(429, AnswerClass::undecodable)) == 1);
  static_assert(requests(Repeat::once, status(0)) == 1);
  for (const int code : {408, 500, 502, 503, 504}) CHECK(requests(Repeat::once, status(code)) == 1);
}

TEST_CASE("a mutation that ends in the same state is repeated like a query") {
  static_assert(requests(Repeat::idempotent, lost(Delivery::perhaps_sent)) == 4);
  for (const int code : {408, 429, 500, 502, 503, 504}) CHECK(requests(Repeat::idempotent, status(code)) == 4);
}

TEST_CASE("a failed mutation says whether it ran") {
  static_assert(ends(ending(Repeat::once, lost(Delivery::nothing_sent)), failure, Outcome::not_run));
  static_assert(ends(ending(Repeat::once, lost(Delivery::perhaps_sent)), failure, Outcome::unknown));
  static_assert(ends(ending(Repeat::once, lost(Delivery::answered)), failure, Outcome::unknown));
  static_assert(ends(ending(Repeat::once, answer(AnswerClass::refused)), failure, Outcome::not_run));
  static_assert(ends(ending(Repeat::once, answer(AnswerClass::incomplete)), failure, Outcome::ran));
  static_assert(ends(ending(Repeat::once, answer(AnswerClass::undecodable)), failure, Outcome::unknown));
  for (const int code : {400, 401, 403, 404, 409, 410, 413, 422, 429, 501}) {
    CHECK(ends(ending(Repeat::once, status(code)), failure, Outcome::not_run));
  }
  for (const int code : {302, 408, 500, 502, 503, 504})
    CHECK(ends(ending(Repeat::once, status(code)), failure, Outcome::unknown));
}

TEST_CASE("what a body shows of a mutation outranks the status") {
  for (const int code : {200, 302, 400, 403, 409, 422, 429, 500, 501, 503}) {
    CAPTURE(code);
    CHECK(ends(ending(Repeat::once, shown(code, AnswerClass::data)), Done::By::success, Outcome::ran));
    CHECK(ends(ending(Repeat::once, shown(code, AnswerClass::incomplete)), failure, Outcome::ran));
    CHECK(ends(ending(Repeat::once, shown(code, AnswerClass::undecodable)), failure, Outcome::unknown));
  }
  for (const int code : {408, 500, 502, 503, 504, 524}) {
    CHECK(ends(ending(Repeat::once, shown(code, AnswerClass::refused)), failure, Outcome::unknown));
  }
}

TEST_CASE("a refusal after a request that may have run leaves it unknown") {
  constexpr auto run = [](AttemptResult first, AttemptResult second, Repeat repeat) {
    RetryMachine exchange(repeat, RetryPolicy{}, never);
    static_cast<void>(exchange.start(at(0s)));
    static_cast<void>(exchange.arrived(first, at(0s)));
    static_cast<void>(exchange.resumed(at(1s)));
    return exchange.arrived(second, at(1s));
  };
  static_assert(ends(run(lost(Delivery::perhaps_sent), status(404), Repeat::idempotent), failure, Outcome::unknown));
  static_assert(ends(run(lost(Delivery::nothing_sent), status(404), Repeat::idempotent), failure, Outcome::not_run));
  // The object that exists may be the one that the first request made.
  static_assert(ends(run(lost(Delivery::nothing_sent), status(409), Repeat::once), failure, Outcome::unknown));
  static_assert(ends(run(status(429), status(409), Repeat::once), failure, Outcome::unknown));
  static_assert(ends(run(status(429), status(403), Repeat::once), failure, Outcome::not_run));
}

TEST_CASE("the wait doubles from the policy's first to its longest, jitter included") {
  constexpr auto waits_of = [](double random) {
    RetryMachine exchange(Repeat::safe, RetryPolicy{.initial_backoff = 100ms, .max_backoff = 300ms}, never);
    Moment moment = at(0s);
    moment.random = random;
    static_cast<void>(exchange.start(moment));
    std::array<std::chrono::nanoseconds, 3> found{};
    for (auto& one : found) {
      one = std::get<Wait>(exchange.arrived(status(500), moment)).duration;
      static_cast<void>(exchange.resumed(moment));
    }
    return found;
  };
  static_assert(waits_of(0.0)[0] == 100ms && waits_of(0.0)[1] == 200ms && waits_of(0.0)[2] == 300ms);
  static_assert(waits_of(0.5)[0] == 112500us && waits_of(0.5)[1] == 225ms && waits_of(0.5)[2] == 300ms);
}

TEST_CASE("Retry-After is obeyed, in seconds or as a date, up to the policy's longest") {
  constexpr auto wait_of = [](HeadersView headers, int code) {
    RetryMachine exchange(Repeat::safe, RetryPolicy{.max_retry_after = 30s}, never);
    Moment moment = at(0s);
    moment.wall = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 30s;
    static_cast<void>(exchange.start(moment));
    return exchange.arrived(status(code, headers), moment);
  };
  static_assert(waits(wait_of("Retry-After: 2\n", 503), 2s));
  static_assert(waits(wait_of("retry-after: 0.5\r\n", 500), 500ms));
  static_assert(waits(wait_of("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\n", 429), 7s));
  static_assert(waits(wait_of("Retry-After: Sun, 06 Nov 1994 08:00:00 GMT\n", 429), 0s));
  static_assert(waits(wait_of("Retry-After: 3600\n", 429), 30s));
  static_assert(waits(wait_of("Retry-After: nonsense\n", 429), 250ms));
  static_assert(waits(wait_of("RateLimit-Reset: 4\n", 429), 4s));
}

TEST_CASE("a policy without a limit waits as long as it is asked to") {
  constexpr auto most = std::chrono::milliseconds::max();
  constexpr RetryPolicy boundless{.initial_backoff = most, .max_backoff = most, .max_retry_after = most};
  static_assert(boundless.valid());
  static_assert(boundless.backoff(1, 0.0) == RetryPolicy::max_wait);
  static_assert(boundless.backoff(1'000'000, 0.999) == RetryPolicy::max_wait);
  constexpr auto wait_of = [=](HeadersView headers) {
    RetryMachine exchange(Repeat::safe, boundless, never);
    static_cast<void>(exchange.start(at(0s)));
    return exchange.arrived(status(429, headers), at(0s));
  };
  static_assert(waits(wait_of("Retry-After: 3\n"), 3s));
  static_assert(waits(wait_of({}), RetryPolicy::max_wait));
}

TEST_CASE("nothing is sent after the deadline, and no wait is begun that would pass it") {
  constexpr auto late = [] {
    RetryMachine exchange(Repeat::once, RetryPolicy{}, RetryMachine::TimePoint(1s));
    return exchange.start(at(1s));
  };
  static_assert(ends(late(), Done::By::deadline, Outcome::not_run));
  constexpr auto too_long = [] {
    RetryMachine exchange(Repeat::safe, RetryPolicy{}, RetryMachine::TimePoint(1s));
    static_cast<void>(exchange.start(at(0s)));
    return exchange.arrived(status(503, retry_after_2), at(100ms));
  };
  static_assert(ends(too_long(), failure, Outcome::not_run));
}

TEST_CASE("a stop is noticed before each request and wait, and tells what may have run") {
  constexpr auto stopped = [](bool before_wait) {
    RetryMachine exchange(Repeat::idempotent, RetryPolicy{}, never);
    static_cast<void>(exchange.start(at(0s)));
    Moment moment = at(0s);
    moment.stopped = before_wait;
    const Action action = exchange.arrived(lost(Delivery::perhaps_sent), moment);
    if (before_wait) return action;
    moment.stopped = true;
    return exchange.resumed(moment);
  };
  static_assert(ends(stopped(true), Done::By::cancelled, Outcome::unknown));
  static_assert(ends(stopped(false), Done::By::cancelled, Outcome::unknown));
}

TEST_CASE("Retry-After: nonsense is no wait and never throws") {
  for (const auto* text : {"", " ", "-1", "1.", ".5", "1.5.2", "0x10", "1e3", "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun Nov  6 08:49:37 1994 x",
                           "Sun, 6 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_retry_after(text, {}).has_value());
  }
  CHECK(parse_retry_after("99999999999999999999999999", {}) == std::chrono::hours(24 * 365));
}

TEST_CASE("an invalid policy is recognised") {
  CHECK(RetryPolicy{}.valid());
  CHECK_FALSE(RetryPolicy{.max_attempts = 0}.valid());
  CHECK_FALSE(RetryPolicy{.initial_backoff = -1ms}.valid());
  CHECK_FALSE(RetryPolicy{.jitter = 1.5}.valid());
}

TEST_CASE("nothing is sent while the others' pace holds it back, and the deadline counts") {
  constexpr auto held = [](std::chrono::nanoseconds hold, RetryMachine::TimePoint deadline) {
    RetryMachine exchange(Repeat::once, RetryPolicy{}, deadline);
    Moment moment = at(1s);
    moment.not_before = at(hold).now;
    return exchange.start(moment);
  };
  static_assert(waits(held(3s, never), 2s));
  static_assert(sends(held(1s, never), 1));
  static_assert(waits(held(3s, RetryMachine::TimePoint(4s)), 2s));
  static_assert(ends(held(3s, RetryMachine::TimePoint(3s)), Done::By::deadline, Outcome::not_run));
}

TEST_CASE("a wait for the others is no attempt, and another may follow") {
  constexpr auto run = [] {
    RetryMachine exchange(Repeat::once, RetryPolicy{}, never);
    Moment moment = at(0s);
    moment.not_before = at(2s).now;
    bool right = waits(exchange.start(moment), 2s);
    moment = at(2s);
    moment.not_before = at(5s).now;
    right = right && waits(exchange.resumed(moment), 3s) && exchange.attempts() == 0;
    right = right && sends(exchange.resumed(at(5s)), 1);
    return right && ends(exchange.arrived(answer(AnswerClass::data), at(6s)), Done::By::success, Outcome::ran);
  };
  static_assert(run());
}

TEST_CASE("a stop ends a wait for the others") {
  constexpr auto stopped = [] {
    RetryMachine exchange(Repeat::once, RetryPolicy{}, never);
    Moment moment = at(0s);
    moment.not_before = at(2s).now;
    static_cast<void>(exchange.start(moment));
    moment.stopped = true;
    return exchange.resumed(moment);
  };
  static_assert(ends(stopped(), Done::By::cancelled, Outcome::not_run));
}
