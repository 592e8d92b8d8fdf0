// An environment for a test: environment variables and a home directory.
#pragma once

#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <string_view>

#include <wandb/detail/text/base64.hpp>
#include <wandb/wandb.hpp>

#include "../temporary_directory.hpp"
#include "../variables.hpp"

/// Sets environment variables and a home directory, which is deleted afterwards.
struct Machine {
  EnvironmentVariables variables;
  TemporaryDirectory directory;
  std::filesystem::path home = directory.path();
  Machine() { variables["HOME"] = home.string(); }
  void write(const std::string& name, std::string_view text) const { directory.put(name, text); }
  [[nodiscard]] wandb::Environment environment() const { return environment_of(variables); }
};

/// Returns the header `Authorization` for a key.
[[nodiscard]] inline std::string basic(const std::string& key) {
  return std::string(wandb::detail::basic_authorization(key));
}

/// Stores the request, and answers nothing.
struct Sniffer {
  std::string* authorization;
  std::string* host;
  wandb::Result<wandb::Response> send(const wandb::Request& request) const {
    for (const auto& header : request.headers) {
      if (header.name == "Authorization") *authorization = std::string(header.value);
    }
    *host = std::string(request.host) + " " + std::string(request.origin.host);
    return wandb::Error(wandb::errc::cancelled, wandb::Delivery::nothing_sent);
  }
};

/// What a client on such a machine sends, or why it cannot.
struct Sent {
  std::string key;     // the key in the header `Authorization`, or the reason of the status instead
  std::string host;    // the header `Host`, and the origin's host
  wandb::Error fault;  // the error of the status
};

[[nodiscard]] inline Sent sent_on(const Machine& machine, const wandb::Options& options = {}) {
  Sent sent;
  const wandb::Api api(Sniffer{&sent.key, &sent.host}, options, machine.environment());
  if (const auto status = api.status(); !status) {
    sent.fault = status.error();
    sent.key = sent.fault.reason();
    return sent;
  }
  static_cast<void>(api.viewer());
  return sent;
}
