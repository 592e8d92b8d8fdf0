// A TCP socket for coroutines, whose operations any thread may abort.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/errc.hpp>
#include <wandb/transport/detail/net/interrupt.hpp>
#include <wandb/transport/detail/net/send_queue.hpp>
#include <wandb/transport/detail/net/sockets.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Satisfies Asio's AsyncReadStream and AsyncWriteStream, by itself and under `asio::ssl::stream`. One coroutine at a
/// time uses it. A mutex serializes the start of an operation and an abort, so that any thread may call `abort`.
class AsyncSocket final : public Abortable {
 public:
  using error_code = boost::system::error_code;
  using executor_type = boost::asio::any_io_executor;
  using lowest_layer_type = AsyncSocket;

  explicit AsyncSocket(const executor_type& executor) : socket_(executor) {}
  /// Waits for the thread that started the last operation. Another thread may have completed the operation while the
  /// first one still holds the mutex.
  ~AsyncSocket() { const std::lock_guard guard(mutex_); }

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }
  [[nodiscard]] const lowest_layer_type& lowest_layer() const noexcept { return *this; }

  void abort(errc why) override {
    const std::lock_guard guard(mutex_);
    if (!is_aborted()) aborted_.store(why, std::memory_order_release);
    cancel();
  }
  /// The reason of the abort, or no error if there was none.
  [[nodiscard]] error_code interrupted() const {
    const auto why = aborted_.load(std::memory_order_acquire);
    if (why == not_aborted) return {};
    return make_error_code(why);
  }
  /// Replaces an operation's error with the reason of the abort, if there was one.
  [[nodiscard]] error_code explain(const error_code& ec) const {
    const auto why = ec ? interrupted() : error_code();
    return why ? why : ec;
  }

  /// Closes the socket and forgets an abort, so that the object can connect again.
  void reset() {
    const std::lock_guard guard(mutex_);
    error_code ignored;
    socket_.close(ignored);
    aborted_.store(not_aborted, std::memory_order_release);
  }
  /// Prepares a socket that has just been connected.
  void begin_use() noexcept {
    error_code ignored;
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    if (!has_calls_without_wait) socket_.non_blocking(true, ignored);
  }
  template <class Token>
  auto async_connect(const boost::asio::ip::tcp::endpoint& peer, Token&& token) {
    return start<void(error_code)>(
        [](auto& socket, auto&& handler, const boost::asio::ip::tcp::endpoint& to) {
          socket.async_connect(to, std::forward<decltype(handler)>(handler));
        },
        std::forward<Token>(token), peer);
  }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return start<void(error_code, std::size_t)>(
        [](auto& socket, auto&& handler, const Buffers& into) {
          socket.async_read_some(into, std::forward<decltype(handler)>(handler));
        },
        std::forward<Token>(token), buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return start<void(error_code, std::size_t)>(
        [](auto& socket, auto&& handler, const Buffers& from) {
          socket.async_write_some(from, std::forward<decltype(handler)>(handler));
        },
        std::forward<Token>(token), buffers);
  }

  /// The number of bytes that the kernel has taken from `write_some` and `flush`.
  [[nodiscard]] std::size_t bytes_sent() const noexcept { return queue_.sent(); }
  /// Takes the whole buffer without waiting. `flush` sends later what the kernel does not take at once.
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& ec) {
    const boost::asio::const_buffer buffer = *boost::asio::buffer_sequence_begin(buffers);
    ec = {};
    return queue_.take(socket_.native_handle(), {static_cast<const char*>(buffer.data()), buffer.size()}, ec);
  }
  /// The number of bytes that were taken and not sent.
  [[nodiscard]] std::size_t queued() const noexcept { return queue_.waiting(); }
  /// Sends as many of the queued bytes as the kernel takes. True if none is left.
  [[nodiscard]] bool flush(error_code& ec) { return queue_.flush(socket_.native_handle(), ec); }
  /// Calls `callback`, perhaps twice, when the socket can be written to or read from, or when an abort ends the wait.
  template <class Callback>
  void notify_when_ready(const Callback& callback) {
    const std::lock_guard guard(mutex_);
    socket_.async_wait(socket_.wait_read, callback);
    socket_.async_wait(socket_.wait_write, callback);
    if (is_aborted()) cancel();
  }
  void cancel_waits() {
    const std::lock_guard guard(mutex_);
    cancel();
  }
  /// Allows `read_some` a few reads of what has arrived, or none. It never waits.
  void probe(bool on) noexcept { reads_left_ = on ? max_reads : 0; }
  /// Reads what has arrived. Gives `would_block` if nothing has, or if `probe` allows no further read: TLS would read
  /// without end from a peer that sends without a pause.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& ec) {
    if (reads_left_ == 0) {
      ec = boost::asio::error::would_block;
      return 0;
    }
    --reads_left_;
    const boost::asio::mutable_buffer buffer = *boost::asio::buffer_sequence_begin(buffers);
    if (buffer.size() == 0) return 0;
    return receive_now(socket_.native_handle(), buffer.data(), buffer.size(), ec);
  }
  /// Whether data has arrived, or the peer has closed the connection.
  [[nodiscard]] bool readable() {
    char byte = 0;
    error_code ec;
    return receive_now(socket_.native_handle(), &byte, 1, ec, MSG_PEEK) != 0 || ec != boost::asio::error::would_block;
  }

 private:
  template <class Signature, class Initiation, class Token, class... Args>
  auto start(Initiation initiation, Token&& token, const Args&... args) {
    return boost::asio::async_initiate<Token, Signature>(
        [self = this, initiation](auto&& handler, const Args&... given) {
          // Another thread may complete the operation as soon as it has started, and destroy this closure.
          AsyncSocket& socket = *self;
          const std::lock_guard guard(socket.mutex_);
          // While data keeps arriving no operation waits, and `cancel` ends only operations that wait.
          if (socket.is_aborted()) socket.post_aborted<Signature>(std::forward<decltype(handler)>(handler));
          else initiation(socket.socket_, std::forward<decltype(handler)>(handler), given...);
        },
        token, args...);
  }
  template <class Signature, class Handler>
  void post_aborted(Handler&& handler) {
    const error_code aborted = boost::asio::error::operation_aborted;
    if constexpr (std::is_same_v<Signature, void(error_code)>) {
      boost::asio::post(socket_.get_executor(), boost::asio::append(std::forward<Handler>(handler), aborted));
    } else {
      boost::asio::post(socket_.get_executor(),
                        boost::asio::append(std::forward<Handler>(handler), aborted, std::size_t{0}));
    }
  }
  static constexpr errc not_aborted{};
  [[nodiscard]] bool is_aborted() const noexcept { return aborted_.load(std::memory_order_acquire) != not_aborted; }
  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }

  mutable std::mutex mutex_;
  // It is written under the mutex, so that no operation starts during an abort, and read without it.
  std::atomic<errc> aborted_ = not_aborted;
  static constexpr int max_reads = 8;
  int reads_left_ = 0;
  SendQueue queue_;
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace wandb::detail
