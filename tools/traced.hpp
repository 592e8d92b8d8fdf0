// Transports that print each request and how it ended, and each wait, on standard error.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
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

/// Prints the waits between requests: with `verbose` all of them, otherwise only long ones, for somebody at a terminal
/// who would see nothing happen.
class Waits {
 public:
  explicit Waits(bool verbose);
  /// Remembers the answer that may be the reason for the next wait.
  void answered(const wandb::Result<wandb::Response>& result);
  void begins(std::chrono::nanoseconds duration);

 private:
  bool verbose_;
  bool terminal_;
  std::string reason_;
  std::chrono::steady_clock::time_point told_until_{};  // concurrent waits are told once
};

/// Prints the waits of another transport, and its requests if it is `verbose`.
class Traced {
 public:
  Traced(wandb::AnyTransport inner, bool verbose)
      : inner_(std::move(inner)), verbose_(verbose), waits_(std::make_shared<Waits>(verbose)) {}

  [[nodiscard]] wandb::Result<wandb::Response> send(const wandb::Request& request) const {
    std::optional<Trace> trace;
    if (verbose_) trace.emplace(request);
    auto result = inner_.send(request);
    if (trace) trace->ended(result);
    waits_->answered(result);
    return result;
  }
  void wait(std::chrono::nanoseconds duration, const wandb::StopToken& stop) const {
    waits_->begins(duration);
    inner_.wait(duration, stop);
  }
  [[nodiscard]] wandb::Settings settings(const wandb::Origin& server) const { return inner_.settings(server); }

 private:
  wandb::AnyTransport inner_;
  bool verbose_;
  std::shared_ptr<Waits> waits_;
};
