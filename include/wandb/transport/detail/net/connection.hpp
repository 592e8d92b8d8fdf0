// One connection to one origin: opened, used for one request after the other, checked before each.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/response_reader.hpp>
#include <wandb/transport/detail/net/deadline_socket.hpp>
#include <wandb/transport/detail/net/peer.hpp>
#include <wandb/transport/detail/net/process.hpp>
#include <wandb/transport/detail/net/resolver.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>
#include <wandb/transport/detail/net/waker.hpp>

namespace wandb::detail {

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
  /// False if the peer has closed, or sent what nobody asked for, since the last answer; also in a process that was
  /// forked since: the connection is its parent's.
  [[nodiscard]] bool healthy() {
    error_code ignored;
    return reusable_ && process_ == current_process() && look(ignored) == Unasked::nothing;
  }

  /// Resolves, connects, and shakes hands.
  [[nodiscard]] Result<void> open(const StopToken& stop, Resolver& resolver, TlsClient& tls,
                                  std::chrono::milliseconds connect_timeout);
  /// Sends the request once and reads the answer.
  [[nodiscard]] Result<Response> exchange(const Request& request, std::size_t largest_body, TlsClient& tls);

 private:
  [[nodiscard]] Result<void> connect(const std::vector<boost::asio::ip::address>& addresses,
                                     std::chrono::milliseconds connect_timeout);
  [[nodiscard]] Result<void> shake_hands(TlsClient& tls);
  [[nodiscard]] Unasked look(error_code& ec);
  void write(ResponseReader& reader, Ending& ending);
  void read(ResponseReader& reader, error_code& ec);
  void read_early(ResponseReader& reader, error_code& ec);
  [[nodiscard]] std::size_t read_some(char* data, std::size_t size, error_code& ec) {
    const auto buffer = boost::asio::buffer(data, size);
    return tls_ ? tls_->read_some(buffer, ec) : socket_.read_some(buffer, ec);
  }

  Peer peer_;
  Waker waker_;
  DeadlineSocket socket_;
  std::optional<boost::asio::ssl::stream<DeadlineSocket&>> tls_;
  SecureString out_;
  ReadBuffer in_;
  time_point idle_since_{};
  const pid_t process_ = current_process();
  bool used_ = false;
  bool reusable_ = false;
  bool session_known_ = false;
};

inline Unasked Connection::look(error_code& ec) {
  const bool arrived = socket_.readable();
  if (!tls_) return arrived ? Unasked::message : Unasked::nothing;
  auto* const ssl = tls_->native_handle();
  if (!arrived && !holds_unread(ssl)) return Unasked::nothing;
  // Over TLS what came may be a session ticket, which is no message: the read then finds nothing, and leaves nothing.
  char byte = 0;
  socket_.probe(true);
  const auto count = tls_->read_some(boost::asio::buffer(&byte, 1), ec);
  socket_.probe(false);
  if (count != 0 || ec != boost::asio::error::would_block || socket_.queued() != 0) return Unasked::message;
  return holds_unread(ssl) || socket_.readable() ? Unasked::part : Unasked::nothing;
}

inline Result<void> Connection::open(const StopToken& stop, Resolver& resolver, TlsClient& tls,
                                     std::chrono::milliseconds connect_timeout) {
  const auto addresses = resolver.resolve(peer_.host, socket_.deadline(), stop);
  if (!addresses) return addresses.error();
  if (auto connected = connect(*addresses, connect_timeout); !connected) return connected;
  if (auto secured = peer_.tls ? shake_hands(tls) : success(); !secured) return secured;
  error_code ec;
  return look(ec) == Unasked::message ? Result<void>(spoke_unasked(peer_, ec)) : success();
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
      return connect_failure(peer_, ec);
    }
    if (!why.empty()) why += "; ";
    why += address.to_string() + ": " + (ec == errc::timed_out ? std::string("no answer in time") : ec.message());
  }
  return connect_failure(peer_, errc::connect_failed, why);
}

inline Result<void> Connection::shake_hands(TlsClient& tls) {
  const auto context = tls.context();
  if (!context) return context.error();
  tls_.emplace(socket_, **context);
  auto* const ssl = tls_->native_handle();
  if (!tls.prepare(ssl, peer_.host, peer_.text())) return handshake_failure(peer_, ssl, {});
  error_code ec;
  tls_->handshake(boost::asio::ssl::stream_base::client, ec);
  return ec ? Result<void>(handshake_failure(peer_, ssl, ec)) : success();
}

inline Result<Response> Connection::exchange(const Request& request, std::size_t largest_body, TlsClient& tls) {
  reusable_ = false;
  ResponseReader reader(in_, largest_body);
  Ending ending;
  ending.first = !std::exchange(used_, true);
  const auto sent_before = socket_.bytes_sent();
  compose(request, out_);
  write(reader, ending);
  wipe(out_.data(), out_.size());
  out_.clear();
  ending.began = socket_.bytes_sent() != sent_before;
  if (may_be_answered(reader, ending)) read(reader, ending.read);
  Result<Response> response;
  if (reader.complete()) {
    reusable_ = ending.sent_whole && reader.keep_alive();
    response = reader.take();
  } else {
    response = exchange_failure(peer_, reader, ending);
  }
  in_.reset();
  if (response && tls_ && !std::exchange(session_known_, true)) tls.remember(tls_->native_handle(), peer_.text());
  return response;
}

// Sends the request, and reads what comes meanwhile: a server may answer before it has read everything, and then read
// no further.
inline void Connection::write(ResponseReader& reader, Ending& ending) {
  socket_.queue_writes(true);
  for (std::size_t done = 0; !ending.write && !ending.read && !reader.complete();) {
    if (!socket_.flush(ending.write)) {
      if (!ending.write && socket_.wait_either(ending.write)) read_early(reader, ending.read);
      if (!ending.write) ending.write = socket_.interrupted();
      if (tls_ && socket_.queued() > most_queued) ending.read = boost::asio::error::no_buffer_space;
    } else if (done != out_.size()) {
      const auto rest = boost::asio::buffer(out_.data() + done, out_.size() - done);
      done += tls_ ? tls_->write_some(rest, ending.write) : socket_.write_some(rest, ending.write);
    } else {
      ending.sent_whole = true;
      socket_.expect_answer();
      break;
    }
  }
  socket_.queue_writes(false);
}

inline void Connection::read(ResponseReader& reader, error_code& ec) {
  while (!reader.advance(ec) && !ec) {
    const auto [data, size] = in_.room();
    const auto count = read_some(data, size, ec);
    reader.arrived(count, ec);
    if (ec) return;
  }
}

// Reads what has come by now.
inline void Connection::read_early(ResponseReader& reader, error_code& ec) {
  const auto [data, size] = in_.room();
  socket_.probe(true);
  const auto count = read_some(data, size, ec);
  socket_.probe(false);
  if (ec == boost::asio::error::would_block) ec = {};
  reader.arrived(count, ec);
  if (!ec) static_cast<void>(reader.advance(ec));
}

}  // namespace wandb::detail
