// Helpers for the tests of the conformance suite: transports that make one mistake.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/result.hpp>
#include <wandb/testing/conformance.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/beast.hpp>

namespace conformance_test {

using Answer = wandb::Result<wandb::Response>;
using Mistake = std::function<Answer(const wandb::BeastTransport&, const wandb::Request&)>;

/// A correct transport, before which a function does something wrong.
struct Wrong {
  wandb::BeastTransport inner;
  Mistake mistake;
  [[nodiscard]] Answer send(const wandb::Request& request) const { return mistake(inner, request); }
};

[[nodiscard]] inline std::string text(const std::vector<wandb::testing::Complaint>& complaints) {
  std::ostringstream out;
  for (const auto& complaint : complaints) out << complaint << '\n';
  return out.str();
}

[[nodiscard]] inline wandb::BeastTransport beast(const wandb::testing::Surroundings& surroundings) {
  return wandb::BeastTransport({.ca_file = surroundings.ca_pem});
}

/// Checks that a transport with this mistake breaks the rule, and that a complaint says so in these words.
inline void check_caught(std::string_view rule, std::string_view words, const Mistake& mistake) {
  CAPTURE(rule);
  const auto complaints = wandb::testing::conformance(
      [&](const wandb::testing::Surroundings& around) {
        return Wrong{beast(around), mistake};
      },
      {.only = rule});
  CHECK_FALSE(complaints.empty());
  CAPTURE(text(complaints));
  CHECK(std::any_of(complaints.begin(), complaints.end(), [&](const wandb::testing::Complaint& complaint) {
    return complaint.rule == rule && complaint.what.find(words) != std::string::npos;
  }));
}

}  // namespace conformance_test
