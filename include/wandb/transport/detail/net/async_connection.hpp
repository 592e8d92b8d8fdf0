// One connection to one origin, for coroutines.
#pragma once

#include <sys/types.h>

#include <algorithm>
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
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/response_reader.hpp>
#include <wandb/transport/detail/net/async_socket.hpp>
#include <wandb/transport/detail/net/interrupt.hpp>
#include <wandb/transport/detail/net/peer.hpp>
#include <wandb/transport/detail/net/process.hpp>
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
class AsyncConnection {
 public:
  using error_code = boost::system::error_code;
  template <class T>
  using task = boost::asio::awaitable<T>;

  AsyncConnection(AsyncServices& services, const Origin& origin)
      : services_(services), peer_(origin), socket_(services.executor) {}
  AsyncConnection(const AsyncConnection&) = delete;
  AsyncConnection& operator=(const AsyncConnection&) = delete;
  ~AsyncConnection() {
    if (!tls_ || !reusable_) return;
    // Without this OpenSSL takes the session for broken. The peer just sees the connection end.
    SSL_set_quiet_shutdown(tls_->native_handle(), 1);
    SSL_shutdown(tls_->native_handle());
  }

  [[nodiscard]] std::chrono::steady_clock::time_point idle_since() const noexcept { return idle_since_; }
  void set_idle(std::chrono::steady_clock::time_point now) noexcept { idle_since_ = now; }
  /// Whether another request may follow on this connection.
  [[nodiscard]] bool reusable() const noexcept { return reusable_; }
  /// False if the peer has closed, or sent what nobody asked for, since the last answer; also in a process that was
  /// forked since: the connection is its parent's.
  [[nodiscard]] bool healthy() {
    error_code ignored;
    return reusable_ && process_ == current_process() && look(ignored) == Unasked::nothing;
  }

  /// Resolves, connects, and shakes hands.
  [[nodiscard]] task<Result<void>> open(const Request& request, std::chrono::milliseconds connect_timeout);
  /// Sends the request once and reads the answer.
  [[nodiscard]] task<Result<Response>> exchange(const Request& request, std::size_t largest_body);

 private:
  using Clock = std::chrono::steady_clock;
  using Addresses = std::vector<boost::asio::ip::address>;

  [[nodiscard]] task<Result<Addresses>> resolve(const Request& request);
  [[nodiscard]] task<Result<void>> connect(const Request& request, Addresses addresses,
                                           std::chrono::milliseconds connect_timeout);
  [[nodiscard]] task<Result<void>> shake_hands(const Request& request);
  [[nodiscard]] Unasked look(error_code& ec);
  [[nodiscard]] bool write(ResponseReader& reader, Ending& ending, std::size_t& done);
  [[nodiscard]] task<void> ready();
  [[nodiscard]] task<void> read(ResponseReader& reader, error_code& ec, Aborts& aborts);
  void read_early(ResponseReader& reader, error_code& ec);

  AsyncServices& services_;
  Peer peer_;
  AsyncSocket socket_;
  std::optional<boost::asio::ssl::stream<AsyncSocket&>> tls_;
  SecureString out_;
  ReadBuffer in_;
  Clock::time_point idle_since_{};
  const pid_t process_ = current_process();
  bool used_ = false;
  bool reusable_ = false;
  bool session_known_ = false;
};

