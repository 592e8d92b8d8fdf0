// Tests that the transport with a coroutine type of its own keeps every rule of transports.
#include <doctest/doctest.h>

#include <sstream>

#include <wandb/testing/conformance.hpp>

#include "../../examples/own_task_transport.hpp"

TEST_CASE("the transport with a coroutine type of its own keeps every rule of transports") {
  using wandb::testing::Surroundings;
  std::ostringstream complaints;
  for (const auto& complaint : wandb::testing::conformance(
           [](const Surroundings& around) { return OwnTransport{wandb::BeastTransport({.ca_file = around.ca_file})}; },
           [](auto task) { return task.run(); }))
    complaints << complaint << '\n';
  CHECK(complaints.str() == "");
}
