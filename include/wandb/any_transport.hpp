// Any synchronous transport behind one type, so that code on top of it needs no template.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include <wandb/detail/call/held_transport.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>

namespace wandb {

/// Any synchronous transport: `AnyTransport transport = MyCurl{};`. Functions that take an `Api<AnyTransport>&` are no
/// templates, and their tests give them a fake. It costs one virtual call for each request.
///
/// A function that takes a `const Request&` and gives a `Result<Response>` will do as well, a lambda for instance or a
/// `std::function`. What is held is moved in; with `std::ref` it is referred to, and must outlive every copy. A handle:
/// copies share what they hold, and are as safe to use from several threads as that is. One that was moved from may
/// only be destroyed or assigned to; otherwise none is empty.
class AnyTransport {
 public:
  /// Holds `transport`. Where it is none, the compiler says in a sentence why. An empty `std::function` or a null
  /// pointer is misuse.
  template <detail::MeantAsTransport T>
  AnyTransport(T transport) : held_(detail::hold(std::move(transport))) {}

  /// Chosen for what is neither a transport nor a function: the compiler's message shows the name of the parameter.
  template <detail::NothingToSendWith T>
  AnyTransport(T the_transport_has_no_member_function_send) = delete;

  /// Sends with the transport that is held.
  [[nodiscard]] Result<Response> send(const Request& request) const { return held_->send(request); }

  /// Waits as the transport that is held does; where that has no `wait`, until the time is over or a stop is requested.
  void wait(std::chrono::nanoseconds duration, const StopToken& stop) const { held_->wait(duration, stop); }

  /// The transport that is held, by itself or by reference, where its type is exactly `T`; else null.
  /// Also null where it was put in by a library that hides its symbols.
  template <class T>
  [[nodiscard]] T* target() const noexcept {
    return static_cast<T*>(held_->find(&detail::type_mark<T>));
  }

 private:
  std::shared_ptr<detail::HeldTransport> held_;
};

static_assert(detail::WaitsUntilStopped<AnyTransport>);

}  // namespace wandb
