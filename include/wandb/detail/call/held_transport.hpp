// The transport or function that an AnyTransport holds, behind virtual functions.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <wandb/check_transport.hpp>
#include <wandb/detail/call/sleep.hpp>
#include <wandb/errc.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI {
class AnyTransport;
}

namespace wandb::inline WANDB_ABI::detail {

/// A function object with exactly one call operator, which is not a template.
template <class T>
concept HasCallOperator = requires {
  &Unwrapped<T>::operator();
};

/// A function that can be called with a request, as a transport's `send` can.
template <class T>
concept TakesRequest = requires(Unwrapped<T>& function, const Request& request) {
  function(request);
};

template <TakesRequest T>
using Called = std::invoke_result_t<Unwrapped<T>&, const Request&>;

/// A function that takes a request and returns its result, as a transport's `send` does.
template <class T>
concept SendFunction = TakesRequest<T> && std::same_as<Called<T>, Result<Response>>;

/// A function that may be empty: a pointer to one, or a `std::function`.
template <class T>
concept NullableFunction =
    SendFunction<T> && !SyncTransport<T> && std::is_assignable_v<std::remove_const_t<Unwrapped<T>>&, std::nullptr_t>;

/// A function or a function object, with any parameters and any result.
template <class T>
inline constexpr bool is_function =
    std::is_function_v<std::remove_pointer_t<Unwrapped<T>>> || HasCallOperator<T> || TakesRequest<T>;

/// A type that is meant as a transport, even if it lacks something that a transport needs.
template <class T>
concept MeantAsTransport = !std::same_as<T, AnyTransport> && (HasSend<T> || is_function<T>);

/// Neither a transport nor a function.
template <class T>
concept NothingToSendWith = !std::same_as<T, AnyTransport> && !HasSend<T> && !is_function<T>;

/// Whether an `AnyTransport` can hold a `T`. If it cannot, the compiler's message says why.
template <class T>
[[nodiscard]] consteval bool check_held_transport() {
  if constexpr (HasSend<T>) {
    static_assert(!sends_task<T>,
                  "send gives a task: AnyTransport holds synchronous transports, whose send gives a "
                  "wandb::Result<Response>");
    return check_transport<T>() && SyncTransport<T>;
  } else {
    static_assert(SendFunction<T>,
                  "the function does not take a const wandb::Request& and give a wandb::Result<Response>");
    return SendFunction<T>;
  }
}

/// The interface of a held transport, which an `AnyTransport` shares with its copies.
class HeldTransport {
 public:
  HeldTransport() = default;
  HeldTransport(const HeldTransport&) = delete;
  HeldTransport& operator=(const HeldTransport&) = delete;
  virtual ~HeldTransport() = default;
  virtual Result<Response> send(const Request& request) = 0;
  virtual void wait(std::chrono::nanoseconds duration, const StopToken& stop) = 0;
  virtual std::chrono::steady_clock::time_point now() const = 0;
  virtual Settings settings(const Origin& server) const = 0;
  /// Returns the address of the transport if `mark` identifies its type; otherwise null.
  virtual void* find(const char* mark) noexcept = 0;
};

/// The address of this object identifies a type, because programs without run-time type information have no `typeid`.
template <class T>
inline char type_mark = 0;

template <class T>
class HeldAs final : public HeldTransport {
 public:
  explicit HeldAs(T&& transport) : transport_(std::move(transport)) {}

  Result<Response> send(const Request& request) override {
    if constexpr (SyncTransport<T>) {
      return held().send(request);
    } else {
      // Without exceptions the constructor cannot report an empty function, so each request fails.
      if constexpr (NullableFunction<T>) {
        if (held() == nullptr) return Error(errc::invalid_argument, Delivery::nothing_sent);
      }
      return held()(request);
    }
  }

  void wait(std::chrono::nanoseconds duration, const StopToken& stop) override {
    if constexpr (WaitsUntilStopped<T>) held().wait(duration, stop);
    else sleep_for(duration, stop);
  }

  std::chrono::steady_clock::time_point now() const override {
    if constexpr (TellsTime<T>) {
      const Unwrapped<T>& transport = transport_;
      return transport.now();
    } else {
      return std::chrono::steady_clock::now();
    }
  }

  Settings settings([[maybe_unused]] const Origin& server) const override {
    if constexpr (TellsSettings<T>) {
      const Unwrapped<T>& transport = transport_;
      return transport.settings(server);
    } else {
      return {};
    }
  }

  void* find(const char* mark) noexcept override {
    // A const transport must not be returned as non-const, and a function has no object address.
    if constexpr (std::is_object_v<Unwrapped<T>> && !std::is_const_v<Unwrapped<T>>) {
      if (mark == &type_mark<Unwrapped<T>>) return std::addressof(held());
    }
    return nullptr;
  }

 private:
  [[nodiscard]] Unwrapped<T>& held() noexcept { return transport_; }

  T transport_;
};

/// Throws `std::invalid_argument` for an empty function.
template <class T>
[[nodiscard]] std::shared_ptr<HeldTransport> hold(T transport) {
  if constexpr (check_held_transport<T>()) {
    if constexpr (NullableFunction<T>) {
      const Unwrapped<T>& function = transport;
      if (function == nullptr) throw_misuse("AnyTransport: the function is empty");
    }
    return std::make_shared<HeldAs<T>>(std::move(transport));
  } else {
    return nullptr;  // check_held_transport has explained the error, so the compiler should add no further message.
  }
}

}  // namespace wandb::detail
