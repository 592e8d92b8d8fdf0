// Whether this machine has IPv6. Containers often have not.
#pragma once

#include <exception>

#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

/// Whether a server can listen at the loopback address of IPv6.
[[nodiscard]] inline bool has_ipv6() {
  try {
    const LoopbackServer probe([](const Request&) { return Response(); }, {.address = "::1"});
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace wandb::testing::detail
