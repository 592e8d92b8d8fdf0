// One connection to one origin, for coroutines.
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
#include <wandb/transport/detail/net/http_connection.hpp>
#include <wandb/transport/detail/net/interrupt.hpp>
#include <wandb/transport/detail/net/resolver.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>

namespace wandb::detail {

/// What the connections of one transport share.
struct AsyncServices {
  AsyncServices(boost::asio::any_io_executor on, TrustSources trust, Resolver::LookUp look_up = detail::look_up)
      : executor(std::move(on)),
        watchdog(std::make_shared<Watchdog>(executor)),
        resolver(std::move(look_up)),
        tls(std::move(trust)) {}
  boost::asio::any_io_executor executor;
  std::shared_ptr<Watchdog> watchdog;
  Resolver resolver;
  TlsClient tls;
};

/// One coroutine at a time has it. What it awaits ends at the request's deadline, its stop, or the coroutine's
/// cancellation.
class AsyncConnection : public HttpConnection<AsyncSocket> {
 public:
  template <class T>
  using task = boost::asio::awaitable<T>;

  AsyncConnection(AsyncServices& services, const Origin& origin)
      : HttpConnection(services.executor, origin), services_(services) {}

  /// Resolves, connects, through `proxy` where one is given, and shakes hands.
  [[nodiscard]] task<Result<void>> open(std::optional<ProxyHop> proxy, const Request& request,
                                        std::chrono::milliseconds connect_timeout);
  /// Sends the request once and reads the answer.
  [[nodiscard]] task<Result<Response>> exchange(const Request& request, std::size_t max_body);

 private:
  using Addresses = std::vector<boost::asio::ip::address>;

  [[nodiscard]] task<Result<Addresses>> resolve(const Request& request, const std::string& host);
  [[nodiscard]] task<Result<void>> connect(const Request& request, std::chrono::milliseconds max_each);
  [[nodiscard]] task<Result<void>> open_tunnel(const Request& request);
  [[nodiscard]] task<Result<void>> shake_hands(const Request& request);
  [[nodiscard]] bool send(HttpExchange& exchange);
  [[nodiscard]] task<void> ready();
  [[nodiscard]] task<void> receive(HttpExchange& exchange, Aborts& aborts);

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
    co_return co_await shake_hands(request);
  }
  co_return opened({});
}

inline boost::asio::awaitable<Result<AsyncConnection::Addresses>> AsyncConnection::resolve(const Request& request,
                                                                                           const std::string& host) {
  if (auto known = Resolver::without_asking(host)) co_return std::move(*known);
  const auto job = services_.resolver.start(host);
  if (job != nullptr) {
    Gate gate(services_.executor);
    const Tether<Gate> tether(gate);  // the look-up may outlive this coroutine
    job->when_done(tether.bind([](Gate& done) { done.set(); }));
    const Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, gate);
    const auto ec = co_await gate.wait(request.deadline);
    if (ec) co_return Resolver::failed(code_or(ec, errc::timed_out), host);
  }
  co_return Resolver::result(host, job.get());
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::connect(const Request& request,
                                                                     std::chrono::milliseconds max_each) {
  using Clock = std::chrono::steady_clock;
  const auto first = next();
  auto addresses = co_await resolve(request, first.host);
  if (!addresses) co_return addresses.error();
  ConnectAttempts attempts(first, std::move(*addresses), request.deadline, max_each);
  while (const auto attempt = attempts.next(Clock::now())) {
    socket_.reset();
    error_code ec;
    {
      const Watchdog::Watch watch(*services_.watchdog, attempt->until, socket_);
      const Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
      co_await socket_.async_connect({attempt->address, first.port}, into(ec));
    }
    // Also an abort that came too late to end it: on this socket nothing would succeed any more.
    if (const auto late = socket_.interrupted()) ec = late;
    if (!ec) socket_.send_without_delay();
    attempts.ended(ec, Clock::now());
  }
  co_return attempts.result();
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::open_tunnel(const Request& request) {
  const ConnectRequest connect(*proxy_, peer_);
  auto exchange = begin_tunnel(connect);
  const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
  Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
  while (!send(exchange)) {
    aborts.listen(co_await boost::asio::this_coro::cancellation_state);
    co_await ready();
  }
  end_sending(exchange);
  if (exchange.receiving()) co_await receive(exchange, aborts);
  co_return end_tunnel(exchange);
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::shake_hands(const Request& request) {
  if (auto prepared = prepare_tls(services_.tls); !prepared) co_return prepared;
  const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
  const Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
  error_code ec;
  co_await tls_->async_handshake(boost::asio::ssl::stream_base::client, into(ec));
  co_return opened(socket_.explain(ec));
}

inline boost::asio::awaitable<Result<Response>> AsyncConnection::exchange(const Request& request,
                                                                          std::size_t max_body) {
  auto exchange = begin(request, max_body);
  {
    const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
    Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
    while (!send(exchange)) {
      aborts.listen(co_await boost::asio::this_coro::cancellation_state);
      co_await ready();
    }
    end_sending(exchange);
    if (exchange.receiving()) {
      // The answer is hardly ever there yet. Others go first, and mostly it is there then.
      co_await boost::asio::post(boost::asio::use_awaitable);
      exchange.stop_receiving(socket_.interrupted());
      if (exchange.receiving()) read_now(exchange);
    }
    if (exchange.receiving()) {
      co_await receive(exchange, aborts);
    }
  }
  // An abort that came too late for this request, and none can come any more, must not end the next one.
  co_return end(exchange, services_.tls, !socket_.interrupted());
}

// Sends as far as the kernel takes it, and reads what comes meanwhile. False when that has to be waited for.
inline bool AsyncConnection::send(HttpExchange& exchange) {
  exchange.stop_sending(socket_.interrupted());
  send_now(exchange);
  if (exchange.sending() && socket_.readable()) read_now(exchange);
  return !exchange.sending();
}

// Waits until more can be sent, or something has come; an abort of the socket ends it as well.
inline boost::asio::awaitable<void> AsyncConnection::ready() {
  Gate gate(services_.executor);
  const Tether<Gate> tether(gate);
  socket_.when_ready(tether.bind([](Gate& either) { either.set(); }));
  static_cast<void>(co_await gate.wait());
  socket_.forget_waits();
}

inline boost::asio::awaitable<void> AsyncConnection::receive(HttpExchange& exchange, Aborts& aborts) {
  while (exchange.receiving()) {
    aborts.listen(co_await boost::asio::this_coro::cancellation_state);
    // Data that never runs dry never waits, so the abort is asked for here as well.
    exchange.stop_receiving(socket_.interrupted());
    if (!exchange.receiving()) co_return;
    const auto room = exchange.room();
    error_code ec;
    std::size_t count = 0;
    if (tls_) {
      count = co_await tls_->async_read_some(room, into(ec));
    } else {
      count = co_await socket_.async_read_some(room, into(ec));
    }
    exchange.received(count, ec, socket_.interrupted());
  }
}

}  // namespace wandb::detail
