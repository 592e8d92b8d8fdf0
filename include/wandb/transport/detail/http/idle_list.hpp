// The idle connections of a pool.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// A list of idle connections, which gives the most recently used one first. Not thread-safe: a pool guards it with a
/// mutex. It moves the connections that it drops to a list of the caller. The caller declares that list before its
/// lock, so that the connections are closed after the mutex has been released.
template <class Connection>
class IdleList {
 public:
  using Pointer = std::unique_ptr<Connection>;
  using Closing = std::vector<Pointer>;
  using time_point = std::chrono::steady_clock::time_point;

  explicit IdleList(std::chrono::nanoseconds timeout) : timeout_(timeout) {}

  [[nodiscard]] std::size_t size() const noexcept { return idle_.size(); }
  /// The number of connections to `origin`.
  [[nodiscard]] std::size_t count(const Origin& origin) const {
    return static_cast<std::size_t>(std::count_if(idle_.begin(), idle_.end(), serving(origin)));
  }

  /// Adds a connection, whose idle time begins at `now`.
  void put(Pointer connection, time_point now) { idle_.push_back({now, std::move(connection)}); }
  /// Removes the most recently used connection, or of those to `origin` the most recently used one. Null if there is
  /// none.
  [[nodiscard]] Pointer take() { return idle_.empty() ? nullptr : remove(idle_.end() - 1); }
  [[nodiscard]] Pointer take(const Origin& origin) {
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), serving(origin));
    return found == idle_.rend() ? nullptr : remove(std::next(found).base());
  }

  /// Drops the connections that have been idle for the timeout or longer, and gives their number. The oldest stand
  /// first.
  std::size_t expire(time_point now, Closing& closing) {
    const auto young =
        std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return now - idle.since < timeout_; });
    return drop(young, closing);
  }
  /// Drops all connections, and gives their number.
  std::size_t clear(Closing& closing) { return drop(idle_.end(), closing); }
  /// Drops the connections to `origin`.
  void clear(const Origin& origin, Closing& closing) {
    for (auto& idle : idle_) {
      if (serving(origin)(idle)) closing.push_back(std::move(idle.connection));
    }
    std::erase_if(idle_, [](const Idle& idle) { return idle.connection == nullptr; });
  }

 private:
  struct Idle {
    time_point since;
    Pointer connection;
  };
  using Position = typename std::vector<Idle>::iterator;

  [[nodiscard]] static auto serving(const Origin& origin) {
    return [&origin](const Idle& idle) { return idle.connection->peer().serves(origin); };
  }
  [[nodiscard]] Pointer remove(Position at) {
    auto connection = std::move(at->connection);
    idle_.erase(at);
    return connection;
  }
  // Drops the connections before `end`.
  std::size_t drop(Position end, Closing& closing) {
    for (auto at = idle_.begin(); at != end; ++at) closing.push_back(std::move(at->connection));
    const auto dropped = static_cast<std::size_t>(end - idle_.begin());
    idle_.erase(idle_.begin(), end);
    return dropped;
  }

  std::chrono::nanoseconds timeout_;
  std::vector<Idle> idle_;
};

}  // namespace wandb::detail
