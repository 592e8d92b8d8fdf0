// What blocking and asynchronous connections share: a socket, TLS over it, and the buffers of the exchanges.
#pragma once

#include <openssl/ssl.h>
#include <cstddef>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/http_exchange.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/detail/http/proxy_hop.hpp>
#include <wandb/transport/detail/net/process.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The part of a connection that never waits. Besides what TLS needs, its socket has `flush`, `queued` and `bytes_sent`
/// as a `SendQueue` has them, `readable()`, and `probe(true)`, after which `read_some` gives what has arrived without
/// waiting.
template <class Socket>
class HttpConnection {
 public:
  using error_code = boost::system::error_code;

  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
  /// Whether another request may follow on this connection.
  [[nodiscard]] bool reusable() const noexcept { return reusable_; }
  /// False if the peer has closed the connection or sent unsolicited data since the last response. Also false in a
  /// forked process, since the connection belongs to its parent.
  [[nodiscard]] bool healthy() {
    error_code ignored;
    return reusable_ && process_ == current_process() && find_unsolicited(ignored) == Unsolicited::nothing;
  }

 protected:
  template <class Executor>
  HttpConnection(const Executor& executor, const Origin& origin) : peer_(origin), socket_(executor) {}
  ~HttpConnection() {
    if (!tls_ || !reusable_) return;
    // Without a shutdown OpenSSL would not resume the session. A quiet one sends nothing to the peer.
    SSL_set_quiet_shutdown(tls_->native_handle(), 1);
    SSL_shutdown(tls_->native_handle());
  }

  /// Puts TLS over the socket, and prepares it for the handshake.
  [[nodiscard]] Result<void> prepare_tls(TlsClient& tls);
  /// The result of opening the connection. `handshake` is the error of the TLS handshake, or none.
  [[nodiscard]] Result<void> opened(const error_code& handshake);

  /// The peer to connect to: the proxy if there is one, else the origin.
  [[nodiscard]] Peer first_peer() const { return proxy_ ? proxy_->peer() : peer_; }
  /// Makes an error of connecting say that it is the proxy's, if there is a proxy.
  [[nodiscard]] Error failed(const Error& error) const { return proxy_ ? proxy_failure(error, *proxy_) : error; }
  /// Whether the proxy has to open a tunnel for TLS.
  [[nodiscard]] bool needs_tunnel() const noexcept { return proxy_ && peer_.tls; }
  [[nodiscard]] HttpExchange begin_tunnel(const ConnectRequest& connect) {
    sent_before_ = socket_.bytes_sent();
    return HttpExchange(connect.request(), memory_, 0, false);
  }
  [[nodiscard]] Result<void> end_tunnel(HttpExchange& exchange) const {
    const bool surplus = exchange.has_surplus();
    return tunnel_result(exchange.result(proxy_->peer()), surplus, *proxy_, peer_);
  }

  [[nodiscard]] HttpExchange begin(const Request& request, std::size_t max_body) {
    reusable_ = false;
    sent_before_ = socket_.bytes_sent();
    const bool first = !std::exchange(used_, true);
    if (!proxy_ || peer_.tls) return HttpExchange(request, memory_, max_body, first);
    return HttpExchange(ForwardedRequest(request, *proxy_).request(), memory_, max_body, first);
  }
  /// Sends as much of the request as the kernel takes now.
  void send_now(HttpExchange& exchange);
  void end_sending(HttpExchange& exchange) { exchange.end_sending(socket_.bytes_sent() != sent_before_); }
  /// Reads what has arrived, without waiting.
  void read_now(HttpExchange& exchange);
  /// Ends the exchange and gives its result. With `clean` the connection may be used again; without it, it may not.
  [[nodiscard]] Result<Response> end(HttpExchange& exchange, TlsClient& tls, bool clean);

  Peer peer_;
  std::optional<ProxyHop> proxy_;
  Socket socket_;
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;

