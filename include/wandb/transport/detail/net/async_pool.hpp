// The connections of an asynchronous transport, with a limit for each origin, and the calls that wait for one.
#pragma once

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/result.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/idle_list.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/detail/net/async_connection.hpp>
#include <wandb/transport/detail/net/interrupt.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Lends connections in the order of the requests. Thread-safe. It closes connections only after it has released its
/// mutex.
class AsyncPool {
 public:
  using Pointer = IdleList<AsyncConnection>::Pointer;

  AsyncPool(AsyncServices& services, std::size_t max_per_origin, std::chrono::nanoseconds idle_timeout)
      : services_(services), max_per_origin_(max_per_origin), idle_timeout_(idle_timeout) {}

 private:
  using Closing = IdleList<AsyncConnection>::Closing;
  struct OriginPool;

 public:
  /// A connection that is lent to one call. The destructor gives it back, also when the coroutine is destroyed.
  class Lease {
   public:
    Lease(AsyncPool& pool, OriginPool& origin_pool, Pointer connection)
        : pool_(&pool), origin_pool_(&origin_pool), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          origin_pool_(other.origin_pool_),
          connection_(std::move(other.connection_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->give_back(*origin_pool_, std::move(connection_));
    }
    /// Replaces the connection with another idle one until it is healthy, or until none is left. The peer may close an
    /// idle connection at any time, so this is called just before the connection is used.
    void replace_unhealthy() {
      while (connection_ != nullptr && !connection_->healthy()) connection_ = pool_->replacement(*origin_pool_);
    }
    /// Closes the idle connections to the same origin.
    void close_others() { pool_->clear(*origin_pool_); }
    /// Whether the connection has still to be opened.
    [[nodiscard]] bool fresh() const noexcept { return connection_ == nullptr; }
    /// The connection. It is created, but not opened, if there is none.
    [[nodiscard]] AsyncConnection& connection(const Origin& origin) {
      if (connection_ == nullptr) connection_ = std::make_unique<AsyncConnection>(pool_->services_, origin);
      return *connection_;
    }

   private:
    AsyncPool* pool_;
    OriginPool* origin_pool_;
    Pointer connection_;
  };

  /// A connection, or the right to open one. Nothing if the call has to wait for it.
  [[nodiscard]] std::optional<Lease> try_take(const Origin& origin) {
    Closing closing;
    Pointer connection;
    OriginPool* origin_pool = nullptr;
    {
      const std::lock_guard guard(mutex_);
      origin_pool = &find_or_add(origin);
      if (!try_grant(*origin_pool, connection, closing)) return std::nullopt;
    }
    std::optional<Lease> lease(std::in_place, *this, *origin_pool, std::move(connection));
    lease->replace_unhealthy();
    return lease;
  }
  /// Waits for a connection, or for the right to open one, until the request's deadline or stop.
  [[nodiscard]] boost::asio::awaitable<Result<Lease>> take(const Request& request) {
    Waiter waiter(*this, request.origin);
    if (!waiter.granted()) {
      const AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state,
                                      waiter.event());
      const auto ec = co_await waiter.event().wait(request.deadline);
      if (!waiter.granted()) {
        co_return failure(waiter.origin_pool().peer, code_or(ec, errc::cancelled), Delivery::nothing_sent,
                          "waiting for one of the connections to", {});
      }
    }
    Lease lease(*this, waiter.origin_pool(), waiter.take());
    lease.replace_unhealthy();
    co_return lease;
  }

  [[nodiscard]] std::size_t idle() const {
    const std::lock_guard guard(mutex_);
    std::size_t count = 0;
    for (const auto& origin_pool : origin_pools_) count += origin_pool->idle.size();
    return count;
  }
  void clear() {
    Closing closing;
    const std::lock_guard guard(mutex_);
    for (const auto& origin_pool : origin_pools_) origin_pool->open -= origin_pool->idle.clear(closing);
  }

 private:
  class Waiter;
  /// The connections to one origin.
  struct OriginPool {
    OriginPool(const Origin& origin, std::chrono::nanoseconds idle_timeout) : peer(origin), idle(idle_timeout) {}
    Peer peer;
    IdleList<AsyncConnection> idle;
    std::size_t open = 0;  // both idle and lent connections
    std::deque<Waiter*> waiters;
  };

