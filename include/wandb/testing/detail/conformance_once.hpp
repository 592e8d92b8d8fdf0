// The rules of the conformance suite about sending at most once.
#pragma once

#include <string>
#include <string_view>
#include <thread>

#include <wandb/error.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

inline void follows_no_redirect(Bench& bench) {
  auto& server = bench.serve();
  auto& second = bench.serve();
  for (const int status : {301, 302, 303, 307, 308}) {
    Response response;
    response.status = status;
    response.headers.add("Location", second.loopback().base_url() + "/graphql");
    server.answer(response);
    const auto result = bench.send(server);
    if (!bench.is_response(result, "a redirect")) continue;
    bench.require(result->status == status,
                  "A redirect with the status " + std::to_string(status) + " was not returned as it came.");
  }
  bench.require(second.loopback().connections() == 0,
                "The transport followed a redirect to another server. It would get the user's credentials.");
}

/// Sends on a connection that has carried a request already, if the transport keeps connections, and on a new one.
/// `handled` is whether the server's program runs before the fault.
inline void dies(Bench& bench, const Fault& fault, bool handled, std::string_view how) {
  for (const bool kept : {true, false}) {
    auto& server = bench.serve();
    if (kept && !bench.is_response(bench.send(server))) return;
    server.loopback().inject(fault);
    const auto before = server.loopback().requests();
    const auto result = bench.send(server, "the request that is lost");
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

}  // namespace wandb::inline WANDB_ABI::testing::detail
