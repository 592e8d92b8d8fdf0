// The connections of an asynchronous transport, so many for each origin, and the line of those who wait for one.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/transport.hpp>
#include <wandb/transport/detail/async_connection.hpp>
#include <wandb/transport/detail/interrupt.hpp>
#include <wandb/transport/detail/peer.hpp>

namespace wandb::detail {

/// First come, first served. Thread-safe; closes nothing while it holds its lock.
class AsyncPool {
 public:
  using Pointer = std::unique_ptr<AsyncConnection>;

  AsyncPool(AsyncServices& services, std::size_t most_per_origin, std::chrono::nanoseconds idle_timeout)
      : services_(services), most_per_origin_(most_per_origin), idle_timeout_(idle_timeout) {}

 private:
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

  /// Waits in line for a connection, or for the right to open one.
  [[nodiscard]] boost::asio::awaitable<Result<Lease>> take(const Request& request) {
    auto& place = place_of(request.origin);
    Turn turn(*this, place);
    if (!turn.served()) {
      const Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, turn.gate());
      const auto ec = co_await turn.gate().wait(request.deadline);
      if (!turn.served()) {
        co_return failure(place.peer, meaning(ec, errc::cancelled), Delivery::nothing_sent,
                          "waiting for one of the connections to", {});
      }
    }
    co_return Lease(*this, place, turn.take());
  }

  [[nodiscard]] std::size_t idle() const {
    const std::lock_guard guard(mutex_);
    std::size_t count = 0;
    for (const auto& place : places_) count += place->idle.size();
    return count;
  }
  void clear() {
    std::vector<Pointer> closing;
    const std::lock_guard guard(mutex_);
    for (const auto& place : places_) {
      place->open -= place->idle.size();
      std::move(place->idle.begin(), place->idle.end(), std::back_inserter(closing));
      place->idle.clear();
    }
  }

 private:
  class Turn;
  /// One origin.
  struct Place {
    explicit Place(const Origin& origin) : peer(origin) {}
    Peer peer;
    std::vector<Pointer> idle;  // the one used last stands last
    std::size_t open = 0;       // idle, or lent
    std::deque<Turn*> line;
  };

  /// A place in the line, left when this ends. What it was given and did not take goes to the next.
  class Turn {
   public:
    Turn(AsyncPool& pool, Place& place) : pool_(pool), place_(place) { pool_.enter(*this, place_); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      pool_.leave(*this, place_);
      if (served_) pool_.give_back(place_, std::move(connection_));
    }
    [[nodiscard]] bool served() const {
      const std::lock_guard guard(pool_.mutex_);
      return served_;
    }
    [[nodiscard]] Gate& gate() { return *gate_; }
    [[nodiscard]] Pointer take() {
      served_ = false;
      return std::move(connection_);
    }

   private:
    friend class AsyncPool;
    AsyncPool& pool_;
    Place& place_;
    bool served_ = false;
    Pointer connection_;  // null: a new one may be opened
    std::optional<Gate> gate_;
  };

  [[nodiscard]] Place& place_of(const Origin& origin) {
    const std::lock_guard guard(mutex_);
    const auto known =
        std::find_if(places_.begin(), places_.end(), [&](const auto& place) { return place->peer.serves(origin); });
    return known != places_.end() ? **known : *places_.emplace_back(std::make_unique<Place>(origin));
  }

  void enter(Turn& turn, Place& place) {
    std::vector<Pointer> closing;
    const std::lock_guard guard(mutex_);
    expire(place, closing);
    while (place.line.empty() && !place.idle.empty()) {
      auto connection = std::move(place.idle.back());
      place.idle.pop_back();
      if (connection->healthy()) {
        turn.connection_ = std::move(connection);
        turn.served_ = true;
        return;
      }
      --place.open;
      closing.push_back(std::move(connection));
    }
    if (place.line.empty() && place.open < most_per_origin_) {
      ++place.open;
      turn.served_ = true;
      return;
    }
    turn.gate_.emplace(services_.executor);
    place.line.push_back(&turn);
  }
  void leave(Turn& turn, Place& place) {
    const std::lock_guard guard(mutex_);
    std::erase(place.line, &turn);
  }

  // Null: the right to open one, unused.
  void give_back(Place& place, Pointer connection) {
    Pointer closing;
    const std::lock_guard guard(mutex_);
    if (connection != nullptr && !connection->reusable()) closing = std::move(connection);
    if (!place.line.empty()) {
      auto& next = *place.line.front();
      place.line.pop_front();
      next.connection_ = std::move(connection);
      next.served_ = true;
      next.gate_->set();
    } else if (connection != nullptr) {
      connection->set_idle(std::chrono::steady_clock::now());
      place.idle.push_back(std::move(connection));
    } else {
      --place.open;
    }
  }

  // Moves what has been idle for too long to `closing`, whose owner declared it before the lock. The oldest stand
  // first.
  void expire(Place& place, std::vector<Pointer>& closing) {
    const auto now = std::chrono::steady_clock::now();
    const auto young = std::find_if(place.idle.begin(), place.idle.end(), [&](const Pointer& connection) {
      return now - connection->idle_since() < idle_timeout_;
    });
    place.open -= static_cast<std::size_t>(young - place.idle.begin());
    std::move(place.idle.begin(), young, std::back_inserter(closing));
    place.idle.erase(place.idle.begin(), young);
  }

  AsyncServices& services_;
  std::size_t most_per_origin_;
  std::chrono::nanoseconds idle_timeout_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Place>> places_;
};

}  // namespace wandb::detail
