// The rules of the conformance suite about sending at most once, and about whose answer is whose.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>

#include <wandb/error.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/detail/conformance_limits.hpp>
#include <wandb/testing/detail/conformance_server.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

inline void follows_no_redirect(Bench& bench) {
  auto& server = bench.serve();
  auto& second = bench.serve();
  const auto& here = server.loopback();
  for (const auto& location : {second.loopback().base_url() + "/graphql", here.base_url() + "/elsewhere",
                               std::string("/elsewhere"), std::string("elsewhere")}) {
    for (const int status : {301, 302, 303, 307, 308}) {
      Response response;
      response.status = status;
      response.headers.add("Location", location);
      server.answer(response);
      const auto result = bench.send(server);
      if (!bench.is_response(result, "a redirect to " + location)) continue;
      bench.require(result->status == status, "A redirect with the status " + std::to_string(status) + " to " +
                                                  location + " was not returned as it came.");
    }
  }
  bench.require(second.loopback().connections() == 0,
                "The transport followed a redirect to another server. It would get the user's credentials.");
}

/// Each of these asks some clients to send the request again.
inline void sends_once_whatever_the_status(Bench& bench) {
  auto& server = bench.serve();
  for (const int status : {401, 408, 421, 425, 429, 500, 502, 503, 504}) {
    Response response;
    response.status = status;
    if (status == 401) response.headers.add("WWW-Authenticate", "Basic realm=\"conformance\"");
    else response.headers.add("Retry-After", "0");
    server.answer(response);
    const auto result = bench.send(server);
    if (!bench.is_response(result, "an answer with the status " + std::to_string(status))) continue;
    bench.require(result->status == status,
                  "An answer with the status " + std::to_string(status) + " was not returned as it came.");
  }
}

/// Sends on a connection that has carried a request already, if the transport keeps connections, and on a new one.
/// `handled` is whether the server's program runs before the fault.
inline void dies(Bench& bench, const Fault& fault, bool handled, std::string_view how,
                 std::string_view body = "the request that is lost") {
  for (const bool kept : {true, false}) {
    auto& server = bench.serve();
    if (kept && !bench.is_response(bench.send(server))) return;
    server.loopback().inject(fault);
    const auto before = server.loopback().requests();
    const auto result = bench.send(server, body);
    const auto came = server.loopback().requests() - before;
    const auto why = std::string(kept ? "a kept" : "a new") + " connection was " + std::string(how);
    if (!bench.is_error(result, why + ", so that only a second request can have been answered")) continue;
    bench.require(came <= (handled ? 1U : 0U), "After " + why + " the transport sent the request again.");
    bench.check_delivery(result.error(), {Delivery::perhaps_sent},
                         "the server had begun to read the request and has not answered, since " + why);
  }
}

inline void sends_once_if_closed(Bench& bench) {
  dies(bench, {.close_before_reading = true}, false, "closed before the server read the whole request");
  dies(bench, {.close_after_reading = true}, false, "closed after the server read the request");
  dies(bench, {.close_after = 0}, true, "closed before the server answered");
}

inline void sends_once_if_reset(Bench& bench) {
  dies(bench, {.close_after_reading = true, .reset = true}, false, "reset after the server read the request");
  dies(bench, {.close_after = 0, .reset = true}, true, "reset before the server answered");
}

inline void sends_once_if_reset_while_sending(Bench& bench) {
  // More than the systems' buffers hold, so that a write fails.
  dies(bench, {.close_before_reading = true, .reset = true}, false, "reset while the request was sent",
       std::string(std::size_t{16} << 20, 'x'));
}

inline void sends_once_if_dropped_while_idle(Bench& bench) {
  auto& server = bench.serve();
  for (int i = 0; i != 4; ++i) {
    static_cast<void>(bench.is_response(bench.send(server)));
    server.loopback().drop_connections();
    if (i % 2 == 0) std::this_thread::sleep_for(20ms);
    const auto result = bench.send(server);
    if (!result)
      bench.check_delivery(result.error(), {Delivery::nothing_sent, Delivery::perhaps_sent},
                           "no answer to this request has begun");
  }
}

/// Checks that the requests after one whose answer was not read to its end get their own answers. `late` is how long
/// the server takes for the rest of that answer.
inline void check_next_answers(Bench& bench, CountingServer& server, std::string_view after,
                               std::chrono::milliseconds late = {}) {
  for (const std::string_view body : {"the next request", "the one after it"}) {
    const auto result = bench.send(server, body);
    if (bench.is_response(result, "the answer to a request after " + std::string(after))) {
      bench.require(std::string_view(result->body) == body,
                    "After " + std::string(after) +
                        ", send returned the answer to another request. It may be that of another user.");
    }
    std::this_thread::sleep_for(late);
  }
}

inline void keeps_answers_apart_after_a_deadline(Bench& bench) {
  auto& server = bench.serve();
  static_cast<void>(bench.is_response(bench.send(server)));
  server.loopback().inject({.delay = 250ms});
  bench.check_timed_out(bench.send(server, "too late", 100ms), "the answer came after the deadline");
  check_next_answers(bench, server, "a deadline", 200ms);
  server.loopback().inject({.piece = 30, .pause = 20ms});
  bench.check_timed_out(bench.send(server, std::string(400, 'x'), 100ms), "the answer's end came after the deadline");
  check_next_answers(bench, server, "a deadline within an answer");
}

#if defined(__cpp_lib_jthread)
inline void keeps_answers_apart_after_a_stop(Bench& bench) {
  auto& server = bench.serve();
  const auto stopped = [&](const Fault& fault, const std::string& body) {
    server.loopback().inject(fault);
    const StopSoon stop;
    bench.check_stopped(bench.send(server, body, patience, stop.token()),
                        "a stop was requested before the answer came to its end");
  };
  static_cast<void>(bench.is_response(bench.send(server)));
  stopped({.delay = 1500ms}, "too late");
  check_next_answers(bench, server, "a stop");
  stopped({.piece = 10, .pause = 20ms}, std::string(1000, 'x'));
  check_next_answers(bench, server, "a stop within an answer");
}
#endif

inline void keeps_answers_apart_after_a_cut(Bench& bench) {
  auto& server = bench.serve();
  for (const bool reset : {false, true}) {
    static_cast<void>(bench.is_response(bench.send(server)));
    server.loopback().inject({.close_after = 60, .reset = reset});
    static_cast<void>(bench.is_error(bench.send(server, std::string(400, 'x')), "the answer was cut"));
    check_next_answers(bench, server, "an answer that was cut");
  }
}

}  // namespace wandb::testing::detail
