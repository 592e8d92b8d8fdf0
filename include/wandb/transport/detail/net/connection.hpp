// A blocking connection to one origin.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/result.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/connect_attempts.hpp>
#include <wandb/transport/detail/http/http_exchange.hpp>
#include <wandb/transport/detail/http/proxy_hop.hpp>
#include <wandb/transport/detail/net/deadline_socket.hpp>
#include <wandb/transport/detail/net/http_connection.hpp>
#include <wandb/transport/detail/net/resolver.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>
#include <wandb/transport/detail/net/waker.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// A connection that serves one call at a time. Not thread-safe.
class Connection : public HttpConnection<DeadlineSocket> {
 public:
  using time_point = DeadlineSocket::time_point;

  Connection(const DeadlineSocket::executor_type& executor, const Origin& origin) : HttpConnection(executor, origin) {}

  [[nodiscard]] Waker& waker() noexcept { return waker_; }
  /// Makes every further step end at `deadline`, or when the waker is woken if `stoppable`.
  void arm(time_point deadline, bool stoppable) noexcept { socket_.arm(deadline, stoppable ? &waker_ : nullptr); }

  /// Resolves the host, connects (through `proxy` if there is one), and does the TLS handshake.
  [[nodiscard]] Result<void> open(std::optional<ProxyHop> proxy, const StopToken& stop, Resolver& resolver,
                                  TlsClient& tls, std::chrono::milliseconds connect_timeout);
  /// Sends the request once and reads the answer.
  [[nodiscard]] Result<Response> exchange(const Request& request, std::size_t max_body, TlsClient& tls);

 private:
  [[nodiscard]] Result<void> connect(const StopToken& stop, Resolver& resolver, std::chrono::milliseconds max_each);
  [[nodiscard]] Result<void> open_tunnel();
  void send(HttpExchange& exchange);
  void receive(HttpExchange& exchange);

  Waker waker_;
};

inline Result<void> Connection::open(std::optional<ProxyHop> proxy, const StopToken& stop, Resolver& resolver,
                                     TlsClient& tls, std::chrono::milliseconds connect_timeout) {
  proxy_ = std::move(proxy);
  if (auto connected = connect(stop, resolver, connect_timeout); !connected) return failed(connected.error());
  if (needs_tunnel()) {
    if (auto tunnel = open_tunnel(); !tunnel) return tunnel;
  }
  error_code ec;
  if (peer_.tls) {
    if (auto prepared = prepare_tls(tls); !prepared) return prepared;
    tls_->handshake(boost::asio::ssl::stream_base::client, ec);
  }
  return opened(ec);
}

inline Result<void> Connection::connect(const StopToken& stop, Resolver& resolver, std::chrono::milliseconds max_each) {
  using Clock = std::chrono::steady_clock;
  const auto first = first_peer();
  auto addresses = resolver.resolve(first.host, socket_.deadline(), stop);
  if (!addresses) return addresses.error();
  ConnectAttempts attempts(first, std::move(*addresses), socket_.deadline(), max_each);
  while (const auto attempt = attempts.next(Clock::now())) {
    const auto ec = socket_.connect({attempt->address, first.port}, attempt->until);
    attempts.ended(ec, Clock::now());
  }
  return attempts.result();
}

inline Result<void> Connection::open_tunnel() {
  const ConnectRequest connect(*proxy_, peer_);
  auto exchange = begin_tunnel(connect);
  send(exchange);
  receive(exchange);
  return end_tunnel(exchange);
}

inline Result<Response> Connection::exchange(const Request& request, std::size_t max_body, TlsClient& tls) {
  auto exchange = begin(request, max_body);
  send(exchange);
  receive(exchange);
  return end(exchange, tls, true);
}

inline void Connection::send(HttpExchange& exchange) {
  socket_.queue_writes(true);
  for (send_now(exchange); exchange.sending(); send_now(exchange)) {
    error_code ec;
    if (socket_.wait_ready(ec)) read_now(exchange);
    exchange.stop_sending(ec ? ec : socket_.interrupted());
  }
  if (exchange.all_sent()) socket_.expect_answer();
  socket_.queue_writes(false);
  end_sending(exchange);
}

inline void Connection::receive(HttpExchange& exchange) {
  while (exchange.receiving()) {
    const auto room = exchange.room();
    error_code ec;
    const auto count = tls_ ? tls_->read_some(room, ec) : socket_.read_some(room, ec);
    exchange.received(count, ec);
  }
}

}  // namespace wandb::detail
