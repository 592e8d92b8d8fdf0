// Lets a stop token end a wait in poll(2), by a pipe that becomes readable when a stop is requested.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <optional>

#include <boost/system/error_code.hpp>

#include <wandb/stop_token.hpp>

namespace wandb::detail {

[[nodiscard]] inline boost::system::error_code last_system_error() noexcept {
  return {errno, boost::system::system_category()};
}

/// Makes a descriptor non-blocking and keeps it from child processes.
inline bool prepare_descriptor(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 && ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/// Has a descriptor to poll, which is readable from `wake()` until `reset()`. Any thread may call `wake`.
class Waker {
 public:
  Waker() = default;
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker() {
    for (const int fd : ends_) {
      if (fd >= 0) ::close(fd);
    }
  }

  /// Opens the pipe unless it is open.
  [[nodiscard]] boost::system::error_code open() {
    if (ends_[0] >= 0) return {};
    if (::pipe(ends_.data()) != 0) {
      ends_ = {-1, -1};
      return last_system_error();
    }
    if (!prepare_descriptor(ends_[0]) || !prepare_descriptor(ends_[1])) return last_system_error();
    return {};
  }
  [[nodiscard]] int descriptor() const noexcept { return ends_[0]; }
  [[nodiscard]] bool woken() const noexcept { return woken_.load(std::memory_order_acquire); }
  void wake() noexcept {
    woken_.store(true, std::memory_order_release);
    const char byte = 0;
    // A full pipe is readable already, so a short write loses nothing.
    [[maybe_unused]] const auto written = ::write(ends_[1], &byte, 1);
  }
  /// Must not run at the same time as `wake`.
  void reset() noexcept {
    if (!woken_.exchange(false)) return;
    std::array<char, 16> bytes{};
    while (::read(ends_[0], bytes.data(), bytes.size()) > 0) {
    }
  }

 private:
  std::array<int, 2> ends_{-1, -1};
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