  /// A call in the queue of its origin. The destructor leaves the queue, and passes on a connection that was granted
  /// and not taken.
  class Waiter {
   public:
    Waiter(AsyncPool& pool, const Origin& origin) : pool_(pool) {
      Closing closing;
      const std::lock_guard guard(pool.mutex_);
      origin_pool_ = &pool.find_or_add(origin);
      granted_ = pool.try_grant(*origin_pool_, connection_, closing);
      if (granted_) return;
      event_.emplace(pool.services_.executor);
      origin_pool_->waiters.push_back(this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      {
        const std::lock_guard guard(pool_.mutex_);
        std::erase(origin_pool_->waiters, this);
      }
      if (granted_) pool_.give_back(*origin_pool_, std::move(connection_));
    }
    [[nodiscard]] bool granted() const {
      const std::lock_guard guard(pool_.mutex_);
      return granted_;
    }
    [[nodiscard]] AsyncEvent& event() { return *event_; }
    [[nodiscard]] OriginPool& origin_pool() const noexcept { return *origin_pool_; }
    [[nodiscard]] Pointer take() {
      granted_ = false;
      return std::move(connection_);
    }

   private:
    friend class AsyncPool;
    AsyncPool& pool_;
    OriginPool* origin_pool_ = nullptr;
    bool granted_ = false;
    Pointer connection_;  // Null stands for the right to open one.
    std::optional<AsyncEvent> event_;
  };

  void clear(OriginPool& origin_pool) {
    Closing closing;
    const std::lock_guard guard(mutex_);
    origin_pool.open -= origin_pool.idle.clear(closing);
  }
  // An idle connection in place of one that is lent and no longer healthy. Null, the right to open one, if none is
  // idle.
  [[nodiscard]] Pointer replacement(OriginPool& origin_pool) {
    const std::lock_guard guard(mutex_);
    auto next = origin_pool.idle.take();
    if (next != nullptr) --origin_pool.open;
    return next;
  }

  // The caller of `find_or_add` and `try_grant` holds the mutex. It has declared `closing` before its lock, so that the
  // connections in it are closed after the mutex has been released.

  [[nodiscard]] OriginPool& find_or_add(const Origin& origin) {
    const auto known = std::find_if(origin_pools_.begin(), origin_pools_.end(),
                                    [&](const auto& pool) { return pool->peer.serves(origin); });
    return known != origin_pools_.end()
               ? **known
               : *origin_pools_.emplace_back(std::make_unique<OriginPool>(origin, idle_timeout_));
  }

  // False if the call has to wait. True with a null connection gives the right to open one.
  [[nodiscard]] bool try_grant(OriginPool& origin_pool, Pointer& connection, Closing& closing) {
    origin_pool.open -= origin_pool.idle.expire(std::chrono::steady_clock::now(), closing);
    if (!origin_pool.waiters.empty()) return false;
    connection = origin_pool.idle.take();
    if (connection != nullptr) return true;
    if (origin_pool.open == max_per_origin_) return false;
    ++origin_pool.open;
    return true;
  }

  // Null gives back the right to open a connection.
  void give_back(OriginPool& origin_pool, Pointer connection) {
    Pointer closing;
    const std::lock_guard guard(mutex_);
    if (connection != nullptr && !connection->reusable()) closing.swap(connection);
    if (!origin_pool.waiters.empty()) {
      auto& next = *origin_pool.waiters.front();
      origin_pool.waiters.pop_front();
      next.connection_ = std::move(connection);
      next.granted_ = true;
      next.event_->set();
    } else if (connection != nullptr) {
      origin_pool.idle.put(std::move(connection), std::chrono::steady_clock::now());
    } else {
      --origin_pool.open;
    }
  }

  AsyncServices& services_;
  std::size_t max_per_origin_;
  std::chrono::nanoseconds idle_timeout_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<OriginPool>> origin_pools_;
};

}  // namespace wandb::detail
