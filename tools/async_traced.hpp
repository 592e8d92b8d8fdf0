// The transport of `wandb-users provision`, which prints its waits, and its requests if that is wanted.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <wandb/transport/async_beast.hpp>

#include "traced.hpp"

/// An `AsyncBeastTransport` whose waits are printed, and its requests if it is `verbose`.
class AsyncTraced {
 public:
  template <class T>
  using task = boost::asio::awaitable<T>;

  AsyncTraced(wandb::AsyncBeastTransport inner, bool verbose)
      : inner_(std::move(inner)), verbose_(verbose), waits_(std::make_shared<Waits>(verbose)) {}

  [[nodiscard]] task<wandb::Result<wandb::Response>> send(const wandb::Request& request) const {
    return traced(inner_, request, verbose_, waits_);
  }
  [[nodiscard]] task<void> wait(std::chrono::nanoseconds duration) const {
    waits_->begins(duration);
    return inner_.wait(duration);
  }
  [[nodiscard]] task<wandb::Result<void>> wait(std::chrono::nanoseconds duration, wandb::StopToken stop) const {
    waits_->begins(duration);
    return inner_.wait(duration, std::move(stop));
  }
  void spawn(task<void> work) const { inner_.spawn(std::move(work)); }
  template <class R>
  [[nodiscard]] task<R> shield(task<R> call) const {
    return inner_.shield(std::move(call));
  }
  [[nodiscard]] auto make_event() const { return inner_.make_event(); }
  [[nodiscard]] wandb::Settings settings(const wandb::Origin& server) const { return inner_.settings(server); }

 private:
  [[nodiscard]] static task<wandb::Result<wandb::Response>> traced(wandb::AsyncBeastTransport inner,
                                                                   const wandb::Request& request, bool verbose,
                                                                   std::shared_ptr<Waits> waits) {
    std::optional<Trace> trace;
    if (verbose) trace.emplace(request);
    auto result = co_await inner.send(request);
    if (trace) trace->ended(result);
    waits->answered(result);
    co_return result;
  }

  wandb::AsyncBeastTransport inner_;
  bool verbose_;
  std::shared_ptr<Waits> waits_;
};
