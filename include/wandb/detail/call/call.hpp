// A call of a public method in progress, and the two loops that do its I/O: one blocks, the other is awaited.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include <wandb/detail/call/sleep.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// States what the driver of a call has to do next.
enum class Next : std::uint8_t {
  send,  ///< send `request()`, then call `arrived` with the result
  wait,  ///< wait for `delay()`, then call `resumed`
  done,  ///< take the result
};

/// A call in progress, as its driver sees it. The driver makes no decisions, and the call does no I/O. Only one thread
/// at a time may use it.
class Call {
 public:
  Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call() = default;

  /// Returns the first step. The call's timeout begins here, because an awaited call may start long after it was made.
  [[nodiscard]] virtual Next start() = 0;
  /// Takes the result of `Next::send`: the response, or the transport's error.
  [[nodiscard]] virtual Next arrived(Result<Response> response) = 0;
  /// Continues after `Next::wait`. `cut_short` says that the wait was cancelled.
  [[nodiscard]] virtual Next resumed(bool cut_short) = 0;
  /// Returns the request to send. It views this object.
  [[nodiscard]] virtual Request request() = 0;
  [[nodiscard]] virtual std::chrono::nanoseconds delay() const noexcept = 0;
  [[nodiscard]] virtual const StopToken& stop() const noexcept = 0;
};

/// A call whose result is a `Value` or an error.
template <class Value>
class CallOf : public Call {
 public:
  /// Returns the result after `Next::done`.
  [[nodiscard]] Result<Value> take_result() { return std::move(result_); }

 protected:
  Result<Value> result_;
};

template <class Value>
using CallPtr = std::unique_ptr<CallOf<Value>>;

/// Executes a call on a synchronous transport. Returns its result as `finish` converts it.
template <SyncTransport T, class Value, class Finish>
[[nodiscard]] std::invoke_result_t<Finish&, Result<Value>> drive(const std::shared_ptr<T>& holder, CallPtr<Value> call,
                                                                 Finish finish) {
  Unwrapped<T>& transport = *holder;
  for (auto next = call->start();;) {
    if (next == Next::send) {
      next = call->arrived(transport.send(call->request()));
    } else if (next == Next::wait) {
      if constexpr (WaitsUntilStopped<T>) transport.wait(call->delay(), call->stop());
      else sleep_for(call->delay(), call->stop());
      next = call->resumed(false);
    } else {
      return finish(call->take_result());
    }
  }
}

/// The same loop as a coroutine. Its frame owns everything that it needs.
template <AsyncTransport T, class Value, class Finish>
[[nodiscard]] auto drive_awaited(std::shared_ptr<T> holder, CallPtr<Value> call, Finish finish)
    -> TaskOf<T, std::invoke_result_t<Finish&, Result<Value>>> {
  Unwrapped<T>& transport = *holder;
  for (auto next = call->start();;) {
    if (next == Next::send) {
      const auto request = call->request();
      auto response = co_await transport.send(request);
      next = call->arrived(std::move(response));
    } else if (next == Next::wait) {
      bool cut_short = false;
      if constexpr (AwaitsUntilStopped<T>) {
        const auto waited = co_await transport.wait(call->delay(), call->stop());
        cut_short = !waited;
      } else {
        co_await transport.wait(call->delay());
      }
      next = call->resumed(cut_short);
    } else {
      co_return finish(call->take_result());
    }
  }
}

/// Executes a call on an asynchronous transport. Returns a task of its result as `finish` converts it.
template <AsyncTransport T, class Value, class Finish>
[[nodiscard]] auto drive(const std::shared_ptr<T>& holder, CallPtr<Value> call, Finish finish)
    -> TaskOf<T, std::invoke_result_t<Finish&, Result<Value>>> {
  auto task = drive_awaited<T, Value, Finish>(holder, std::move(call), std::move(finish));
  if constexpr (ShieldsCalls<T>) return static_cast<Unwrapped<T>&>(*holder).shield(std::move(task));
  else return task;
}

}  // namespace wandb::detail
