// The definitions of transport/async_beast.hpp.
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
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/detail/http/proxy_hop.hpp>
#include <wandb/transport/detail/net/async_connection.hpp>
#include <wandb/transport/detail/net/async_pool.hpp>
#include <wandb/transport/detail/net/client_certificate.hpp>
#include <wandb/transport/detail/net/interrupt.hpp>
#include <wandb/transport/detail/net/resolver.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>
#include <wandb/transport/detail/net/trust.hpp>
#include <wandb/transport/options.hpp>

namespace wandb::inline WANDB_ABI {

struct AsyncBeastTransport::State {
  State(boost::asio::any_io_executor executor, const BeastOptions& options, const Environment& environment)
      : limits(options),
        proxies(options, environment),
        services(std::move(executor), detail::trust_sources(options, environment), detail::look_up,
                 detail::ClientCertificate(options)),
        pool(services, limits.max_connections, limits.idle_timeout) {}
  detail::TransportLimits limits;
  detail::ProxySources proxies;
  detail::AsyncServices services;
  detail::AsyncPool pool;
  std::atomic<std::size_t> opened{0};
};

WANDB_DECL AsyncBeastTransport::AsyncBeastTransport(boost::asio::any_io_executor executor, const BeastOptions& options,
                                                    const Environment& environment)
    : state_(std::make_shared<State>(std::move(executor), options, environment)) {}

WANDB_DECL boost::asio::awaitable<Result<Response>> AsyncBeastTransport::send(const Request& request) const {
  return send(state_, request);
}

WANDB_DECL boost::asio::awaitable<void> AsyncBeastTransport::wait(std::chrono::nanoseconds duration) const {
  return wait_without_stop(state_, duration);
}
WANDB_DECL boost::asio::awaitable<Result<void>> AsyncBeastTransport::wait(std::chrono::nanoseconds duration,
                                                                          StopToken stop) const {
  return shielded(wait_or_cancel(state_, duration, std::move(stop)));
}

WANDB_DECL void AsyncBeastTransport::spawn(task<void> work) const {
  boost::asio::co_spawn(state_->services.executor, std::move(work), [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

WANDB_DECL AsyncBeastTransport::Event::Event(const boost::asio::any_io_executor& executor)
    : event_(std::make_unique<detail::AsyncEvent>(executor)) {}
WANDB_DECL AsyncBeastTransport::Event::Event(Event&&) noexcept = default;
WANDB_DECL AsyncBeastTransport::Event& AsyncBeastTransport::Event::operator=(Event&&) noexcept = default;
WANDB_DECL AsyncBeastTransport::Event::~Event() = default;
WANDB_DECL void AsyncBeastTransport::Event::set() { event_->set(); }
WANDB_DECL boost::asio::awaitable<void> AsyncBeastTransport::Event::wait() {
  static_cast<void>(co_await event_->wait());
  event_->reset();
}
WANDB_DECL AsyncBeastTransport::Event AsyncBeastTransport::make_event() const {
  return Event(state_->services.executor);
}

WANDB_DECL Settings AsyncBeastTransport::settings(const Origin& server) const {
  return detail::transport_settings(server, state_->proxies, state_->services.tls);
}

WANDB_DECL std::size_t AsyncBeastTransport::connections_opened() const noexcept {
  return state_->opened.load(std::memory_order_relaxed);
}
WANDB_DECL std::size_t AsyncBeastTransport::idle_connections() const { return state_->pool.idle(); }
WANDB_DECL void AsyncBeastTransport::close_idle() const { state_->pool.clear(); }

WANDB_DECL boost::asio::awaitable<void> AsyncBeastTransport::wait_without_stop(StatePtr state,
                                                                               std::chrono::nanoseconds duration) {
  static_cast<void>(co_await shielded(wait_or_cancel(std::move(state), duration, StopToken())));
}

WANDB_DECL boost::asio::awaitable<Result<Response>> AsyncBeastTransport::send(StatePtr state, const Request& request) {
  namespace this_coro = boost::asio::this_coro;
  if (const auto why = detail::defect(request); !why.empty()) {
    co_return Error(make_error_code(errc::invalid_argument), why, Delivery::nothing_sent);
  }
  const bool throws = co_await this_coro::throw_if_cancelled();
  co_await this_coro::throw_if_cancelled(false);
  Result<Response> response = Error(errc::cancelled, Delivery::nothing_sent);
  // This repeats `shielded`, and saves a coroutine for each request.
  std::exception_ptr thrown;
#if defined(__cpp_exceptions)
  try {
#endif
    if (std::chrono::steady_clock::now() >= request.deadline) response = Error(errc::timed_out, Delivery::nothing_sent);
    else if (!request.stop.stop_requested() && !(co_await this_coro::cancellation_state).cancelled()) {
      response = co_await carry_out(*state, request);
    }
    // The result reports the cancellation, so it is cleared, and the caller's next co_await continues.
    if (!response && response.error() == errc::cancelled) (co_await this_coro::cancellation_state).clear();
#if defined(__cpp_exceptions)
  } catch (...) {
    thrown = std::current_exception();
  }
#endif
  co_await this_coro::throw_if_cancelled(throws);
  if (thrown) std::rethrow_exception(thrown);
  co_return response;
}

WANDB_DECL boost::asio::awaitable<Result<Response>> AsyncBeastTransport::carry_out(State& state,
                                                                                   const Request& request) {
  auto lease = state.pool.try_take(request.origin);
  if (!lease) {
    auto waited = co_await state.pool.take(request);
    if (!waited) co_return waited.error();
    lease.emplace(std::move(*waited));
  }
  const bool fresh = lease->fresh();
  if (fresh) {
    auto proxy = detail::proxy_hop(state.proxies, request.origin);
    if (!proxy) co_return proxy.error();
    state.opened.fetch_add(1, std::memory_order_relaxed);
    const auto opened =
        co_await lease->connection(request.origin).open(std::move(*proxy), request, state.limits.connect_timeout);
    if (!opened) co_return opened.error();
  }
  auto response = co_await lease->connection(request.origin).exchange(request, state.limits.max_response_size);
  // If a connection that had worked is dead, the idle ones may be dead too. Closing them spares the next request that.
  if (!fresh && detail::connection_died(response)) lease->close_others();
  co_return response;
}

// Waits until the duration, a stop, or a cancellation. The caller shields it.
WANDB_DECL boost::asio::awaitable<Result<void>> AsyncBeastTransport::wait_or_cancel(StatePtr state,
                                                                                    std::chrono::nanoseconds duration,
                                                                                    StopToken stop) {
  auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  detail::AsyncEvent event(state->services.executor);
  const detail::AbortOnStop abort_on_stop(stop, cancellation, event);
  using Clock = std::chrono::steady_clock;
  const auto now = Clock::now();
  const bool bounded = duration < Clock::time_point::max() - now;
  const auto ec = co_await event.wait(bounded ? now + duration : Clock::time_point::max());
  if (ec != errc::cancelled) co_return success();
  cancellation.clear();
  co_return Error(errc::cancelled, Delivery::nothing_sent);
}

#if defined(WANDB_SEPARATE_COMPILATION)
template class Client<AsyncBeastTransport>;
template class Api<AsyncBeastTransport>;
template class User<AsyncBeastTransport>;
#endif

}  // namespace wandb
