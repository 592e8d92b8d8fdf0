// Says in sentences what a type lacks to be a transport.
#pragma once

#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace wandb {

/// Whether `T` is a transport; if it is not, the compiler says what is missing: `static_assert(check_transport<T>());`
template <class T>
[[nodiscard]] consteval bool check_transport() {
  static_assert(HasSend<T>, "the transport has no member function send");
  if constexpr (HasSend<T>) static_assert(SendTakesRequest<T>, "send does not take a const wandb::Request&");
  if constexpr (SendTakesRequest<T>) {
    static_assert(SendCanFail<T>,
                  "send gives a bare Response, which can tell no error: give a wandb::Result<Response>");
    if constexpr (SendCanFail<T>) {
      static_assert(
          NamesItsTask<T>,
          "send gives neither a wandb::Result<Response> nor a task of it: an asynchronous transport names its "
          "task with `template <class R> using task = ...;`");
    }
    if constexpr (SendCanFail<T> && NamesItsTask<T>) {
      static_assert(SendGivesResult<T>, "send gives neither a wandb::Result<Response> nor a task of it");
    }
    if constexpr (SendGivesResult<T>) {
      static_assert(BacksOff<T>,
                    "the asynchronous transport has no wait(std::chrono::nanoseconds) that gives a task<void>");
    }
  }
  return Transport<T>;
}

}  // namespace wandb
