// The rules of the conformance suite about making a connection.
#pragma once

#include <memory>

#include <wandb/error.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/detail/conformance_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

inline void says_that_a_port_refused(Bench& bench) {
  auto server = std::make_unique<CountingServer>();
  const auto request = bench.request(*server, "{}");
  server.reset();
  const auto result = bench.send(request);
  if (!bench.is_error(result, "no server listens")) return;
  bench.check_delivery(
      result.error(), {Delivery::nothing_sent},
      "without a connection nothing can have been sent. Only with `nothing_sent` can the library send a "
      "mutation again");
}

}  // namespace wandb::inline WANDB_ABI::testing::detail
