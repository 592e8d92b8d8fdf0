// How the library waits where a transport does not do it itself.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <wandb/stop_token.hpp>

namespace wandb::detail {

/// Sleeps until then, or until a stop is requested.
inline void sleep_for(std::chrono::nanoseconds duration, const StopToken& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any wakeup;
#if defined(__cpp_lib_jthread)
  wakeup.wait_for(lock, stop, duration, [] { return false; });
#else
  static_cast<void>(stop);
  wakeup.wait_for(lock, duration, [] { return false; });
#endif
}

}  // namespace wandb::detail
