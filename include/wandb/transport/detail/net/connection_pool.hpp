// The idle connections of a blocking transport.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <utility>

#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/idle_list.hpp>
#include <wandb/transport/detail/net/connection.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Keeps idle connections for the next requests. Thread-safe. It checks and closes connections only after it has
/// released its mutex.
class ConnectionPool {
 public:
  using Pointer = IdleList<Connection>::Pointer;

  ConnectionPool(std::size_t max_per_origin, std::chrono::nanoseconds idle_timeout)
      : max_per_origin_(max_per_origin), idle_(idle_timeout) {}

  /// A healthy connection to `origin`, or null.
  [[nodiscard]] Pointer take(const Origin& origin) {
    for (;;) {
      auto candidate = take_any(origin);
      if (candidate == nullptr || candidate->healthy()) return candidate;
    }
  }

  /// Keeps a connection for the next request, or closes it if the origin has the maximum of idle connections.
  void put(Pointer connection) {
    Closing closing;
    const std::lock_guard guard(mutex_);
    const auto now = std::chrono::steady_clock::now();
    idle_.expire(now, closing);
    const auto& peer = connection->peer();
    if (idle_.count({peer.tls, peer.host, peer.port}) < max_per_origin_) idle_.put(std::move(connection), now);
    else closing.push_back(std::move(connection));
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard guard(mutex_);
    return idle_.size();
  }
  void clear() {
    Closing closing;
    const std::lock_guard guard(mutex_);
    idle_.clear(closing);
  }
  /// Closes the idle connections to `origin`.
  void clear(const Origin& origin) {
    Closing closing;
    const std::lock_guard guard(mutex_);
    idle_.clear(origin, closing);
  }

 private:
  using Closing = IdleList<Connection>::Closing;

  [[nodiscard]] Pointer take_any(const Origin& origin) {
    Closing closing;
    const std::lock_guard guard(mutex_);
    if (idle_.size() == 0) return nullptr;
    idle_.expire(std::chrono::steady_clock::now(), closing);
    return idle_.take(origin);
  }

  std::size_t max_per_origin_;
  mutable std::mutex mutex_;
  IdleList<Connection> idle_;
};

}  // namespace wandb::detail
