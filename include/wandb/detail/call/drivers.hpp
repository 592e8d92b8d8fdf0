// The two drivers: the only code that knows whether a call blocks or is awaited. Nothing is decided here.
#pragma once

#include <chrono>
#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

#include <wandb/detail/call/call.hpp>
#include <wandb/detail/call/sleep.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace wandb::detail {

/// Synchronous: returns the finished result.
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

/// Asynchronous: the same, awaited. Everything it needs is in its frame.
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

template <AsyncTransport T, class Value, class Finish>
[[nodiscard]] auto drive(const std::shared_ptr<T>& holder, CallPtr<Value> call, Finish finish)
    -> TaskOf<T, std::invoke_result_t<Finish&, Result<Value>>> {
  auto task = drive_awaited<T, Value, Finish>(holder, std::move(call), std::move(finish));
  if constexpr (ShieldsCalls<T>) return static_cast<Unwrapped<T>&>(*holder).shield(std::move(task));
  else return task;
}

}  // namespace wandb::detail
