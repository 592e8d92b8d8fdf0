// A type that can hold any synchronous transport, so that code which uses it needs no template.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include <wandb/detail/call/held_transport.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI {

/// Holds any synchronous transport: `AnyTransport transport = MyCurl{};`. A function that takes an `Api<AnyTransport>&`
/// need not be a template, and a test can give it a fake. It costs one virtual call for each request.
///
/// It can also hold a function that takes a `const Request&` and returns a `Result<Response>`, such as a lambda or a
/// `std::function`. The transport or function is moved in. With `std::ref` it is referred to, and must outlive every
/// copy. Copies share what they hold, and are as thread-safe as that is. A moved-from `AnyTransport` may only be
/// destroyed or assigned to; no other is empty.
class AnyTransport {
 public:
  /// Holds `transport`. If its type is not a transport, the compiler's message says what is missing. An empty
  /// `std::function` or a null pointer is misuse.
  template <detail::MeantAsTransport T>
  AnyTransport(T transport) : held_(detail::hold(std::move(transport))) {}

  /// Deleted for arguments that are neither transports nor functions. The compiler's message shows the parameter's
  /// name.
  template <detail::NothingToSendWith T>
  AnyTransport(T the_transport_has_no_member_function_send) = delete;

  /// Sends the request with the held transport.
  [[nodiscard]] Result<Response> send(const Request& request) const { return held_->send(request); }

  /// Waits as the held transport does. If that has no `wait`, waits until the time is over or a stop is requested.
  void wait(std::chrono::nanoseconds duration, const StopToken& stop) const { held_->wait(duration, stop); }

  /// The time by which the held transport's calls run: the steady clock's if it has no clock of its own.
  [[nodiscard]] std::chrono::steady_clock::time_point now() const { return held_->now(); }

  /// The settings of the held transport; none if it does not tell them.
  [[nodiscard]] Settings settings(const Origin& server) const { return held_->settings(server); }

  /// The held transport, by value or by reference, if its type is exactly `T`; else null. Also null if a library that
  /// hides its symbols has put it in.
  template <class T>
  [[nodiscard]] T* target() const noexcept {
    return static_cast<T*>(held_->find(&detail::type_mark<T>));
  }

 private:
  std::shared_ptr<detail::HeldTransport> held_;
};

static_assert(detail::WaitsUntilStopped<AnyTransport>);

}  // namespace wandb
