// The two drivers: the only code that knows whether a call blocks or is awaited. Nothing is decided here.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <type_traits>
#include <utility>
#include <variant>

#include <wandb/detail/call.hpp>
#include <wandb/transport.hpp>

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

/// Synchronous: returns the finished result.
template <SyncTransport T, class Method, class Finish>
[[nodiscard]] auto drive(Unwrapped<T>& transport, Call<Method> call, Finish finish) {
  for (auto action = call.start();;) {
    if (std::holds_alternative<SendRequest>(action)) {
      action = call.arrived(transport.send(call.request()));
    } else if (const auto* wait = std::get_if<Wait>(&action)) {
      if constexpr (WaitsSynchronously<T>) transport.wait(wait->duration, call.stop());
      else sleep_for(wait->duration, call.stop());
      action = call.resumed();
    } else {
      return finish(call.take_result());
    }
  }
}

/// Asynchronous: the same, awaited. Everything it needs is in its frame; `keep` holds what the transport lives in.
template <AsyncTransport T, class Method, class Finish>
[[nodiscard]] auto drive(Unwrapped<T>& transport, Call<Method> call, Finish finish) ->
    typename Unwrapped<T>::template task<std::invoke_result_t<Finish&, Result<typename Method::value_type>>> {
  for (auto action = call.start();;) {
    if (std::holds_alternative<SendRequest>(action)) {
      const auto request = call.request();
      action = call.arrived(co_await transport.send(request));
    } else if (const auto* wait = std::get_if<Wait>(&action)) {
      co_await transport.wait(wait->duration);
      action = call.resumed();
    } else {
      co_return finish(call.take_result());
    }
  }
}

}  // namespace wandb::detail
