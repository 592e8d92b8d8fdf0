// The two drivers: the only code that knows whether a call blocks or is awaited. Nothing is decided here.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

#include <wandb/detail/call/call.hpp>
#include <wandb/detail/call/sleep.hpp>
#include <wandb/transport.hpp>

namespace wandb::detail {

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

/// Asynchronous: the same, awaited. Everything it needs is in its frame: the call holds what the transport lives in.
template <AsyncTransport T, class Method, class Finish, class R>
[[nodiscard]] auto drive_awaited(Unwrapped<T>& transport, Call<Method> call, Finish finish) ->
    typename Unwrapped<T>::template task<R> {
  for (auto action = call.start();;) {
    if (std::holds_alternative<SendRequest>(action)) {
      const auto request = call.request();
      auto response = co_await transport.send(request);
      action = call.arrived(std::move(response));
    } else if (const auto* wait = std::get_if<Wait>(&action)) {
      bool cut_short = false;
      if constexpr (WaitsUntilStopped<T>) {
        const auto waited = co_await transport.wait(wait->duration, call.stop());
        cut_short = !waited;
      } else {
        co_await transport.wait(wait->duration);
      }
      action = call.resumed(cut_short);
    } else {
      co_return finish(call.take_result());
    }
  }
}

template <AsyncTransport T, class Method, class Finish>
[[nodiscard]] auto drive(Unwrapped<T>& transport, Call<Method> call, Finish finish) {
  using R = std::invoke_result_t<Finish&, Result<typename Method::value_type>>;
  auto task = drive_awaited<T, Method, Finish, R>(transport, std::move(call), std::move(finish));
  if constexpr (ShieldsCalls<T>) return transport.shield(std::move(task));
  else return task;
}

}  // namespace wandb::detail
