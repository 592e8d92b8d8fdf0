// An asynchronous connection to one origin.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <wandb/result.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/connect_attempts.hpp>
#include <wandb/transport/detail/http/http_exchange.hpp>
#include <wandb/transport/detail/http/proxy_hop.hpp>
#include <wandb/transport/detail/net/async_socket.hpp>
#include <wandb/transport/detail/net/client_certificate.hpp>
#include <wandb/transport/detail/net/http_connection.hpp>
#include <wandb/transport/detail/net/interrupt.hpp>
#include <wandb/transport/detail/net/resolver.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The services that the connections of one transport share.
struct AsyncServices {
  AsyncServices(boost::asio::any_io_executor on, TrustSources trust, Resolver::LookUp look_up = detail::look_up,
                ClientCertificate certificate = {})
      : executor(std::move(on)),
        watchdog(std::make_shared<Watchdog>(executor)),
        resolver(std::move(look_up)),
        tls(std::move(trust), std::move(certificate)) {}
  boost::asio::any_io_executor executor;
  std::shared_ptr<Watchdog> watchdog;
  Resolver resolver;
  TlsClient tls;
};

/// A connection that serves one coroutine at a time. Everything that it awaits ends at the request's deadline, its
/// stop, or the coroutine's cancellation.
class AsyncConnection : public HttpConnection<AsyncSocket> {
 public:
  template <class T>
  using task = boost::asio::awaitable<T>;

  AsyncConnection(AsyncServices& services, const Origin& origin)
      : HttpConnection(services.executor, origin), services_(services) {}

  /// Resolves the host, connects (through `proxy` if there is one), and does the TLS handshake.
  [[nodiscard]] task<Result<void>> open(std::optional<ProxyHop> proxy, const Request& request,
                                        std::chrono::milliseconds connect_timeout);
  /// Sends the request once and reads the answer.
  [[nodiscard]] task<Result<Response>> exchange(const Request& request, std::size_t max_body);

 private:
  using Addresses = std::vector<boost::asio::ip::address>;

  [[nodiscard]] task<Result<Addresses>> resolve(const Request& request, const std::string& host);
  [[nodiscard]] task<Result<void>> connect(const Request& request, std::chrono::milliseconds max_each);
  [[nodiscard]] task<Result<void>> open_tunnel(const Request& request);
  [[nodiscard]] task<Result<void>> perform_handshake(const Request& request);
  [[nodiscard]] bool send(HttpExchange& exchange);
  [[nodiscard]] task<void> send_rest(HttpExchange& exchange, AbortOnStop& abort_on_stop);
  [[nodiscard]] task<void> ready();
  [[nodiscard]] task<void> receive(HttpExchange& exchange, AbortOnStop& abort_on_stop);

  AsyncServices& services_;
};

inline boost::asio::awaitable<Result<void>> AsyncConnection::open(std::optional<ProxyHop> proxy, const Request& request,
                                                                  std::chrono::milliseconds connect_timeout) {
  proxy_ = std::move(proxy);
  auto connected = co_await connect(request, connect_timeout);
  if (!connected) co_return failed(connected.error());
  if (needs_tunnel()) {
    auto tunnel = co_await open_tunnel(request);
    if (!tunnel) co_return tunnel;
  }
  if (peer_.tls) {
    co_return co_await perform_handshake(request);
  }
  co_return opened({});
}

