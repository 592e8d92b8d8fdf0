// A TCP socket for coroutines that any thread may abort.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/errc.hpp>
#include <wandb/transport/detail/interrupt.hpp>

namespace wandb::detail {

/// Satisfies Asio's AsyncReadStream and AsyncWriteStream, alone and under `asio::ssl::stream`. One coroutine uses it;
/// starting an operation and aborting one exclude each other, so that an abort may come from anywhere.
class AsyncSocket final : public Abortable {
 public:
  using error_code = boost::system::error_code;
  using executor_type = boost::asio::any_io_executor;
  using lowest_layer_type = AsyncSocket;

  explicit AsyncSocket(const executor_type& executor) : socket_(executor) {}
  /// Waits for the thread that has started the last operation, where another one was faster to end it.
  ~AsyncSocket() { const std::lock_guard guard(mutex_); }

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }
  [[nodiscard]] const lowest_layer_type& lowest_layer() const noexcept { return *this; }

  void abort(errc why) override {
    const std::lock_guard guard(mutex_);
    if (!aborted_) aborted_ = why;
    cancel();
  }
  /// The reason of the abort, if there was one.
  [[nodiscard]] error_code interrupted() const {
    const std::lock_guard guard(mutex_);
    return aborted_ ? make_error_code(*aborted_) : error_code();
  }
  /// What an operation's error means: the abort, if there was one.
  [[nodiscard]] error_code explain(const error_code& ec) const {
    const auto why = ec ? interrupted() : error_code();
    return why ? why : ec;
  }

  /// A new socket in place of this one.
  void reset() {
    const std::lock_guard guard(mutex_);
    error_code ignored;
    socket_.close(ignored);
    aborted_.reset();
  }
  void send_without_delay() noexcept {
    error_code ignored;
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
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

  /// What the kernel takes at once, which is all of a small request; the rest is for `async_write_some`.
  [[nodiscard]] std::size_t write_at_once(const char* data, std::size_t size, error_code& ec) {
    const auto count = ::send(socket_.native_handle(), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) ec = {errno, boost::system::system_category()};
    return 0;
  }
  /// What has arrived; `would_block` where that is nothing. For looks at an idle connection.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& ec) {
    const boost::asio::mutable_buffer buffer = *boost::asio::buffer_sequence_begin(buffers);
    const auto count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0) ec = {errno, boost::system::system_category()};
    if (count == 0 && buffer.size() != 0) ec = boost::asio::error::eof;
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  /// Only so that TLS streams compile: the library writes asynchronously.
  template <class Buffers>
  std::size_t write_some(const Buffers&, error_code& ec) {
    ec = boost::asio::error::operation_not_supported;
    return 0;
  }
  /// Whether there is something to read, or the peer has closed.
  [[nodiscard]] bool readable() {
    char byte = 0;
    const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  template <class Signature, class Initiation, class Token, class... Args>
  auto start(Initiation initiation, Token&& token, const Args&... args) {
    return boost::asio::async_initiate<Token, Signature>(
        [self = this, initiation](auto&& handler, const Args&... given) {
          // Once it has begun, another thread may end it, and this closure with it.
          AsyncSocket& socket = *self;
          const std::lock_guard guard(socket.mutex_);
          initiation(socket.socket_, std::forward<decltype(handler)>(handler), given...);
          if (socket.aborted_) socket.cancel();
        },
        token, args...);
  }
  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }

  mutable std::mutex mutex_;
  std::optional<errc> aborted_;
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace wandb::detail
