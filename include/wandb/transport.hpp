// What carries a request to the server and brings the answer back: the seam where a project plugs in its own HTTP.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/headers.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>

namespace wandb {

/// Where a request goes: the part of a URL that credentials belong to.
struct Origin {
  bool tls = true;
  std::string_view host;  ///< a name, an IPv4 literal, or an IPv6 literal without its brackets
  std::uint16_t port = 443;
  friend constexpr bool operator==(const Origin&, const Origin&) = default;
};

/// One HTTP request. All text is viewed and outlives the `send` it is given to.
///
/// A transport adds `Host` and `Content-Length` and whatever its connection needs, follows no redirect, and sends at
/// most once.
struct Request {
  std::string_view method = "POST";
  Origin origin;
  std::string_view target = "/";    ///< path and query, percent-encoded as on the wire
  std::string_view host;            ///< the `Host` header: `name[:port]`, an IPv6 literal in its brackets
  std::span<const Header> headers;  ///< one of them is `secret`: the credentials
  std::string_view body;            ///< JSON
  /// When to give up, with `errc::timed_out`; `max()` when there is no deadline.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  StopToken stop;  ///< when a stop is requested, give up with `errc::cancelled`

  /// The absolute URL, for transports that want one text.
  [[nodiscard]] std::string url() const {
    return std::string(origin.tls ? "https://" : "http://").append(host).append(target);
  }
};

/// One HTTP response, whatever its status.
struct Response {
  int status = 0;
  Headers headers;
  SecureString body;  ///< without transfer or content encoding
};

namespace detail {
/// The transport itself, where `T` is one or a `std::reference_wrapper` to one.
template <class T>
using Unwrapped = std::remove_reference_t<std::unwrap_reference_t<T>>;
}  // namespace detail

// What a transport has to have, in the order in which the compiler asks for it: the first that is missing is named.
// `check_transport` says the same in sentences.

/// It has a member `send`.
template <class T>
concept HasSend = requires {
  &detail::Unwrapped<T>::send;
}
|| requires(detail::Unwrapped<T>& transport, const Request& request) { transport.send(request); };

/// `send` takes a `const Request&`.
template <class T>
concept SendTakesRequest = HasSend<T> && requires(detail::Unwrapped<T>& transport, const Request& request) {
  transport.send(request);
};

namespace detail {
template <SendTakesRequest T>
using Sent = decltype(std::declval<Unwrapped<T>&>().send(std::declval<const Request&>()));
}  // namespace detail

/// `send` can tell an error: it gives more than a bare `Response`.
template <class T>
concept SendCanFail = SendTakesRequest<T> && !std::same_as<detail::Sent<T>, Response>;

/// `send` gives a `Result<Response>`: the answer, or why there is none and how far the request came (`Delivery`).
template <class T>
concept SendsSynchronously = SendTakesRequest<T> && std::same_as<detail::Sent<T>, Result<Response>>;

/// The transport names its coroutine type: `template <class R> using task = …;`.
template <class T>
concept NamesTask = requires {
  typename detail::Unwrapped<T>::template task<int>;
};

/// `send` gives a `task<Result<Response>>`.
template <class T>
concept SendsAsynchronously = SendTakesRequest<T> && NamesTask<T> && std::same_as < detail::Sent<T>,
typename detail::Unwrapped<T>::template task < Result < Response >>> ;

/// `send` gives a result, or the transport names the task that it gives.
template <class T>
concept NamesItsTask = SendsSynchronously<T> || NamesTask<T>;

/// `send` gives a `Result<Response>`, or a task of it.
template <class T>
concept SendGivesResult = SendsSynchronously<T> || SendsAsynchronously<T>;

/// `wait(duration)` gives a `task<void>`: how the library backs off before it tries again.
template <class T>
concept WaitsAsynchronously = NamesTask<T> &&
    requires(detail::Unwrapped<T>& transport, std::chrono::nanoseconds duration) {
  { transport.wait(duration) } -> std::same_as<typename detail::Unwrapped<T>::template task<void>>;
};

/// The library can wait before it tries again: by itself for a synchronous transport, by `wait` for an asynchronous
/// one.
template <class T>
concept BacksOff = SendsSynchronously<T> || WaitsAsynchronously<T>;

/// A transport whose calls return when they are done. What it throws passes through the call, which then tells no
/// outcome: a transport returns its failures. Safe to use from several threads if the `Api` on it is.
template <class T>
concept SyncTransport = SendsSynchronously<T>;

/// A transport whose calls are awaited.
template <class T>
concept AsyncTransport = SendsAsynchronously<T> && WaitsAsynchronously<T>;

/// What `Client`, `Api` and `User` run on; the transport's colour is the colour of every call.
template <class T>
concept Transport =
    HasSend<T> && SendTakesRequest<T> && SendCanFail<T> && NamesItsTask<T> && SendGivesResult<T> && BacksOff<T>;

/// `spawn(task<void>)` runs a task on its own: what many calls at once need.
template <class T>
concept Spawns = NamesTask<T> &&
    requires(detail::Unwrapped<T>& transport, typename detail::Unwrapped<T>::template task<void> work) {
  transport.spawn(std::move(work));
};

/// An asynchronous transport that can have many calls in flight.
template <class T>
concept ConcurrentTransport = AsyncTransport<T> && Spawns<T>;

// What a transport may bring besides; without it the library makes do.

/// A synchronous transport's own `wait(duration, stop)`; else the library sleeps until then or the stop.
template <class T>
concept WaitsSynchronously = SyncTransport<T> &&
    requires(detail::Unwrapped<T>& transport, std::chrono::nanoseconds duration, const StopToken& stop) {
  { transport.wait(duration, stop) } -> std::same_as<void>;
};

/// An asynchronous transport's `wait(duration, stop)`, which ends early with an error when a stop is requested or the
/// task is cancelled; else a stop is seen after the wait.
template <class T>
concept WaitsUntilStopped = AsyncTransport<T> &&
    requires(detail::Unwrapped<T>& transport, std::chrono::nanoseconds duration, const StopToken& stop) {
  { transport.wait(duration, stop) } -> std::same_as<typename detail::Unwrapped<T>::template task<Result<void>>>;
};

/// An asynchronous transport's `shield(task<R>)`, which gives a `task<R>`: put around each whole call, for coroutine
/// types in which a cancellation would otherwise throw in the midst of it.
template <class T>
concept ShieldsCalls = AsyncTransport<T> &&
    requires(detail::Unwrapped<T>& transport, typename detail::Unwrapped<T>::template task<int> call) {
  { transport.shield(std::move(call)) } -> std::same_as<typename detail::Unwrapped<T>::template task<int>>;
};

}  // namespace wandb
