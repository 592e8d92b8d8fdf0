// The transport of `wandb-users provision`, which prints its requests if that is wanted.
#pragma once

#include <chrono>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <wandb/transport/async_beast.hpp>

#include "traced.hpp"

/// An `AsyncBeastTransport` whose requests are printed if it is `verbose`.
class AsyncTraced {
 public:
  template <class T>
  using task = boost::asio::awaitable<T>;

  AsyncTraced(wandb::AsyncBeastTransport inner, bool verbose) : inner_(std::move(inner)), verbose_(verbose) {}

  [[nodiscard]] task<wandb::Result<wandb::Response>> send(const wandb::Request& request) const {
    return verbose_ ? traced(inner_, request) : inner_.send(request);
  }
  [[nodiscard]] task<void> wait(std::chrono::nanoseconds duration) const { return inner_.wait(duration); }
  [[nodiscard]] task<wandb::Result<void>> wait(std::chrono::nanoseconds duration, wandb::StopToken stop) const {
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
                                                                   const wandb::Request& request) {
    const Trace trace(request);
    auto result = co_await inner.send(request);
    trace.ended(result);
    co_return result;
  }

  wandb::AsyncBeastTransport inner_;
  bool verbose_;
};
