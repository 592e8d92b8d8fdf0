// A TCP socket whose blocking calls end at a deadline or a stop. Beast's synchronous streams support neither.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <cstddef>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/transport/detail/http/error_codes.hpp>
#include <wandb/transport/detail/net/send_queue.hpp>
#include <wandb/transport/detail/net/sockets.hpp>
#include <wandb/transport/detail/net/waker.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Satisfies Beast's SyncReadStream and SyncWriteStream, by itself and under `asio::ssl::stream`. Calls wait in poll(2)
/// until the deadline or the stop. While no stop is possible and the deadline is far, a read sleeps in recv(2) for a
/// limited time instead, which saves one of two system calls. Not thread-safe, not movable.
class DeadlineSocket {
 public:
  using executor_type = boost::asio::io_context::executor_type;
  using lowest_layer_type = DeadlineSocket;
  using time_point = std::chrono::steady_clock::time_point;
  using error_code = boost::system::error_code;

  explicit DeadlineSocket(executor_type executor) : executor_(std::move(executor)) {}
  DeadlineSocket(const DeadlineSocket&) = delete;
  DeadlineSocket& operator=(const DeadlineSocket&) = delete;
  ~DeadlineSocket() { close(); }

  [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }
  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }
  /// Makes every further call end at `deadline` with `errc::timed_out`, or when `stop` is woken with `errc::cancelled`.
  void arm(time_point deadline, const Waker* stop) noexcept {
    deadline_ = deadline;
    stop_ = stop;
  }
  [[nodiscard]] time_point deadline() const noexcept { return deadline_; }
  [[nodiscard]] bool is_open() const noexcept { return socket_ != no_socket; }
  [[nodiscard]] SocketHandle native_handle() const noexcept { return socket_; }
  /// The number of bytes that the kernel has taken.
  [[nodiscard]] std::size_t bytes_sent() const noexcept { return queue_.sent(); }
  /// While on, a read that would have to wait gives `would_block`, and so does every read after the first few: TLS
  /// would read without end from a peer that sends without a pause. A write queues what the kernel does not take.
  void probe(bool on) noexcept { probes_left_ = on ? max_probes : -1; }
  void close() noexcept {
    if (is_open()) close_socket(std::exchange(socket_, no_socket));
  }

  /// Opens a socket and connects it by `until` or the deadline, whichever comes first.
  [[nodiscard]] error_code connect(const boost::asio::ip::tcp::endpoint& peer, time_point until);
  /// While on, a write takes the whole buffer without waiting, and `flush` sends what the kernel does not take at once.
  void queue_writes(bool on) noexcept {
    queueing_ = on;
    queue_.clear();
  }
  /// The number of bytes that were queued and not sent.
  [[nodiscard]] std::size_t queued() const noexcept { return queue_.waiting(); }
  /// Announces that the next read is for the response to what was just written.
  void expect_answer() noexcept { answer_awaited_ = true; }
  /// Sends as many of the queued bytes as the kernel takes. True if none is left.
  [[nodiscard]] bool flush(error_code& ec) noexcept { return queue_.flush(socket_, ec); }
  /// Waits until the socket can be written to or read from. True if it can be read from.
  [[nodiscard]] bool wait_ready(error_code& ec) const noexcept {
    short ready = 0;
    ec = wait(POLLIN | POLLOUT, deadline_, &ready);
    return !ec && (ready & ~POLLOUT) != 0;
  }
  /// Whether data has arrived, or the peer has closed the connection.
  [[nodiscard]] bool readable() const noexcept {
    std::array<pollfd, 1> entry{{{socket_, POLLIN, 0}}};
    return poll_sockets(entry, 0) != 0;
  }
  /// `timed_out` or `cancelled` if the deadline has passed or a stop was requested. Loops that do not wait call it.
  [[nodiscard]] error_code interrupted() const noexcept {
    if (stop_ != nullptr && stop_->woken()) return errc::cancelled;
    if (std::chrono::steady_clock::now() >= deadline_) return errc::timed_out;
    return {};
  }

  template <class MutableBuffers>
  std::size_t read_some(const MutableBuffers& buffers, error_code& ec) {
    const auto buffer = first_nonempty<boost::asio::mutable_buffer>(buffers);
    return receive(buffer.data(), buffer.size(), ec);
  }
  template <class ConstBuffers>
  std::size_t write_some(const ConstBuffers& buffers, error_code& ec) {
    const auto buffer = first_nonempty<boost::asio::const_buffer>(buffers);
    return transmit(static_cast<const char*>(buffer.data()), buffer.size(), ec);
  }

 private:
  template <class Buffer, class Buffers>
  static Buffer first_nonempty(const Buffers& buffers) {
    const auto last = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != last; ++at) {
      if (const Buffer buffer = *at; buffer.size() != 0) return buffer;
    }
    return {};
  }
  static constexpr int max_probes = 8;
  [[nodiscard]] bool probing() const noexcept { return probes_left_ >= 0; }
  // How long recv(2) may sleep before the deadline is checked again.
  static constexpr std::chrono::milliseconds max_sleep{500};
  // Whether a read may sleep in recv(2): no stop can end it, and the deadline is further away than the sleep lasts.
  [[nodiscard]] bool may_sleep() const noexcept {
    return has_calls_without_wait && stop_ == nullptr && !probing() &&
           deadline_ - std::chrono::steady_clock::now() > max_sleep;
  }
  [[nodiscard]] error_code await_connection(time_point until) const noexcept;
  // Stores the events that poll(2) reports for the socket in `ready`, unless that is null.
  [[nodiscard]] error_code wait(short events, time_point until, short* ready = nullptr) const noexcept;
  std::size_t receive(void* data, std::size_t size, error_code& ec) noexcept;
  std::size_t transmit(const char* data, std::size_t size, error_code& ec);

  executor_type executor_;
  SocketHandle socket_ = no_socket;
  time_point deadline_ = time_point::max();
  const Waker* stop_ = nullptr;
  SendQueue queue_;
  bool queueing_ = false;
  int probes_left_ = -1;  // Negative means that reads wait.
  bool answer_awaited_ = false;
};