inline boost::asio::awaitable<Result<AsyncConnection::Addresses>> AsyncConnection::resolve(const Request& request,
                                                                                           const std::string& host) {
  if (auto known = Resolver::resolve_locally(host)) co_return std::move(*known);
  const auto job = services_.resolver.start(host);
  if (job != nullptr) {
    AsyncEvent event(services_.executor);
    const CallbackGuard<AsyncEvent> callbacks(event);  // the look-up may outlive this coroutine
    job->when_done(callbacks.bind([](AsyncEvent& done) { done.set(); }));
    const AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, event);
    const auto ec = co_await event.wait(request.deadline);
    if (ec) co_return Resolver::failed(code_or(ec, errc::timed_out), host);
  }
  co_return Resolver::result(host, job.get());
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::connect(const Request& request,
                                                                     std::chrono::milliseconds max_each) {
  using Clock = std::chrono::steady_clock;
  const auto first = first_peer();
  auto addresses = co_await resolve(request, first.host);
  if (!addresses) co_return addresses.error();
  ConnectAttempts attempts(first, std::move(*addresses), request.deadline, max_each);
  while (const auto attempt = attempts.next(Clock::now())) {
    socket_.reset();
    error_code ec;
    {
      const Watchdog::Watch watch(*services_.watchdog, attempt->until, socket_);
      const AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
      co_await socket_.async_connect({attempt->address, first.port}, await_into(ec));
    }
    // An abort may come too late to end the attempt. Every later operation on the aborted socket would fail.
    if (const auto late = socket_.interrupted()) ec = late;
    if (!ec) socket_.begin_use();
    attempts.ended(ec, Clock::now());
  }
  co_return attempts.result();
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::open_tunnel(const Request& request) {
  const ConnectRequest connect(*proxy_, peer_);
  auto exchange = begin_tunnel(connect);
  const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
  AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
  if (!send(exchange)) {
    co_await send_rest(exchange, abort_on_stop);
  }
  end_sending(exchange);
  if (exchange.receiving()) {
    co_await receive(exchange, abort_on_stop);
  }
  co_return end_tunnel(exchange);
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::perform_handshake(const Request& request) {
  if (auto prepared = prepare_tls(services_.tls); !prepared) co_return prepared;
  const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
  const AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
  error_code ec;
  co_await tls_->async_handshake(boost::asio::ssl::stream_base::client, await_into(ec));
  co_return opened(socket_.explain(ec));
}

inline boost::asio::awaitable<Result<Response>> AsyncConnection::exchange(const Request& request,
                                                                          std::size_t max_body) {
  auto exchange = begin(request, max_body);
  {
    const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
    AbortOnStop abort_on_stop(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
    if (!send(exchange)) {
      co_await send_rest(exchange, abort_on_stop);
    }
    end_sending(exchange);
    if (exchange.receiving()) {
      // The response has hardly ever arrived by now. After other coroutines have run, it usually has.
      co_await boost::asio::post(boost::asio::use_awaitable);
      exchange.stop_receiving(socket_.interrupted());
      if (exchange.receiving()) read_now(exchange);
    }
    if (exchange.receiving()) {
      co_await receive(exchange, abort_on_stop);
    }
  }
  // No abort can come from here on. A connection that was aborted too late to end this request is not used again.
  co_return end(exchange, services_.tls, !socket_.interrupted());
}

// Sends as much as the kernel takes, and reads what has arrived. False if the caller has to wait before the next call.
inline bool AsyncConnection::send(HttpExchange& exchange) {
  exchange.stop_sending(socket_.interrupted());
  send_now(exchange);
  if (exchange.sending() && socket_.readable()) read_now(exchange);
  return !exchange.sending();
}

// Waits until the socket can be written to or read from, or is aborted.
inline boost::asio::awaitable<void> AsyncConnection::ready() {
  AsyncEvent event(services_.executor);
  const CallbackGuard<AsyncEvent> callbacks(event);
  socket_.notify_when_ready(callbacks.bind([](AsyncEvent& either) { either.set(); }));
  static_cast<void>(co_await event.wait());
  socket_.cancel_waits();
}

// Sends what `send` left. The kernel mostly takes a request at once, which then needs no coroutine of its own.
inline boost::asio::awaitable<void> AsyncConnection::send_rest(HttpExchange& exchange, AbortOnStop& abort_on_stop) {
  do {
    abort_on_stop.reattach(co_await boost::asio::this_coro::cancellation_state);
    co_await ready();
  } while (!send(exchange));
}

inline boost::asio::awaitable<void> AsyncConnection::receive(HttpExchange& exchange, AbortOnStop& abort_on_stop) {
  while (exchange.receiving()) {
    abort_on_stop.reattach(co_await boost::asio::this_coro::cancellation_state);
    // While data keeps arriving no read waits, and an abort ends only reads that wait, so it is checked here too.
    exchange.stop_receiving(socket_.interrupted());
    if (!exchange.receiving()) co_return;
    const auto room = exchange.room();
    error_code ec;
    std::size_t count = 0;
    if (tls_) {
      count = co_await tls_->async_read_some(room, await_into(ec));
    } else {
      count = co_await socket_.async_read_some(room, await_into(ec));
    }
    exchange.received(count, ec, socket_.interrupted());
  }
}

}  // namespace wandb::detail
