// The rules of the conformance suite about deadlines and stops.
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>

#include <wandb/error.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/detail/conformance_server.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

inline void gives_up_on_silence(Bench& bench) {
  auto& server = bench.serve();
  server.loopback().inject({.stall_after = 0});
  const auto result = bench.send(server, "{}", short_deadline);
  bench.check_timed_out(result, "the server never answered");
  if (!result)
    bench.check_delivery(result.error(), {Delivery::perhaps_sent}, "the server got the request, and no answer began");
}

inline void gives_up_within_an_answer(Bench& bench) {
  auto& server = bench.serve();
  server.loopback().inject({.stall_after = 45});
  const auto result = bench.send(server, "a body that never comes to its end", short_deadline);
  bench.check_timed_out(result, "the answer never ended");
  if (!result) bench.check_delivery(result.error(), {Delivery::perhaps_sent, Delivery::answered}, "an answer began");
}

inline void gives_up_on_a_slow_answer(Bench& bench) {
  auto& server = bench.serve();
  for (const bool header : {true, false}) {
    // Each byte comes soon after the one before it, and the whole takes many seconds.
    Response response;
    response.status = 200;
    if (header) response.headers.add("X-Long", std::string(400, 'x'));
    else response.body.assign(400, 'x');
    server.answer(response);
    server.loopback().inject({.piece = 1, .pause = 20ms});
    const auto result = bench.send(server, "{}", short_deadline);
    bench.check_timed_out(result, std::string("the ") + (header ? "header" : "body") +
                                      " of the answer came a byte at a time, and was not complete at the deadline");
  }
}

inline void gives_up_before_a_late_answer(Bench& bench) {
  auto& server = bench.serve();
  server.loopback().inject({.delay = 1000ms});
  bench.check_timed_out(bench.send(server, "{}", short_deadline), "the answer came long after the deadline");
}

inline void gives_up_while_sending(Bench& bench) {
  auto& server = bench.serve();
  server.loopback().inject({.stall_on_accept = true});
  // The system's buffers take a part of it, and the server reads none of the rest.
  const auto result = bench.send(server, std::string(std::size_t{16} << 20, 'x'), short_deadline);
  bench.check_timed_out(result, "the server never read the request");
  if (!result) bench.check_delivery(result.error(), {Delivery::perhaps_sent}, "a part of the request was sent");
}

inline void sends_nothing_after_the_deadline(Bench& bench) {
  auto& server = bench.serve();
  bench.check_timed_out(bench.send(server, "{}", -1ms), "its deadline had passed before it was called");
  bench.require(server.loopback().requests() == 0, "A request was sent after its deadline.");
}

#if defined(__cpp_lib_jthread)
inline void check_stopped(Bench& bench, const Result<Response>& result) {
  if (bench.is_error(result, "a stop was requested before the server answered"))
    bench.require(result.error() == condition::cancelled,
                  "A stop was requested, but the error is none of `condition::cancelled`: " + result.error().message());
}

inline void obeys_a_stop(Bench& bench) {
  auto& server = bench.serve();
  server.loopback().inject({.stall_after = 0});
  std::stop_source source;
  std::thread stopper([&] {
    std::this_thread::sleep_for(200ms);
    source.request_stop();
  });
  const auto began = Bench::Clock::now();
  // A transport that does not obey reaches this deadline.
  const auto result = bench.send(server, "{}", 200ms + grace + short_deadline, source.get_token());
  const auto took = Bench::Clock::now() - began;
  stopper.join();
  check_stopped(bench, result);
  bench.require(took < 200ms + grace, "send did not return soon after a stop was requested.");
}

inline void sends_nothing_after_a_stop(Bench& bench) {
  auto& server = bench.serve();
  std::stop_source source;
  source.request_stop();
  check_stopped(bench, bench.send(server, "{}", patience, source.get_token()));
  bench.require(server.loopback().requests() == 0, "A request was sent after its stop.");
}
#endif

}  // namespace wandb::inline WANDB_ABI::testing::detail
