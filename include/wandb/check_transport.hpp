// Explains at compile time what a type lacks to be a transport.
#pragma once

#include <type_traits>

#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Explains what `send` of `T`, which takes a request, returns instead of a result or a task of one.
template <class T>
consteval void check_what_send_gives() {
  constexpr bool bare = std::is_same_v<Sent<T>, Response>;
  static_assert(!bare, "send gives a bare Response, which can tell no error: give a wandb::Result<Response>");
  if constexpr (!bare) {
    constexpr bool names_task = NamesTask<T>;
    static_assert(sends_result<T> || names_task,
                  "send gives neither a wandb::Result<Response> nor a task of it: an asynchronous transport names its "
                  "task with `template <class R> using task = ...;`");
    if constexpr (names_task) {
      static_assert(SendGivesResult<T>, "send gives neither a wandb::Result<Response> nor a task of it");
    }
  }
}

}  // namespace detail

/// Whether `T` is a transport; if it is not, the compiler says what is missing: `static_assert(check_transport<T>());`
template <class T>
[[nodiscard]] consteval bool check_transport() {
  static_assert(detail::HasSend<T>, "the transport has no member function send");
  if constexpr (detail::HasSend<T>) {
    static_assert(detail::SendTakesRequest<T>, "send does not take a const wandb::Request&");
  }
  if constexpr (detail::SendGivesResult<T>) {
    static_assert(detail::BacksOff<T>,
                  "the asynchronous transport has no wait(std::chrono::nanoseconds) that gives a task<void>");
  } else if constexpr (detail::SendTakesRequest<T>) {
    detail::check_what_send_gives<T>();
  }
  return Transport<T>;
}

}  // namespace wandb
