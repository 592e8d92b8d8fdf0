// HTTP/1.1 over TCP and TLS for coroutines. Needs Boost.Asio, Boost.Beast (headers) and OpenSSL.
#pragma once

#include <wandb/detail/boost_version.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <wandb/detail/declare.hpp>
#include <wandb/environment.hpp>
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/options.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {
class AsyncEvent;
}

/// Sends requests over HTTP/1.1 without blocking, kept alive, with TLS verified against host name and certificate
/// authorities, and sessions resumed. Its task is `boost::asio::awaitable`.
///
/// Every wait of a call, that for a connection included, ends at the request's deadline, its stop, or the coroutine's
/// cancellation. A cancelled call gives `errc::cancelled`, clears the cancellation, and closes its connection. No
/// request is sent twice. Safe to use from any thread, both on a strand and on an `io_context` that several threads
/// run. Copies share connections and settings. A transport must not outlive its execution context. A moved-from
/// transport may only be destroyed or assigned to.
class AsyncBeastTransport {
 public:
  template <class T>
  using task = boost::asio::awaitable<T>;

  /// Sends nothing and does not fail: `send` reports what is wrong with the options. It reads the proxy and certificate
  /// variables of `environment` once, here.
  explicit AsyncBeastTransport(boost::asio::any_io_executor executor, const BeastOptions& options = {},
                               const Environment& environment = Environment::process());
  /// The same on a context's executor.
  template <class Context>
  requires std::is_convertible_v<Context&, boost::asio::execution_context&>
  explicit AsyncBeastTransport(Context& context, const BeastOptions& options = {},
                               const Environment& environment = Environment::process())
      : AsyncBeastTransport(boost::asio::any_io_executor(context.get_executor()), options, environment) {}

  /// Sends the request and awaits the whole response. Fails as `BeastTransport::send` does.
  [[nodiscard]] task<Result<Response>> send(const Request& request) const;

  /// Waits for `duration`. A cancellation of the coroutine ends the wait early.
  [[nodiscard]] task<void> wait(std::chrono::nanoseconds duration) const;
  /// Waits for `duration`. Fails with `errc::cancelled` at a stop or a cancellation.
  [[nodiscard]] task<Result<void>> wait(std::chrono::nanoseconds duration, StopToken stop) const;

  /// Runs a task on this transport's executor, without waiting for it. The context's `run()` throws what the task
  /// throws.
  void spawn(task<void> work) const;

  /// Runs a whole call so that a cancellation of the coroutine becomes the call's result. Asio would otherwise throw at
  /// the next `co_await` inside the call, and the call's outcome would be lost.
  template <class R>
  [[nodiscard]] task<R> shield(task<R> call) const {
    return shielded(std::move(call));
  }

  /// An event that one coroutine at a time awaits. Any thread may call `set()`. A finished `wait()` resets the event.
  class Event {
   public:
    explicit Event(const boost::asio::any_io_executor& executor);
    Event(Event&&) noexcept;
    Event& operator=(Event&&) noexcept;
    ~Event();
    void set();
    [[nodiscard]] task<void> wait();

   private:
    std::unique_ptr<detail::AsyncEvent> event_;
  };
  [[nodiscard]] Event make_event() const;

  /// The settings that are in effect for a server, and where each came from: the proxy, and with TLS the certificate
  /// authorities and the client's certificate. It reads no file, and tells no secret.
  [[nodiscard]] Settings settings(const Origin& server) const;

  /// The number of connections that were opened, failed attempts included.
  [[nodiscard]] std::size_t connections_opened() const noexcept;
  /// The number of connections that wait for a request.
  [[nodiscard]] std::size_t idle_connections() const;
  /// Closes the connections that wait for a request.
  void close_idle() const;

 private:
  struct State;
  using StatePtr = std::shared_ptr<State>;

  [[nodiscard]] static task<Result<Response>> send(StatePtr state, const Request& request);
  [[nodiscard]] static task<Result<Response>> carry_out(State& state, const Request& request);
  [[nodiscard]] static task<Result<void>> wait_or_cancel(StatePtr state, std::chrono::nanoseconds duration,
                                                         StopToken stop);
  [[nodiscard]] static task<void> wait_without_stop(StatePtr state, std::chrono::nanoseconds duration);
  // Restores the caller's setting even if the call throws. A handler cannot await, so it keeps the exception, which is
  // rethrown after it.
  template <class R>
  [[nodiscard]] static task<R> shielded(task<R> call) {
    namespace this_coro = boost::asio::this_coro;
    const bool throws = co_await this_coro::throw_if_cancelled();
    co_await this_coro::throw_if_cancelled(false);
    std::optional<R> result;
    std::exception_ptr thrown;
#if defined(__cpp_exceptions)
    try {
#endif
      result.emplace(co_await std::move(call));
#if defined(__cpp_exceptions)
    } catch (...) {
      thrown = std::current_exception();
    }
#endif
    co_await this_coro::throw_if_cancelled(throws);
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*result);
  }

  StatePtr state_;
};

static_assert(ConcurrentTransport<AsyncBeastTransport>);

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/async_beast.ipp>
#else
#include <wandb/api.hpp>

namespace wandb::inline WANDB_ABI {

// These are instantiated with the definitions. `Users` is not, since clang 14 would instantiate members of it that only
// a blocking transport has.
extern template class Client<AsyncBeastTransport>;
extern template class Api<AsyncBeastTransport>;
extern template class User<AsyncBeastTransport>;

}  // namespace wandb
#endif
