// Tests that the transport over libcurl needs what its comment says: without that option libcurl sends twice.
#include <curl/curl.h>
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include <wandb/testing/conformance.hpp>

// The same source, in which another option stands in the place of the one that keeps no connection.
#define CURLOPT_FORBID_REUSE CURLOPT_TCP_KEEPALIVE
#define CurlTransport NaiveCurlTransport
#include "../../examples/libcurl_transport.hpp"

TEST_CASE("a transport over libcurl that keeps its connections sends requests twice, and is caught") {
  using wandb::testing::Surroundings;
  for (const auto* rule : {"sends once if the connection is closed", "sends once if the connection is reset"}) {
    CAPTURE(rule);
    std::ostringstream complaints;
    for (const auto& complaint : wandb::testing::conformance(
             [](const Surroundings& around) { return NaiveCurlTransport{.ca_file = around.ca_file}; }, {.only = rule}))
      complaints << complaint << '\n';
    CHECK(complaints.str().find("The server got 2 requests of one send.") != std::string::npos);
  }
}
