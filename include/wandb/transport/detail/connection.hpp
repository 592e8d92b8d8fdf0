// One connection to one origin: opened, used for one request after the other, checked before each.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/transport.hpp>
#include <wandb/transport/detail/deadline_socket.hpp>
#include <wandb/transport/detail/http_wire.hpp>
#include <wandb/transport/detail/resolver.hpp>
#include <wandb/transport/detail/tls_client.hpp>
#include <wandb/transport/detail/waker.hpp>

namespace wandb::detail {

/// An origin that owns its text.
struct Peer {
  bool tls;
  std::string host;
  std::uint16_t port;

  explicit Peer(const Origin& origin) : tls(origin.tls), host(origin.host), port(origin.port) {}
  [[nodiscard]] bool serves(const Origin& origin) const noexcept {
    return port == origin.port && tls == origin.tls && host == origin.host;
  }
  /// `host:port`, for people.
  [[nodiscard]] std::string text() const {
    return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  }
};

/// Not thread-safe; one call at a time has it.
class Connection {
 public:
  using error_code = boost::system::error_code;
  using time_point = DeadlineSocket::time_point;

  Connection(const DeadlineSocket::executor_type& executor, const Origin& origin) : peer_(origin), socket_(executor) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (!tls_ || !reusable_) return;
    // Without this OpenSSL takes the session for broken. The peer just sees the connection end.
    SSL_set_quiet_shutdown(tls_->native_handle(), 1);
    SSL_shutdown(tls_->native_handle());
  }

