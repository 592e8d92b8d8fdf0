// Connections that wait for their next request.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <wandb/transport.hpp>
#include <wandb/transport/detail/net/connection.hpp>

namespace wandb::detail {

/// Idle connections, the one used last first. Thread-safe; closes nothing while it holds its lock.
class ConnectionPool {
 public:
  using Pointer = std::unique_ptr<Connection>;

  ConnectionPool(std::size_t most_per_origin, std::chrono::nanoseconds idle_timeout)
      : most_per_origin_(most_per_origin), idle_timeout_(idle_timeout) {}

  /// A connection to that origin that is still good, or null.
  [[nodiscard]] Pointer take(const Origin& origin) {
    for (;;) {
      auto candidate = take_any(origin);
      if (candidate == nullptr || candidate->healthy()) return candidate;
    }
  }

  /// Keeps a connection for the next request, or closes it where there are enough.
  void put(Pointer connection) {
    std::vector<Pointer> closing;
    const std::lock_guard guard(mutex_);
    const auto now = std::chrono::steady_clock::now();
    connection->set_idle(now);
    expire(now, closing);
    const auto& peer = connection->peer();
    const auto same = std::count_if(idle_.begin(), idle_.end(), [&](const Pointer& other) {
      return other->peer().serves({peer.tls, peer.host, peer.port});
    });
    auto& target = static_cast<std::size_t>(same) < most_per_origin_ ? idle_ : closing;
    target.push_back(std::move(connection));
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard guard(mutex_);
    return idle_.size();
  }
  void clear() {
    std::vector<Pointer> closing;
    const std::lock_guard guard(mutex_);
    closing.swap(idle_);
  }
  /// Closes those to that origin.
  void clear(const Origin& origin) {
    std::vector<Pointer> closing;
    const std::lock_guard guard(mutex_);
    for (auto& connection : idle_) {
      if (connection->peer().serves(origin)) closing.push_back(std::move(connection));
    }
    std::erase(idle_, nullptr);
  }

 private:
  [[nodiscard]] Pointer take_any(const Origin& origin) {
    std::vector<Pointer> closing;
    const std::lock_guard guard(mutex_);
    if (idle_.empty()) return nullptr;
    expire(std::chrono::steady_clock::now(), closing);
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                    [&](const Pointer& connection) { return connection->peer().serves(origin); });
    if (found == idle_.rend()) return nullptr;
    auto connection = std::move(*found);
    idle_.erase(std::next(found).base());
    return connection;
  }

  // Moves what has been idle for too long to `closing`, whose owner declared it before the lock. The oldest stand
  // first.
  void expire(std::chrono::steady_clock::time_point now, std::vector<Pointer>& closing) {
    const auto young = std::find_if(idle_.begin(), idle_.end(), [&](const Pointer& connection) {
      return now - connection->idle_since() < idle_timeout_;
    });
    std::move(idle_.begin(), young, std::back_inserter(closing));
    idle_.erase(idle_.begin(), young);
  }

  std::size_t most_per_origin_;
  std::chrono::nanoseconds idle_timeout_;
  mutable std::mutex mutex_;
  std::vector<Pointer> idle_;
};

}  // namespace wandb::detail
