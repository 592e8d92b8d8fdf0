// One connection to one origin: opened, used for one request after the other, checked before each.
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>

#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/result.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/connect_attempts.hpp>
#include <wandb/transport/detail/http/http_exchange.hpp>
#include <wandb/transport/detail/net/deadline_socket.hpp>
#include <wandb/transport/detail/net/http_connection.hpp>
#include <wandb/transport/detail/net/resolver.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>
#include <wandb/transport/detail/net/waker.hpp>

namespace wandb::detail {

/// Not thread-safe; one call at a time has it.
class Connection : public HttpConnection<DeadlineSocket> {
 public:
  using time_point = DeadlineSocket::time_point;

  Connection(const DeadlineSocket::executor_type& executor, const Origin& origin) : HttpConnection(executor, origin) {}

  [[nodiscard]] Waker& waker() noexcept { return waker_; }
  /// Every step from here on ends at that deadline, or when the waker wakes (if `stoppable`).
  void arm(time_point deadline, bool stoppable) noexcept { socket_.arm(deadline, stoppable ? &waker_ : nullptr); }

  /// Resolves, connects, and shakes hands.
  [[nodiscard]] Result<void> open(const StopToken& stop, Resolver& resolver, TlsClient& tls,
                                  std::chrono::milliseconds connect_timeout);
  /// Sends the request once and reads the answer.
  [[nodiscard]] Result<Response> exchange(const Request& request, std::size_t max_body, TlsClient& tls);

 private:
  [[nodiscard]] Result<void> connect(ConnectAttempts attempts);
  void send(HttpExchange& exchange);
  void receive(HttpExchange& exchange);

  Waker waker_;
};

inline Result<void> Connection::open(const StopToken& stop, Resolver& resolver, TlsClient& tls,
                                     std::chrono::milliseconds connect_timeout) {
  auto addresses = resolver.resolve(peer_.host, socket_.deadline(), stop);
  if (!addresses) return addresses.error();
  auto connected = connect({peer_, std::move(*addresses), socket_.deadline(), connect_timeout});
  if (!connected) return connected;
  error_code ec;
  if (peer_.tls) {
    if (auto prepared = prepare_tls(tls); !prepared) return prepared;
    tls_->handshake(boost::asio::ssl::stream_base::client, ec);
  }
  return opened(ec);
}

inline Result<void> Connection::connect(ConnectAttempts attempts) {
  using Clock = std::chrono::steady_clock;
  while (const auto attempt = attempts.next(Clock::now())) {
    const auto ec = socket_.connect({attempt->address, peer_.port}, attempt->until);
    attempts.ended(ec, Clock::now());
  }
  return attempts.result();
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
    if (socket_.wait_either(ec)) read_now(exchange);
    exchange.stop_sending(ec ? ec : socket_.interrupted());
  }
  if (exchange.sent_whole()) socket_.expect_answer();
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
