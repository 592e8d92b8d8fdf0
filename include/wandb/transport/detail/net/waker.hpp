// Lets a stop token end a wait for sockets, by a socket that becomes readable when a stop is requested.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <string_view>

#include <boost/system/error_code.hpp>

#include <wandb/stop_token.hpp>
#include <wandb/transport/detail/net/sockets.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Has a socket to poll, which is readable from `wake()` until `reset()`. Any thread may call `wake`.
class Waker {
 public:
  Waker() = default;
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker() {
    for (const auto end : ends_) {
      if (end != no_socket) close_socket(end);
    }
  }

  /// Opens the sockets unless they are open.
  [[nodiscard]] boost::system::error_code open() {
    return ends_[0] == no_socket ? open_socket_pair(ends_) : boost::system::error_code();
  }
  [[nodiscard]] SocketHandle socket() const noexcept { return ends_[0]; }
  [[nodiscard]] bool woken() const noexcept { return woken_.load(std::memory_order_acquire); }
  void wake() noexcept {
    woken_.store(true, std::memory_order_release);
    boost::system::error_code ignored;
    constexpr char any = 0;
    // If the other end has no room, it is readable already.
    [[maybe_unused]] const auto sent = send_now(ends_[1], std::string_view(&any, 1), ignored);
  }
  /// Must not run at the same time as `wake`.
  void reset() noexcept {
    if (!woken_.exchange(false)) return;
    std::array<char, 16> bytes{};
    boost::system::error_code none_left;
    while (receive_now(ends_[0], bytes.data(), bytes.size(), none_left) != 0) {
    }
  }

 private:
  std::array<SocketHandle, 2> ends_{no_socket, no_socket};
  std::atomic<bool> woken_{false};
};

#if defined(__cpp_lib_jthread)
/// Wakes the waker when a stop is requested of `token`. The destructor resets the waker.
class WakeOnStop {
 public:
  WakeOnStop(const StopToken& token, Waker& waker) : waker_(waker) { callback_.emplace(token, Wake{&waker}); }
  WakeOnStop(const WakeOnStop&) = delete;
  WakeOnStop& operator=(const WakeOnStop&) = delete;
  ~WakeOnStop() {
    callback_.reset();  // It waits for a callback that is running.
    waker_.reset();
  }

 private:
  struct Wake {
    Waker* waker;
    void operator()() const noexcept { waker->wake(); }
  };
  Waker& waker_;
  std::optional<std::stop_callback<Wake>> callback_;
};
#else
class WakeOnStop {
 public:
  WakeOnStop(const StopToken&, Waker&) {}
};
#endif

}  // namespace wandb::detail
