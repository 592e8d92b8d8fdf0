// Faults for a test server to inject.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <wandb/testing/detail/loopback_wire.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// The fault of one request or one connection. A default-constructed one is no fault.
struct Fault {
  // Faults of the next connection, before any request or handshake.
  bool close_on_accept = false;  ///< it is closed at once
  bool stall_on_accept = false;  ///< it is not answered, nor is the handshake; what comes is read and discarded
  bool read_nothing = false;     ///< nothing is read after TLS's handshake: a long request cannot be sent to its end

  // Faults of the next request.
  bool close_before_reading = false;    ///< closes when its first bytes have come; the handler does not run
  bool close_after_reading = false;     ///< closes when all of it has come; the handler does not run
  std::chrono::milliseconds delay{};    ///< waits after the handler has run, before it answers
  std::string interim = {};             ///< sent before the answer: a 1xx, for instance
  std::optional<std::string> raw = {};  ///< sent in place of the handler's answer; the handler runs nevertheless
  Framing framing = Framing::content_length;
  std::optional<std::size_t> close_after = {};  ///< closes after so many bytes of the answer; 0: the answer is lost
  std::optional<std::size_t> stall_after = {};  ///< falls silent after so many bytes of the answer, but reads
  std::size_t piece = 0;                        ///< bytes of one write, 0 for all at once
  std::chrono::milliseconds pause{};            ///< between two pieces
  bool last = false;                            ///< answers `Connection: close` and closes
  bool close_silently = false;                  ///< closes after the answer without having said so
  bool reset = false;                           ///< what is closed is closed with a TCP reset

  [[nodiscard]] bool of_connection() const noexcept { return close_on_accept || stall_on_accept || read_nothing; }
};

namespace detail {

/// The pending faults, in the order in which they were injected. Thread-safe.
class FaultQueue {
 public:
  void push(Fault fault, std::size_t times) {
    const std::lock_guard guard(mutex_);
    if (times != 0) waiting_.push_back({std::move(fault), times});
    any_.store(!waiting_.empty(), std::memory_order_release);
  }
  void clear() {
    const std::lock_guard guard(mutex_);
    waiting_.clear();
    any_.store(false, std::memory_order_release);
  }
  /// Takes the first fault, if it is one of a connection or one of a request, as asked. Otherwise gives no fault.
  [[nodiscard]] Fault pop(bool of_connection) {
    if (!any_.load(std::memory_order_acquire)) return {};
    const std::lock_guard guard(mutex_);
    if (waiting_.empty() || waiting_.front().fault.of_connection() != of_connection) return {};
    auto& front = waiting_.front();
    if (--front.times != 0) return front.fault;
    auto fault = std::move(front.fault);
    waiting_.pop_front();
    any_.store(!waiting_.empty(), std::memory_order_release);
    return fault;
  }

 private:
  struct Entry {
    Fault fault;
    std::size_t times;
  };
  std::mutex mutex_;
  std::deque<Entry> waiting_;
  std::atomic<bool> any_{false};
};

}  // namespace detail
}  // namespace wandb::testing
