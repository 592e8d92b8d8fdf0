// Transports that print each request and how it ended on standard error.
#pragma once

#include <chrono>
#include <utility>

#include <wandb/any_transport.hpp>
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>

/// Prints one request: when it is sent, and how it ended. Nothing of its headers and bodies is printed, since they may
/// contain secrets.
class Trace {
 public:
  explicit Trace(const wandb::Request& request);
  void ended(const wandb::Result<wandb::Response>& result) const;

 private:
  const wandb::Request& request_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// Prints the requests of another transport.
class Traced {
 public:
  explicit Traced(wandb::AnyTransport inner) : inner_(std::move(inner)) {}

  [[nodiscard]] wandb::Result<wandb::Response> send(const wandb::Request& request) const {
    const Trace trace(request);
    auto result = inner_.send(request);
    trace.ended(result);
    return result;
  }
  void wait(std::chrono::nanoseconds duration, const wandb::StopToken& stop) const { inner_.wait(duration, stop); }
  [[nodiscard]] wandb::Settings settings(const wandb::Origin& server) const { return inner_.settings(server); }

 private:
  wandb::AnyTransport inner_;
};