 private:
  [[nodiscard]] static bool is_nothing(const error_code& ec) noexcept {
    return ec == boost::asio::error::would_block || ec == boost::asio::error::try_again;
  }
  [[nodiscard]] Unsolicited find_unsolicited(error_code& ec);
  [[nodiscard]] std::size_t probe(const boost::asio::mutable_buffer& room, error_code& ec) {
    socket_.probe(true);
    const auto count = tls_ ? tls_->read_some(room, ec) : socket_.read_some(room, ec);
    socket_.probe(false);
    return count;
  }

  ExchangeMemory memory_;
  std::size_t sent_before_ = 0;
  const ProcessId process_ = current_process();
  bool used_ = false;
  bool reusable_ = false;
  bool session_known_ = false;
};

template <class Socket>
Unsolicited HttpConnection<Socket>::find_unsolicited(error_code& ec) {
  const bool arrived = socket_.readable();
  if (!tls_) return arrived ? Unsolicited::message : Unsolicited::nothing;
  auto* const ssl = tls_->native_handle();
  if (!arrived && !has_unread_data(ssl)) return Unsolicited::nothing;
  // What arrived over TLS may be a session ticket. The read then consumes the ticket and gives no data.
  char byte = 0;
  const auto count = probe(boost::asio::buffer(&byte, 1), ec);
  if (count != 0 || !is_nothing(ec) || socket_.queued() != 0) return Unsolicited::message;
  return has_unread_data(ssl) || socket_.readable() ? Unsolicited::partial : Unsolicited::nothing;
}

template <class Socket>
Result<void> HttpConnection<Socket>::prepare_tls(TlsClient& tls) {
  const auto context = tls.context();
  if (!context) return context.error();
  tls_.emplace(socket_, **context);
  auto* const ssl = tls_->native_handle();
  return tls.prepare(ssl, peer_.host, peer_.text()) ? success() : Result<void>(handshake_failure(peer_, ssl, {}));
}

template <class Socket>
Result<void> HttpConnection<Socket>::opened(const error_code& handshake) {
  if (handshake) {
    const auto failure = handshake_failure(peer_, tls_->native_handle(), handshake);
    return proxy_ ? through_proxy(failure, *proxy_) : failure;
  }
  error_code ec;
  return find_unsolicited(ec) == Unsolicited::message ? Result<void>(unsolicited_data_failure(peer_, ec)) : success();
}

template <class Socket>
void HttpConnection<Socket>::send_now(HttpExchange& exchange) {
  error_code ec;
  while (exchange.sending() && socket_.flush(ec)) {
    const auto rest = exchange.unsent();
    if (rest.size() == 0) return exchange.sent_all();
    const auto count = tls_ ? tls_->write_some(rest, ec) : socket_.write_some(rest, ec);
    exchange.sent(count, ec);
  }
  exchange.stop_sending(ec);
}

template <class Socket>
void HttpConnection<Socket>::read_now(HttpExchange& exchange) {
  error_code ec;
  const auto count = probe(exchange.room(), ec);
  if (is_nothing(ec)) ec = {};
  exchange.received(count, ec);
  if (tls_ && socket_.queued() > max_queued) exchange.stop_receiving(boost::asio::error::no_buffer_space);
}

template <class Socket>
Result<Response> HttpConnection<Socket>::end(HttpExchange& exchange, TlsClient& tls, bool clean) {
  reusable_ = exchange.reusable() && clean;
  auto response = exchange.result(peer_);
  if (proxy_ && !peer_.tls) {
    if (!response) return through_proxy(response.error(), *proxy_);
    // No server answers so: the proxy itself wants credentials.
    if (response->status == 407) return proxy_refusal(*response, *proxy_, "a request to " + peer_.text());
  }
  if (response && tls_ && !std::exchange(session_known_, true)) tls.remember(tls_->native_handle(), peer_.text());
  return response;
}

}  // namespace wandb::detail
