// Tests that the transport over libcurl keeps every rule of transports.
#include <doctest/doctest.h>

#include <sstream>

#include <wandb/testing/conformance.hpp>

#include "../../examples/libcurl_transport.hpp"

TEST_CASE("the transport over libcurl keeps every rule of transports") {
  using wandb::testing::Surroundings;
  std::ostringstream complaints;
  for (const auto& complaint :
       wandb::testing::conformance([](const Surroundings& around) { return CurlTransport{.ca_file = around.ca_file}; }))
    complaints << complaint << '\n';
  CHECK(complaints.str() == "");
}
