// HTTP/1.1 over TCP and TLS for coroutines. Needs Boost.Asio, Boost.Beast (headers) and OpenSSL.
#pragma once

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
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/options.hpp>

namespace wandb {

namespace detail {
class AsyncEvent;
}

/// Sends requests over HTTP/1.1 without blocking, kept alive, with TLS verified against host name and certificate
/// authorities, and sessions resumed. Its task is `boost::asio::awaitable`.
///
/// What a call waits for, its place in the line included, ends at the request's deadline, its stop, or the coroutine's
/// cancellation. A cancelled call gives its `Result` (`errc::cancelled`), the cancellation is then spent, and its
/// connection is closed. Nothing is ever sent twice. Safe to use from any thread, on a strand as on an `io_context`
/// that several threads run. A handle: copies share connections and settings. It must not outlive its execution
/// context. One that was moved from may only be destroyed or assigned to.
class AsyncBeastTransport {
 public:
  template <class T>
  using task = boost::asio::awaitable<T>;

  /// No traffic, and nothing fails here: what is wrong with the options, `send` tells. `SSL_CERT_FILE` and
  /// `SSL_CERT_DIR` are looked up in `environment`, here and once.
  explicit AsyncBeastTransport(boost::asio::any_io_executor executor, const BeastOptions& options = {},
                               const Environment& environment = Environment::process());
  /// The same on a context's executor.
  template <class Context>
  requires std::is_convertible_v<Context&, boost::asio::execution_context&>
  explicit AsyncBeastTransport(Context& context, const BeastOptions& options = {},
                               const Environment& environment = Environment::process())
      : AsyncBeastTransport(boost::asio::any_io_executor(context.get_executor()), options, environment) {}

  /// Sends the request and awaits the whole answer. Errors as those of `BeastTransport::send`.
  [[nodiscard]] task<Result<Response>> send(const Request& request) const;

  /// Waits so long.
  [[nodiscard]] task<void> wait(std::chrono::nanoseconds duration) const;
  /// The same; a stop or a cancellation ends it, with `errc::cancelled`.
  [[nodiscard]] task<Result<void>> wait(std::chrono::nanoseconds duration, StopToken stop) const;

  /// Runs a task on its own, on this transport's executor. What it throws leaves the context's `run()`.
  void spawn(task<void> work) const;

  /// Runs a whole call so that a cancellation of the coroutine becomes its result: Asio would throw at the next
  /// `co_await` inside it instead, and nobody would learn what became of the call.
  template <class R>
  [[nodiscard]] task<R> shield(task<R> call) const {
    return shielded(std::move(call));
  }

  /// An event for one waiter at a time: `set()` from any thread, `wait()` here. It forgets when it was waited for.
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

  /// Connections opened so far, failed ones included.
  [[nodiscard]] std::size_t connections_opened() const noexcept;
  /// Connections that wait for a request.
  [[nodiscard]] std::size_t idle_connections() const;
  /// Closes the connections that wait for a request.
  void close_idle() const;

 private:
  struct State;
  using StatePtr = std::shared_ptr<State>;

  [[nodiscard]] static task<Result<Response>> send(StatePtr state, const Request& request);
  [[nodiscard]] static task<Result<Response>> carry_out(State& state, const Request& request);
  [[nodiscard]] static task<Result<void>> pause(StatePtr state, std::chrono::nanoseconds duration, StopToken stop);
  [[nodiscard]] static task<void> wait_unless(StatePtr state, std::chrono::nanoseconds duration);
  // The caller's setting comes back also where the call throws. No handler can await, so it is caught and thrown anew.
  template <class R>
  [[nodiscard]] static task<R> shielded(task<R> call) {
    namespace this_coro = boost::asio::this_coro;
    const bool throws = co_await this_coro::throw_if_cancelled();
    co_await this_coro::throw_if_cancelled(false);
    std::optional<R> result;
    std::exception_ptr thrown;
    try {
      result.emplace(co_await std::move(call));
    } catch (...) {
      thrown = std::current_exception();
    }
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

namespace wandb {

// Instantiated where the definitions are; not the walk, of which clang 14 would instantiate what only blocking calls
// have.
extern template class Client<AsyncBeastTransport>;
extern template class Api<AsyncBeastTransport>;
extern template class User<AsyncBeastTransport>;

}  // namespace wandb
#endif
