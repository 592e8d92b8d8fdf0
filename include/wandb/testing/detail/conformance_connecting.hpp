// The rules of the conformance suite about making a connection.
#pragma once

#include <memory>
#include <string>

#include <wandb/error.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/detail/conformance_limits.hpp>
#include <wandb/testing/detail/conformance_server.hpp>
#include <wandb/testing/detail/has_ipv6.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

inline void says_that_a_port_refused(Bench& bench) {
  auto server = std::make_unique<CountingServer>();
  auto request = bench.request(*server, "{}");
  server.reset();
  for (const bool exchange : {false, true}) {
    if (exchange) request.target = "/oidc/token", request.body = "assertion=conformance-suite-secret";
    const auto result = bench.send(request);
    if (!bench.is_error(result, "no server listens")) continue;
    bench.check_delivery(result.error(), {Delivery::nothing_sent},
                         "without a connection nothing can have been sent. Only with `nothing_sent` can the library "
                         "send a mutation again");
  }
}

inline void says_that_a_name_is_unknown(Bench& bench) {
  auto& server = bench.serve();
  // No resolver has to ask for it: a label has at most 63 characters.
  const auto name = std::string(64, 'x') + ".invalid";
  auto request = bench.request(server, "{}");
  request.origin.host = request.host = name;
  const auto result = bench.send(request);
  if (bench.is_error(result, "the server's name does not exist"))
    bench.check_delivery(result.error(), {Delivery::nothing_sent}, "the server's name does not exist");
}

inline void reaches_an_ipv6_address(Bench& bench) {
  if (!has_ipv6()) return;
  auto& server = bench.serve({.address = "::1"});
  if (!bench.is_response(bench.send(server), "the answer of a server at an IPv6 address")) return;
  const auto url = server.loopback().base_url();
  bench.require(url == "http://" + server.seen().host,
                "The server at " + url + " got the Host header " + server.seen().host + ".");
}

/// Calls `check` with a request to a port at which connecting does not come to an end.
template <class Check>
void check_connecting(Bench& bench, Check check) {
  const auto& listener = bench.listen_in_vain();
  if (!listener.full()) {
    bench.complain(
        "This was not checked, since the queue of a listener is never full on this system. Leave it out with "
        "`{.connecting = false}`.");
    return;
  }
  auto request = bench.request(bench.serve(), "{}");
  const auto host = "127.0.0.1:" + std::to_string(listener.port());
  request.host = host;
  request.origin.port = listener.port();
  check(request);
}

inline void gives_up_while_connecting(Bench& bench) {
  check_connecting(bench, [&](Request& request) {
    request.deadline = Bench::Clock::now() + short_deadline;
    const auto result = bench.send(request);
    bench.check_timed_out(result, "nobody accepted the connection");
    if (!result) bench.check_delivery(result.error(), {Delivery::nothing_sent}, "nobody accepted the connection");
  });
}

#if defined(__cpp_lib_jthread)
inline void obeys_a_stop_while_connecting(Bench& bench) {
  check_connecting(bench, [&](const Request& request) {
    check_stop(bench, request, {Delivery::nothing_sent}, "nobody accepted the connection");
  });
}
#endif

}  // namespace wandb::testing::detail