  [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
  [[nodiscard]] Waker& waker() noexcept { return waker_; }
  [[nodiscard]] time_point idle_since() const noexcept { return idle_since_; }
  void set_idle(time_point now) noexcept { idle_since_ = now; }
  /// Every step from here on ends at that deadline, or when the waker wakes (if `stoppable`).
  void arm(time_point deadline, bool stoppable) noexcept { socket_.arm(deadline, stoppable ? &waker_ : nullptr); }
  /// Whether another request may follow on this connection.
  [[nodiscard]] bool reusable() const noexcept { return reusable_; }
  /// False if the peer has closed, or sent what nobody asked for, while the connection was idle.
  [[nodiscard]] bool healthy();

  /// Resolves, connects, and shakes hands.
  [[nodiscard]] Result<void> open(const StopToken& stop, Resolver& resolver, TlsClient& tls,
                                  std::chrono::milliseconds connect_timeout);
  /// Sends the request once and reads the answer.
  [[nodiscard]] Result<Response> exchange(const Request& request, std::size_t largest_body, TlsClient& tls);

 private:
  [[nodiscard]] Result<void> connect(const std::vector<boost::asio::ip::address>& addresses,
                                     std::chrono::milliseconds connect_timeout);
  [[nodiscard]] Result<void> shake_hands(TlsClient& tls);
  [[nodiscard]] Result<void> write(const Request& request);
  [[nodiscard]] Result<Response> read(std::size_t largest_body);
  // Reads until the parser is done; `received` counts the bytes that came.
  [[nodiscard]] error_code read_message(ResponseParser& parser, std::size_t& received);
  [[nodiscard]] std::size_t read_some(char* data, std::size_t size, error_code& ec) {
    const auto buffer = boost::asio::buffer(data, size);
    return tls_ ? tls_->read_some(buffer, ec) : socket_.read_some(buffer, ec);
  }
  [[nodiscard]] Error failure(errc code, Delivery delivery, std::string_view doing, std::string_view why) const;
  [[nodiscard]] Error read_failure(const error_code& ec, bool began) const;
  // Ours keep their meaning; all others have the meaning given.
  [[nodiscard]] static errc meaning(const error_code& ec, errc otherwise) noexcept {
    return ec.category() == error_category() ? static_cast<errc>(ec.value()) : otherwise;
  }

  Peer peer_;
  Waker waker_;
  DeadlineSocket socket_;
  std::optional<boost::asio::ssl::stream<DeadlineSocket&>> tls_;
  SecureString out_;
  ReadBuffer in_;
  time_point idle_since_{};
  bool reusable_ = false;
  bool session_known_ = false;
};

inline bool Connection::healthy() {
  if (!reusable_ || !in_.unread().empty()) return false;
  const bool arrived = socket_.readable();
  if (!tls_) return !arrived;
  auto* const ssl = tls_->native_handle();
  if (!arrived && SSL_has_pending(ssl) == 0 && BIO_ctrl_pending(SSL_get_rbio(ssl)) == 0) return true;
  // Over TLS what came may be a session ticket, which is no message: the read then finds nothing.
  char byte = 0;
  error_code ec;
  socket_.probe(true);
  const auto count = tls_->read_some(boost::asio::buffer(&byte, 1), ec);
  socket_.probe(false);
  return count == 0 && ec == boost::asio::error::would_block;
}

inline Error Connection::failure(errc code, Delivery delivery, std::string_view doing, std::string_view why) const {
  std::string reason(doing);
  reason.append(" ").append(peer_.text()).append(": ");
  if (code == errc::timed_out) reason.append("the deadline passed; allow a longer timeout, or try again later");
  else if (code == errc::cancelled) reason.append("a stop was requested");
  else reason.append(why);
  return Error(make_error_code(code), reason, delivery);
}

inline Result<void> Connection::open(const StopToken& stop, Resolver& resolver, TlsClient& tls,
                                     std::chrono::milliseconds connect_timeout) {
  const auto addresses = resolver.resolve(peer_.host, socket_.deadline(), stop);
  if (!addresses) return addresses.error();
  if (auto connected = connect(*addresses, connect_timeout); !connected) return connected;
  return peer_.tls ? shake_hands(tls) : success();
}

inline Result<void> Connection::connect(const std::vector<boost::asio::ip::address>& addresses,
                                        std::chrono::milliseconds connect_timeout) {
  std::string why;
  auto left = static_cast<std::chrono::nanoseconds::rep>(addresses.size());
  for (const auto& address : addresses) {
    const auto now = std::chrono::steady_clock::now();
    // An equal share of what is left: an address that never answers does not eat the others' time.
    const auto share = std::min<std::chrono::nanoseconds>((socket_.deadline() - now) / left--, connect_timeout);
    const auto ec = socket_.connect({address, peer_.port}, now + share);
    if (!ec) return success();
    if (ec == errc::cancelled || (ec == errc::timed_out && std::chrono::steady_clock::now() >= socket_.deadline())) {
      return failure(meaning(ec, errc::connect_failed), Delivery::nothing_sent, "connecting to", {});
    }
    if (!why.empty()) why += "; ";
    why += address.to_string() + ": " + (ec == errc::timed_out ? std::string("no answer in time") : ec.message());
  }
  return failure(errc::connect_failed, Delivery::nothing_sent, "could not connect to",
                 why + "; check the base URL, the network, and that the server runs");
}

inline Result<void> Connection::shake_hands(TlsClient& tls) {
  constexpr std::string_view doing = "TLS handshake with";
  const auto context = tls.context();
  if (!context) return context.error();
  tls_.emplace(socket_, **context);
  if (!tls.prepare(tls_->native_handle(), peer_.host, peer_.text())) {
    ::ERR_clear_error();
    return failure(errc::tls_failed, Delivery::nothing_sent, doing, "the host name cannot be verified");
  }
  error_code ec;
  tls_->handshake(boost::asio::ssl::stream_base::client, ec);
  if (!ec) return success();
  auto why = handshake_failure(tls_->native_handle(), ec);
  why += "; check the host name and the certificate authorities (BeastOptions::ca_file)";
  return failure(meaning(ec, errc::tls_failed), Delivery::nothing_sent, doing, why);
}

inline Result<Response> Connection::exchange(const Request& request, std::size_t largest_body, TlsClient& tls) {
  reusable_ = false;
  if (const auto written = write(request); !written) return written.error();
  auto response = read(largest_body);
  in_.reset();
  if (response && tls_ && !std::exchange(session_known_, true)) tls.remember(tls_->native_handle(), peer_.text());
  return response;
}

inline Result<void> Connection::write(const Request& request) {
  compose(request, out_);
  const auto sent_before = socket_.bytes_sent();
  error_code ec;
  for (std::size_t done = 0; done != out_.size() && !ec;) {
    const auto rest = boost::asio::buffer(out_.data() + done, out_.size() - done);
    done += tls_ ? tls_->write_some(rest, ec) : socket_.write_some(rest, ec);
  }
  wipe(out_.data(), out_.size());
  out_.clear();
  if (!ec) return success();
  const auto delivery = socket_.bytes_sent() == sent_before ? Delivery::nothing_sent : Delivery::perhaps_sent;
  return failure(meaning(ec, errc::connection_lost), delivery, "sending to", ec.message() + "; try again");
}

inline Result<Response> Connection::read(std::size_t largest_body) {
  std::size_t received = 0;
  for (;;) {
    ResponseParser parser(largest_body);
    if (const auto ec = read_message(parser, received)) return read_failure(ec, received != 0);
    if (!parser.interim()) {
      reusable_ = parser.keep_alive() && in_.unread().empty();
      return parser.take();
    }
    // A switch of protocols was not asked for, and interim answers without end are no answer.
    if (parser.status() == 101 || received > ResponseParser::largest_header) {
      return read_failure(errc::protocol_error, true);
    }
  }
}

inline boost::system::error_code Connection::read_message(ResponseParser& parser, std::size_t& received) {
  for (;;) {
    error_code ec;
    if (const auto unread = in_.unread(); !unread.empty()) {
      in_.consume(parser.put(boost::asio::buffer(unread.data(), unread.size()), ec));
      if (ec && ec != boost::beast::http::error::need_more) return ec;
      if (parser.is_done()) return {};
      // Data that never runs dry never waits, so the deadline is asked here as well.
      if ((ec = socket_.interrupted())) return ec;
    }
    const auto [data, size] = in_.room();
    const auto count = read_some(data, size, ec);
    in_.fill(count);
    received += count;
    if (ec == boost::asio::error::eof && parser.got_some()) {
      parser.put_eof(ec);
      return ec;
    }
    if (ec) return ec;
  }
}

inline Error Connection::read_failure(const error_code& ec, bool began) const {
  namespace http = boost::beast::http;
  const auto delivery = began ? Delivery::answered : Delivery::perhaps_sent;
  constexpr std::string_view doing = "reading the answer of";
  if (ec == http::error::body_limit || ec == http::error::header_limit || ec == errc::response_too_large) {
    return failure(errc::response_too_large, delivery, doing,
                   "it exceeds the limit; ask for fewer at once, or raise BeastOptions::max_response_size");
  }
  if (ec == http::error::partial_message || ec == boost::asio::error::eof ||
      ec == boost::asio::ssl::error::stream_truncated) {
    return failure(errc::connection_lost, delivery, doing,
                   began ? "the server closed the connection before the answer was complete"
                         : "the server closed the connection without an answer");
  }
  if (ec.category() == make_error_code(http::error::bad_version).category()) {
    return failure(errc::protocol_error, delivery, doing, "not valid HTTP: " + ec.message() + "; check the base URL");
  }
  if (ec == errc::protocol_error) {
    return failure(errc::protocol_error, delivery, doing,
                   "it is encoded or switches protocols, which was not asked for; check what is between");
  }
  return failure(meaning(ec, errc::connection_lost), delivery, doing, ec.message());
}

}  // namespace wandb::detail
