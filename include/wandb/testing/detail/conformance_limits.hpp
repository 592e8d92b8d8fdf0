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
  server.loopback().inject({.stall_after = 200});
  const auto body = "a-new-key-in-an-answer, and more that never comes to its end: " + std::string(1000, 'x');
  const auto result = bench.send(server, body, short_deadline);
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
  server.loopback().inject({.read_nothing = true});
  // The systems' buffers hold a part of it only.
  const auto result = bench.send(server, std::string(std::size_t{16} << 20, 'x'), short_deadline);
  bench.check_timed_out(result, "the server never read the request");
  if (!result) bench.check_delivery(result.error(), {Delivery::perhaps_sent}, "a part of the request was sent");
}

inline void sends_nothing_after_the_deadline(Bench& bench) {
  auto& server = bench.serve();
  for (const bool kept : {false, true}) {
    if (kept && !bench.is_response(bench.send(server))) return;
    const auto before = server.loopback().requests();
    bench.check_timed_out(bench.send(server, "{}", -1ms), "its deadline had passed before it was called");
    std::this_thread::sleep_for(20ms);  // in which a request that was sent comes
    bench.require(server.loopback().requests() == before, "A request was sent after its deadline.");
  }
}

#if defined(__cpp_lib_jthread)
/// Requests a stop after `stop_after`.
class StopSoon {
 public:
  StopSoon()
      : thread_([this] {
          std::this_thread::sleep_for(stop_after);
          source_.request_stop();
        }) {}
  StopSoon(const StopSoon&) = delete;
  StopSoon& operator=(const StopSoon&) = delete;
  ~StopSoon() { thread_.join(); }
  [[nodiscard]] StopToken token() const noexcept { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::thread thread_;  // The last member, so that the thread starts after the other is initialized.
};

/// Sends a request whose exchange does not end, and requests a stop meanwhile.
inline void check_stop(Bench& bench, Request request, std::initializer_list<Delivery> truth, std::string_view why) {
  const auto began = Bench::Clock::now();
  const StopSoon stop;
  request.stop = stop.token();
  request.deadline = began + stop_after + grace + short_deadline;  // a transport that does not obey reaches it
  const auto result = bench.send(request);
  const auto took = Bench::Clock::now() - began;
  bench.check_stopped(result, "a stop was requested, and " + std::string(why));
  bench.require(took < stop_after + grace, "send did not return soon after a stop was requested.");
  if (!result && took < stop_after + grace) bench.check_delivery(result.error(), truth, why);
}

inline void obeys_a_stop(Bench& bench) {
  auto& server = bench.serve();
  server.loopback().inject({.stall_after = 0});
  check_stop(bench, bench.request(server, "{}"), {Delivery::perhaps_sent},
             "the server got the request, and no answer began");
}

inline void obeys_a_stop_within_an_answer(Bench& bench) {
  auto& server = bench.serve();
  server.loopback().inject({.piece = 1, .pause = 20ms});
  const std::string body(400, 'x');
  check_stop(bench, bench.request(server, body), {Delivery::perhaps_sent, Delivery::answered},
             "an answer came a byte at a time");
}

inline void obeys_a_stop_while_sending(Bench& bench) {
  auto& server = bench.serve();
  server.loopback().inject({.read_nothing = true});
  const std::string body(std::size_t{16} << 20, 'x');
  check_stop(bench, bench.request(server, body), {Delivery::perhaps_sent},
             "a part of the request was sent, which the server did not read");
}

inline void sends_nothing_after_a_stop(Bench& bench) {
  auto& server = bench.serve();
  std::stop_source source;
  source.request_stop();
  for (const bool kept : {false, true}) {
    if (kept && !bench.is_response(bench.send(server))) return;
    const auto before = server.loopback().requests();
    bench.check_stopped(bench.send(server, "{}", patience, source.get_token()), "a stop was requested before the call");
    std::this_thread::sleep_for(20ms);
    bench.require(server.loopback().requests() == before, "A request was sent after its stop.");
  }
}

inline void ends_a_wait_at_a_stop(Bench& bench) {
  const StopSoon stop;
  const auto took = bench.wait(5s, stop.token());
  bench.require(!took || *took < stop_after + grace, "wait did not return soon after a stop was requested.");
}
#endif

}  // namespace wandb::testing::detail
