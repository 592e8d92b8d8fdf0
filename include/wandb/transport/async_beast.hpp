// HTTP/1.1 over TCP and TLS for coroutines. Needs Boost.Asio, Boost.Beast (headers) and OpenSSL.
#pragma once

#include <atomic>
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
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <wandb/environment.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/detail/net/async_connection.hpp>
#include <wandb/transport/detail/net/async_pool.hpp>
#include <wandb/transport/detail/net/interrupt.hpp>
#include <wandb/transport/detail/net/trust.hpp>
#include <wandb/transport/options.hpp>

namespace wandb {

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
                               const Environment& environment = Environment::process())
      : state_(std::make_shared<State>(std::move(executor), options, environment)) {}
  /// The same on a context's executor.
  template <class Context>
  requires std::is_convertible_v<Context&, boost::asio::execution_context&>
  explicit AsyncBeastTransport(Context& context, const BeastOptions& options = {},
                               const Environment& environment = Environment::process())
      : AsyncBeastTransport(boost::asio::any_io_executor(context.get_executor()), options, environment) {}

  /// Sends the request and awaits the whole answer. Errors as those of `BeastTransport::send`.
  [[nodiscard]] task<Result<Response>> send(const Request& request) const { return send(state_, request); }

  /// Waits so long.
  [[nodiscard]] task<void> wait(std::chrono::nanoseconds duration) const { return wait_unless(state_, duration); }
  /// The same; a stop or a cancellation ends it, with `errc::cancelled`.
  [[nodiscard]] task<Result<void>> wait(std::chrono::nanoseconds duration, StopToken stop) const {
    return shielded(pause(state_, duration, std::move(stop)));
  }

  /// Runs a task on its own, on this transport's executor. What it throws leaves the context's `run()`.
  void spawn(task<void> work) const {
    boost::asio::co_spawn(state_->services.executor, std::move(work), [](const std::exception_ptr& thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
  }

  /// Runs a whole call so that a cancellation of the coroutine becomes its result: Asio would throw at the next
  /// `co_await` inside it instead, and nobody would learn what became of the call.
  template <class R>
  [[nodiscard]] task<R> shield(task<R> call) const {
    return shielded(std::move(call));
  }

  /// An event for one waiter at a time: `set()` from any thread, `wait()` here. It forgets when it was waited for.
  class Event {
   public:
    explicit Event(const boost::asio::any_io_executor& executor) : gate_(std::make_unique<detail::Gate>(executor)) {}
    void set() { gate_->set(); }
    [[nodiscard]] task<void> wait() {
      static_cast<void>(co_await gate_->wait());
      gate_->reset();
    }

   private:
    std::unique_ptr<detail::Gate> gate_;
  };
  [[nodiscard]] Event make_event() const { return Event(state_->services.executor); }

  /// Connections opened so far, failed ones included.
  [[nodiscard]] std::size_t connections_opened() const noexcept {
    return state_->opened.load(std::memory_order_relaxed);
  }
  /// Connections that wait for a request.
  [[nodiscard]] std::size_t idle_connections() const { return state_->pool.idle(); }
  /// Closes the connections that wait for a request.
  void close_idle() const { state_->pool.clear(); }

 private:
  struct State {
    State(boost::asio::any_io_executor executor, const BeastOptions& options, const Environment& environment)
        : limits(options),
          services(std::move(executor), detail::trust_sources(options, environment)),
          pool(services, limits.max_connections, limits.idle_timeout) {}
    detail::TransportLimits limits;
    detail::AsyncServices services;
    detail::AsyncPool pool;
    std::atomic<std::size_t> opened{0};
  };
  using StatePtr = std::shared_ptr<State>;

  [[nodiscard]] static task<Result<Response>> send(StatePtr state, const Request& request);
  [[nodiscard]] static task<Result<Response>> carry_out(State& state, const Request& request);
  [[nodiscard]] static task<Result<void>> pause(StatePtr state, std::chrono::nanoseconds duration, StopToken stop);
  [[nodiscard]] static task<void> wait_unless(StatePtr state, std::chrono::nanoseconds duration) {
    static_cast<void>(co_await shielded(pause(std::move(state), duration, StopToken())));
  }
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

inline boost::asio::awaitable<Result<Response>> AsyncBeastTransport::send(StatePtr state, const Request& request) {
  namespace this_coro = boost::asio::this_coro;
  if (const auto why = detail::defect(request); !why.empty()) {
    co_return Error(make_error_code(errc::invalid_argument), why, Delivery::nothing_sent);
  }
  const bool throws = co_await this_coro::throw_if_cancelled();
  co_await this_coro::throw_if_cancelled(false);
  Result<Response> response = Error(errc::cancelled, Delivery::nothing_sent);
  // As in `shielded`, here without a coroutine more for each request.
  std::exception_ptr thrown;
  try {
    if (std::chrono::steady_clock::now() >= request.deadline) response = Error(errc::timed_out, Delivery::nothing_sent);
    else if (!request.stop.stop_requested() && !(co_await this_coro::cancellation_state).cancelled()) {
      response = co_await carry_out(*state, request);
    }
    // What became a result is spent: the caller's next co_await goes on.
    if (!response && response.error() == errc::cancelled) (co_await this_coro::cancellation_state).clear();
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await this_coro::throw_if_cancelled(throws);
  if (thrown) std::rethrow_exception(thrown);
  co_return response;
}

inline boost::asio::awaitable<Result<Response>> AsyncBeastTransport::carry_out(State& state, const Request& request) {
  auto lease = state.pool.take_at_once(request.origin);
  if (!lease) {
    auto waited = co_await state.pool.take(request);
    if (!waited) co_return waited.error();
    lease.emplace(std::move(*waited));
  }
  const bool fresh = lease->fresh();
  auto& connection = lease->connection(request.origin);
  if (fresh) {
    state.opened.fetch_add(1, std::memory_order_relaxed);
    const auto opened = co_await connection.open(request, state.limits.connect_timeout);
    if (!opened) co_return opened.error();
  }
  auto response = co_await connection.exchange(request, state.limits.max_response_size);
  // What ended a connection that had worked may have ended all that wait: the next request is not to find out.
  if (!fresh && detail::went_dead(response)) lease->close_others();
  co_return response;
}

// To be shielded.
inline boost::asio::awaitable<Result<void>> AsyncBeastTransport::pause(StatePtr state,
                                                                       std::chrono::nanoseconds duration,
                                                                       StopToken stop) {
  auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  detail::Gate gate(state->services.executor);
  const detail::Aborts aborts(stop, cancellation, gate);
  using Clock = std::chrono::steady_clock;
  const auto now = Clock::now();
  const bool bounded = duration < Clock::time_point::max() - now;
  const auto ec = co_await gate.wait(bounded ? now + duration : Clock::time_point::max());
  if (ec != errc::cancelled) co_return success();
  cancellation.clear();
  co_return Error(errc::cancelled, Delivery::nothing_sent);
}

static_assert(ConcurrentTransport<AsyncBeastTransport>);

}  // namespace wandb