// The timeout is rounded up. A wait that ended just before its deadline would be repeated until then.
[[nodiscard]] inline int poll_timeout(std::chrono::steady_clock::time_point until) noexcept {
  if (until == std::chrono::steady_clock::time_point::max()) return -1;
  const auto left = until - std::chrono::steady_clock::now();
  if (left <= left.zero()) return 0;
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<decltype(milliseconds)>(milliseconds, INT_MAX));
}

inline boost::system::error_code DeadlineSocket::wait(short events, time_point until, short* ready) const noexcept {
  std::array<pollfd, 2> entries{{{socket_, events, 0}, {stop_ != nullptr ? stop_->socket() : no_socket, POLLIN, 0}}};
  for (;;) {
    const int count = poll_sockets(entries, poll_timeout(until), stop_ != nullptr ? 2 : 1);
    if (count < 0 && last_socket_error() != boost::asio::error::interrupted) return last_socket_error();
    if (count <= 0) {
      if (until != time_point::max() && std::chrono::steady_clock::now() >= until) return errc::timed_out;
      continue;
    }
    if (entries[1].revents != 0) return errc::cancelled;
    if (ready != nullptr) *ready = entries[0].revents;
    return {};
  }
}

inline boost::system::error_code DeadlineSocket::connect(const boost::asio::ip::tcp::endpoint& peer, time_point until) {
  close();
  error_code ec;
  socket_ = open_socket(peer.protocol().family(), ec);
  if (ec) return ec;
  // A small request must not wait for the acknowledgement of the one before it.
  send_at_once(socket_);
  ec = begin_connect(socket_, peer.data(), peer.size());
  if (ec == boost::asio::error::in_progress) ec = await_connection(until);
  if (!ec && !enable_sleep(socket_, max_sleep)) ec = last_socket_error();
  return ec;
}

inline boost::system::error_code DeadlineSocket::await_connection(time_point until) const noexcept {
  if (const auto ec = wait(POLLOUT, std::min(until, deadline_))) return ec;
  return connect_result(socket_);
}

inline std::size_t DeadlineSocket::receive(void* data, std::size_t size, error_code& ec) noexcept {
  ec = {};
  if (size == 0) return 0;
  if (probes_left_ == 0) ec = boost::asio::error::would_block;
  else if (probing()) --probes_left_;
  while (!ec) {
    const bool awaited = std::exchange(answer_awaited_, false);
    // While data keeps arriving no read waits, and OpenSSL may read any amount of it in one call.
    if (!awaited && !probing() && (ec = interrupted())) break;
    const bool sleeps = may_sleep();
    // The response to what was just written has hardly ever arrived yet, so a recv(2) before the wait would be wasted.
    if (awaited && !sleeps && !probing() && (ec = wait(POLLIN, deadline_))) break;
    const auto count = sleeps ? receive_sleeping(socket_, data, size, ec) : receive_now(socket_, data, size, ec);
    if (count != 0) return count;
    if (ec == boost::asio::error::interrupted) ec = {};
    else if (ec == boost::asio::error::would_block && !probing()) ec = sleeps ? error_code() : wait(POLLIN, deadline_);
  }
  return 0;
}

inline std::size_t DeadlineSocket::transmit(const char* data, std::size_t size, error_code& ec) {
  ec = {};
  if (queueing_ || probing()) return queue_.take(socket_, {data, size}, ec);
  while (!ec && size != 0) {
    if (const auto sent = queue_.send_some(socket_, {data, size}, ec); sent != 0) return sent;
    if (!ec) ec = wait(POLLOUT, deadline_);
  }
  return 0;
}

}  // namespace wandb::detail