inline Unasked AsyncConnection::look(error_code& ec) {
  const bool arrived = socket_.readable();
  if (!tls_) return arrived ? Unasked::message : Unasked::nothing;
  auto* const ssl = tls_->native_handle();
  if (!arrived && !holds_unread(ssl)) return Unasked::nothing;
  // Over TLS what came may be a session ticket, which is no message: the read then finds nothing, and leaves nothing.
  char byte = 0;
  socket_.look();
  const auto count = tls_->read_some(boost::asio::buffer(&byte, 1), ec);
  const bool nothing = ec == boost::asio::error::would_block || ec == boost::asio::error::try_again;
  if (count != 0 || !nothing || socket_.queued() != 0) return Unasked::message;
  return holds_unread(ssl) || socket_.readable() ? Unasked::part : Unasked::nothing;
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::open(const Request& request,
                                                                  std::chrono::milliseconds connect_timeout) {
  auto addresses = co_await resolve(request);
  if (!addresses) co_return addresses.error();
  auto opened = co_await connect(request, std::move(*addresses), connect_timeout);
  if (opened && peer_.tls) {
    opened = co_await shake_hands(request);
  }
  error_code ec;
  if (opened && look(ec) == Unasked::message) co_return spoke_unasked(peer_, ec);
  co_return opened;
}

inline boost::asio::awaitable<Result<AsyncConnection::Addresses>> AsyncConnection::resolve(const Request& request) {
  if (auto known = Resolver::without_asking(peer_.host)) co_return std::move(*known);
  const auto job = services_.resolver.start(peer_.host);
  if (job != nullptr) {
    Gate gate(services_.executor);
    const Tether<Gate> tether(gate);  // the look-up may outlive this coroutine
    job->when_done(tether.bind([](Gate& done) { done.set(); }));
    const Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, gate);
    const auto ec = co_await gate.wait(request.deadline);
    if (ec) co_return Resolver::failed(meaning(ec, errc::timed_out), peer_.host);
  }
  co_return Resolver::result(peer_.host, job.get());
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::connect(const Request& request, Addresses addresses,
                                                                     std::chrono::milliseconds connect_timeout) {
  std::string why;
  auto left = static_cast<std::chrono::nanoseconds::rep>(addresses.size());
  for (const auto& address : addresses) {
    const auto now = Clock::now();
    // An equal share of what is left: an address that never answers does not eat the others' time.
    const auto share = std::min<std::chrono::nanoseconds>((request.deadline - now) / left--, connect_timeout);
    socket_.reset();
    error_code ec;
    {
      const Watchdog::Watch watch(*services_.watchdog, now + share, socket_);
      const Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
      co_await socket_.async_connect({address, peer_.port}, into(ec));
    }
    // Also an abort that came too late to end it: on this socket nothing would succeed any more.
    if (const auto late = socket_.interrupted()) ec = late;
    if (!ec) {
      socket_.send_without_delay();
      co_return success();
    }
    if (ec == errc::cancelled || (ec == errc::timed_out && Clock::now() >= request.deadline)) {
      co_return connect_failure(peer_, ec);
    }
    if (!why.empty()) why += "; ";
    why += address.to_string() + ": " + (ec == errc::timed_out ? std::string("no answer in time") : ec.message());
  }
  co_return connect_failure(peer_, errc::connect_failed, why);
}

inline boost::asio::awaitable<Result<void>> AsyncConnection::shake_hands(const Request& request) {
  const auto context = services_.tls.context();
  if (!context) co_return context.error();
  tls_.emplace(socket_, **context);
  auto* const ssl = tls_->native_handle();
  if (!services_.tls.prepare(ssl, peer_.host, peer_.text())) co_return handshake_failure(peer_, ssl, {});
  const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
  const Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
  error_code ec;
  co_await tls_->async_handshake(boost::asio::ssl::stream_base::client, into(ec));
  if (ec) co_return handshake_failure(peer_, ssl, socket_.explain(ec));
  co_return success();
}

inline boost::asio::awaitable<Result<Response>> AsyncConnection::exchange(const Request& request,
                                                                          std::size_t largest_body) {
  reusable_ = false;
  ResponseReader reader(in_, largest_body);
  Ending ending;
  ending.first = !std::exchange(used_, true);
  {
    const Watchdog::Watch watch(*services_.watchdog, request.deadline, socket_);
    Aborts aborts(request.stop, co_await boost::asio::this_coro::cancellation_state, socket_);
    const auto sent_before = socket_.bytes_sent();
    compose(request, out_);
    for (std::size_t done = 0; !write(reader, ending, done);) {
      aborts.listen(co_await boost::asio::this_coro::cancellation_state);
      co_await ready();
    }
    wipe(out_.data(), out_.size());
    out_.clear();
    ending.began = socket_.bytes_sent() != sent_before;
    if (may_be_answered(reader, ending)) {
      // The answer is hardly ever there yet. Others go first, and mostly it is there then.
      co_await boost::asio::post(boost::asio::use_awaitable);
      ending.read = socket_.interrupted();
      if (!ending.read) read_early(reader, ending.read);
    }
    if (may_be_answered(reader, ending)) {
      co_await read(reader, ending.read, aborts);
    }
  }
  Result<Response> response;
  if (reader.complete()) {
    // An abort that came too late for this request, and none can come any more, must not end the next one.
    reusable_ = ending.sent_whole && reader.keep_alive() && !socket_.interrupted();
    response = reader.take();
  } else {
    response = exchange_failure(peer_, reader, ending);
  }
  in_.reset();
  if (response && tls_ && !std::exchange(session_known_, true)) {
    services_.tls.remember(tls_->native_handle(), peer_.text());
  }
  co_return response;
}

// Sends the request from `done` on as far as the kernel takes it, and reads what comes meanwhile: a server may answer
// before it has read everything, and then read no further. False when that has to be waited for.
inline bool AsyncConnection::write(ResponseReader& reader, Ending& ending, std::size_t& done) {
  ending.write = socket_.interrupted();
  while (!ending.write && !ending.read && !reader.complete()) {
    if (!socket_.flush(ending.write)) {
      if (!ending.write && socket_.readable()) read_early(reader, ending.read);
      if (tls_ && socket_.queued() > most_queued) ending.read = boost::asio::error::no_buffer_space;
      if (!ending.write && !ending.read && !reader.complete()) return false;
    } else if (done != out_.size()) {
      const auto rest = boost::asio::buffer(out_.data() + done, out_.size() - done);
      done += tls_ ? tls_->write_some(rest, ending.write) : socket_.write_some(rest, ending.write);
    } else {
      ending.sent_whole = true;
      break;
    }
  }
  return true;
}

// Waits until more can be sent, or something has come; an abort of the socket ends it as well.
inline boost::asio::awaitable<void> AsyncConnection::ready() {
  Gate gate(services_.executor);
  const Tether<Gate> tether(gate);
  socket_.when_ready(tether.bind([](Gate& either) { either.set(); }));
  static_cast<void>(co_await gate.wait());
  socket_.forget_waits();
}

inline boost::asio::awaitable<void> AsyncConnection::read(ResponseReader& reader, error_code& ec, Aborts& aborts) {
  while (!reader.advance(ec) && !ec) {
    aborts.listen(co_await boost::asio::this_coro::cancellation_state);
    // Data that never runs dry never waits, so the abort is asked for here as well.
    ec = socket_.interrupted();
    if (ec) co_return;
    const auto [data, size] = in_.room();
    const auto buffer = boost::asio::buffer(data, size);
    std::size_t count = 0;
    if (tls_) {
      count = co_await tls_->async_read_some(buffer, into(ec));
    } else {
      count = co_await socket_.async_read_some(buffer, into(ec));
    }
    reader.arrived(count, ec);
    ec = socket_.explain(ec);
    if (ec) co_return;
  }
}

// Reads what has come by now.
inline void AsyncConnection::read_early(ResponseReader& reader, error_code& ec) {
  const auto [data, size] = in_.room();
  const auto buffer = boost::asio::buffer(data, size);
  socket_.look();
  const auto count = tls_ ? tls_->read_some(buffer, ec) : socket_.read_some(buffer, ec);
  if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again) ec = {};
  reader.arrived(count, ec);
  if (!ec) static_cast<void>(reader.advance(ec));
}

}  // namespace wandb::detail
