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
#include <wandb/setting.hpp>
#include <wandb/stop_token.hpp>

namespace wandb::inline WANDB_ABI {

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
  std::string_view target = "/";  ///< path and query, percent-encoded as on the wire
  std::string_view host;          ///< the `Host` header: `name[:port]`, an IPv6 literal in its brackets
  /// `secret` ones are the credentials, and headers that the caller added. An exchange of an identity token at
  /// `/oidc/token` has no credentials.
  std::span<const Header> headers;
  /// JSON; of an exchange a form, which contains the identity token and so is secret.
  std::string_view body;
  /// When to give up, with `errc::timed_out`; `max()` when there is no deadline.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  StopToken stop;  ///< when a stop is requested, give up with `errc::cancelled`

  // For loggers only: these are not sent, and a transport does not depend on them.
  std::string_view operation{};  ///< the operation's name, with static storage, such as "createUser"
  int attempt = 0;               ///< which try this is of the call's current request, from 1; 0 if unknown

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

// The parts of `Transport`, in the order in which the compiler checks them: its message names the first that is
// missing. `check_transport` explains each in a sentence.

/// The transport has a member `send`.
template <class T>
concept HasSend = requires {
  &Unwrapped<T>::send;
}
|| requires(Unwrapped<T>& transport, const Request& request) { transport.send(request); };

/// `send` takes a `const Request&`.
template <class T>
concept SendTakesRequest = HasSend<T> && requires(Unwrapped<T>& transport, const Request& request) {
  transport.send(request);
};

/// What `send` gives.
template <SendTakesRequest T>
using Sent = decltype(std::declval<Unwrapped<T>&>().send(std::declval<const Request&>()));

/// The transport names its coroutine type.
template <class T>
concept NamesTask = requires {
  typename Unwrapped<T>::template task<int>;
};

/// The transport's task of an `R`.
template <NamesTask T, class R>
using TaskOf = typename Unwrapped<T>::template task<R>;

template <class T>
inline constexpr bool sends_result = false;
template <SendTakesRequest T>
inline constexpr bool sends_result<T> = std::is_same_v<Sent<T>, Result<Response>>;

template <class T>
inline constexpr bool sends_task = false;
template <SendTakesRequest T>
requires NamesTask<T>
inline constexpr bool sends_task<T> = std::is_same_v<Sent<T>, TaskOf<T, Result<Response>>>;

/// `send` gives a `Result<Response>`, or the transport's task of one.
template <class T>
concept SendGivesResult = sends_result<T> || sends_task<T>;

/// `wait(duration)` gives a `task<void>`.
template <class T>
concept Waits = NamesTask<T> && requires(Unwrapped<T>& transport, std::chrono::nanoseconds duration) {
  { transport.wait(duration) } -> std::same_as<TaskOf<T, void>>;
};

/// The library can wait before it repeats a request.
template <class T>
concept BacksOff = sends_result<T> || Waits<T>;

}  // namespace detail

/// What `Client`, `Api` and `User` run on: a `SyncTransport` or an `AsyncTransport`. The transport decides whether
/// calls are awaited.
///
/// A transport may have these members besides, which the library uses where they exist.
///
/// In either case:
/// - `Settings settings(const Origin& server) const` gives the settings that are in effect for a server, with their
///   sources, safe to print. `Client::status` adds them to its own.
/// - `std::chrono::steady_clock::time_point now() const` is the time from which the library computes deadlines, pauses
///   and the duration of a call, so that a transport for tests can simulate time. Without it that is the steady
///   clock's.
///
/// If it is synchronous:
/// - `void wait(std::chrono::nanoseconds, const StopToken&)` waits until the time is over or a stop is requested.
///   Without it the library sleeps on a condition variable.
///
/// If it is asynchronous:
/// - `task<Result<void>> wait(std::chrono::nanoseconds, const StopToken&)` ends early, with an error, when a stop is
///   requested or the task is cancelled. Without it a stop is seen only after the wait.
/// - `task<R> shield(task<R>)`, for any `R`, is put around each whole call. Coroutine types need it in which a
///   cancellation would otherwise throw in the midst of a call.
/// - `spawn(task<void>)` makes it a `ConcurrentTransport`.
/// - `make_event()` gives an object with `set()`, for any thread, and `task<void> wait()`, which ends after a `set()`.
///   `for_each` waits with it for results. Without it the library uses an event of its own, and where the task's
///   promise restricts what is awaited, looks each millisecond.
template <class T>
concept Transport =
    detail::HasSend<T> && detail::SendTakesRequest<T> && detail::SendGivesResult<T> && detail::BacksOff<T>;

/// A transport whose calls block: `Result<Response> send(const Request&)`.
///
/// `send` returns its failures, and says in each how far the request came (`Delivery`). What it throws passes through
/// the call, which then tells no outcome. An `Api` is as safe to use from several threads as its transport.
template <class T>
concept SyncTransport = Transport<T> && detail::sends_result<T>;

/// A transport whose calls are awaited. It has `template <class R> using task = …;`, a `send(const Request&)` that
/// gives `task<Result<Response>>`, and a `wait(std::chrono::nanoseconds)` that gives `task<void>`, with which the
/// library waits before it repeats a request.
template <class T>
concept AsyncTransport = Transport<T> && detail::sends_task<T> && detail::Waits<T>;

/// An asynchronous transport that can have many calls in flight: `spawn(task<void>)` runs a task on its own.
template <class T>
concept ConcurrentTransport = AsyncTransport<T> &&
    requires(detail::Unwrapped<T>& transport, detail::TaskOf<T, void> work) {
  transport.spawn(std::move(work));
};

namespace detail {

// What a transport may have besides, as `Transport` documents it.

template <class T>
concept TellsSettings = Transport<T> && requires(const Unwrapped<T>& transport, const Origin& server) {
  { transport.settings(server) } -> std::same_as<Settings>;
};

template <class T>
concept TellsTime = Transport<T> && requires(const Unwrapped<T>& transport) {
  { transport.now() } -> std::same_as<std::chrono::steady_clock::time_point>;
};

template <class T>
concept WaitsUntilStopped = SyncTransport<T> &&
    requires(Unwrapped<T>& transport, std::chrono::nanoseconds duration, const StopToken& stop) {
  { transport.wait(duration, stop) } -> std::same_as<void>;
};

template <class T>
concept AwaitsUntilStopped = AsyncTransport<T> &&
    requires(Unwrapped<T>& transport, std::chrono::nanoseconds duration, const StopToken& stop) {
  { transport.wait(duration, stop) } -> std::same_as<TaskOf<T, Result<void>>>;
};

template <class T>
concept ShieldsCalls = AsyncTransport<T> && requires(Unwrapped<T>& transport, TaskOf<T, int> call) {
  { transport.shield(std::move(call)) } -> std::same_as<TaskOf<T, int>>;
};

}  // namespace detail

}  // namespace wandb
