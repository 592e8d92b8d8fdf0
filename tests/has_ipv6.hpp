// Whether this machine has IPv6. Containers often have not.
#pragma once

#include <exception>

#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

/// Whether a server can listen at the loopback address of IPv6.
[[nodiscard]] inline bool has_ipv6() {
  try {
    const wandb::testing::LoopbackServer probe([](const wandb::Request&) { return wandb::Response(); },
                                               {.address = "::1"});
    return true;
  } catch (const std::exception&) {
    return false;
  }
}
