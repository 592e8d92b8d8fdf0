// The connections of an asynchronous transport, so many for each origin, and the line of those who wait for one.
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

namespace wandb::detail {

/// First come, first served. Thread-safe; closes nothing while it holds its lock.
class AsyncPool {
 public:
  using Pointer = IdleList<AsyncConnection>::Pointer;

  AsyncPool(AsyncServices& services, std::size_t max_per_origin, std::chrono::nanoseconds idle_timeout)
      : services_(services), max_per_origin_(max_per_origin), idle_timeout_(idle_timeout) {}

 private:
  using Closing = IdleList<AsyncConnection>::Closing;
  struct Place;

 public:
  /// A connection, lent; given back when this ends, however the coroutine does.
  class Lease {
   public:
    Lease(AsyncPool& pool, Place& place, Pointer connection)
        : pool_(&pool), place_(&place), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), place_(other.place_), connection_(std::move(other.connection_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->give_back(*place_, std::move(connection_));
    }
    /// Closes the connection if it is no longer good, and takes the next that waits, if there is one. What was good
    /// when it was given back need not be any more: to be called at the last moment.
    void look() {
      while (connection_ != nullptr && !connection_->healthy()) connection_ = pool_->another(*place_);
    }
    /// Closes the connections that wait: what became of one may have become of all.
    void close_others() { pool_->clear(*place_); }
    /// Whether it has yet to be opened.
    [[nodiscard]] bool fresh() const noexcept { return connection_ == nullptr; }
    /// The connection, made where there is none.
    [[nodiscard]] AsyncConnection& connection(const Origin& origin) {
      if (connection_ == nullptr) connection_ = std::make_unique<AsyncConnection>(pool_->services_, origin);
      return *connection_;
    }

   private:
    AsyncPool* pool_;
    Place* place_;
    Pointer connection_;
  };

  /// A connection, or the right to open one, where nobody has to wait for it.
  [[nodiscard]] std::optional<Lease> take_at_once(const Origin& origin) {
    Closing closing;
    Pointer connection;
    Place* place = nullptr;
    {
      const std::lock_guard guard(mutex_);
      place = &place_of(origin);
      if (!serve(*place, connection, closing)) return std::nullopt;
    }
    std::optional<Lease> lease(std::in_place, *this, *place, std::move(connection));
    lease->look();
    return lease;
  }
  /// The same, waited for in line.
  [[nodiscard]] boost::asio::awaitable<Result<Lease>> take(const Request& request) {
    Turn turn(*this, request.origin);
    if (!turn.served()) {
      const Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, turn.gate());
      const auto ec = co_await turn.gate().wait(request.deadline);
      if (!turn.served()) {
        co_return failure(turn.place().peer, code_or(ec, errc::cancelled), Delivery::nothing_sent,
                          "waiting for one of the connections to", {});
      }
    }
    Lease lease(*this, turn.place(), turn.take());
    lease.look();
    co_return lease;
  }

  [[nodiscard]] std::size_t idle() const {
    const std::lock_guard guard(mutex_);
    std::size_t count = 0;
    for (const auto& place : places_) count += place->idle.size();
    return count;
  }
  void clear() {
    Closing closing;
    const std::lock_guard guard(mutex_);
    for (const auto& place : places_) place->open -= place->idle.clear(closing);
  }

 private:
  class Turn;
  /// One origin.
  struct Place {
    Place(const Origin& origin, std::chrono::nanoseconds idle_timeout) : peer(origin), idle(idle_timeout) {}
    Peer peer;
    IdleList<AsyncConnection> idle;
    std::size_t open = 0;  // idle, or lent
    std::deque<Turn*> line;
  };

  /// A place in the line, left when this ends. What it was given and did not take goes to the next.
  class Turn {
   public:
    Turn(AsyncPool& pool, const Origin& origin) : pool_(pool) {
      Closing closing;
      const std::lock_guard guard(pool.mutex_);
      place_ = &pool.place_of(origin);
      served_ = pool.serve(*place_, connection_, closing);
      if (served_) return;
      gate_.emplace(pool.services_.executor);
      place_->line.push_back(this);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      {
        const std::lock_guard guard(pool_.mutex_);
        std::erase(place_->line, this);
      }
      if (served_) pool_.give_back(*place_, std::move(connection_));
    }
    [[nodiscard]] bool served() const {
      const std::lock_guard guard(pool_.mutex_);
      return served_;
    }
    [[nodiscard]] Gate& gate() { return *gate_; }
    [[nodiscard]] Place& place() const noexcept { return *place_; }
    [[nodiscard]] Pointer take() {
      served_ = false;
      return std::move(connection_);
    }

   private:
    friend class AsyncPool;
    AsyncPool& pool_;
    Place* place_ = nullptr;
    bool served_ = false;
    Pointer connection_;  // null: a new one may be opened
    std::optional<Gate> gate_;
  };

  void clear(Place& place) {
    Closing closing;
    const std::lock_guard guard(mutex_);
    place.open -= place.idle.clear(closing);
  }
  // Another connection in place of one that is lent and no longer good; null, the right to open one, where none waits.
  [[nodiscard]] Pointer another(Place& place) {
    const std::lock_guard guard(mutex_);
    auto next = place.idle.take();
    if (next != nullptr) --place.open;
    return next;
  }

  // What follows, but `give_back`, runs under the lock. What is to be closed goes to `closing`, whose owner declared it
  // before the lock.

  [[nodiscard]] Place& place_of(const Origin& origin) {
    const auto known =
        std::find_if(places_.begin(), places_.end(), [&](const auto& place) { return place->peer.serves(origin); });
    return known != places_.end() ? **known : *places_.emplace_back(std::make_unique<Place>(origin, idle_timeout_));
  }

  // False: whoever asks has to wait. Null: a new one may be opened.
  [[nodiscard]] bool serve(Place& place, Pointer& connection, Closing& closing) {
    place.open -= place.idle.expire(std::chrono::steady_clock::now(), closing);
    if (!place.line.empty()) return false;
    connection = place.idle.take();
    if (connection != nullptr) return true;
    if (place.open == max_per_origin_) return false;
    ++place.open;
    return true;
  }

  // Null: the right to open one, unused.
  void give_back(Place& place, Pointer connection) {
    Pointer closing;
    const std::lock_guard guard(mutex_);
    if (connection != nullptr && !connection->reusable()) closing.swap(connection);
    if (!place.line.empty()) {
      auto& next = *place.line.front();
      place.line.pop_front();
      next.connection_ = std::move(connection);
      next.served_ = true;
      next.gate_->set();
    } else if (connection != nullptr) {
      place.idle.put(std::move(connection), std::chrono::steady_clock::now());
    } else {
      --place.open;
    }
  }

  AsyncServices& services_;
  std::size_t max_per_origin_;
  std::chrono::nanoseconds idle_timeout_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Place>> places_;
};

}  // namespace wandb::detail
