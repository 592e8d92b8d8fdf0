// One accepted connection of a test server, on a thread of its own.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/testing/detail/loopback_faults.hpp>
#include <wandb/testing/detail/loopback_wire.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/net/sockets.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

/// The state that all sessions of a server share.
struct LoopbackCore {
  std::function<Response(const Request&)> handler;
  std::optional<boost::asio::ssl::context> tls;
  std::string address;
  std::uint16_t port = 0;
  FaultQueue faults;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> requests{0};
  std::atomic<std::size_t> resumed{0};

  /// Waits for a time. Returns false at once if the server stops.
  bool pause(std::chrono::milliseconds duration) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, duration, [this] { return stopping_; });
  }
  void stop() {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
};

class LoopbackSession {
 public:
  using error_code = boost::system::error_code;
  using tcp = boost::asio::ip::tcp;

  LoopbackSession(LoopbackCore& core, tcp::socket socket)
      : core_(core), socket_(std::move(socket)), thread_([this] { run(); }) {}
  LoopbackSession(const LoopbackSession&) = delete;
  LoopbackSession& operator=(const LoopbackSession&) = delete;
  /// Ends the connection and waits for the thread.
  ~LoopbackSession() {
    hang_up();
    thread_.join();
  }

  [[nodiscard]] bool done() const noexcept { return done_.load(std::memory_order_acquire); }
  /// Ends the connection from another thread. The pending operation of the session's thread then fails.
  void hang_up() {
    const std::lock_guard guard(mutex_);
    hung_up_.store(true, std::memory_order_release);
    if (socket_.is_open()) wandb::detail::shut_down(socket_.native_handle());
  }

 private:
  void run() {
    serve();
    {
      const std::lock_guard guard(mutex_);
      error_code ignored;
      socket_.close(ignored);
    }
    done_.store(true, std::memory_order_release);
  }
  void serve() {
    error_code ec;
    socket_.set_option(tcp::no_delay(true), ec);
    const auto fault = core_.faults.pop(true);
    if (fault.close_on_accept) return close(fault);
    if (fault.stall_on_accept) return stall();
    if (core_.tls) {
      tls_.emplace(socket_, *core_.tls);
      tls_->handshake(boost::asio::ssl::stream_base::server, ec);
      if (ec) return refuse();
      if (SSL_session_reused(tls_->native_handle()) == 1) ++core_.resumed;
    }
    if (fault.read_nothing) return read_nothing();
    while (serve_one()) {
    }
  }

  // Reads one request and answers it. True if another one may follow.
  [[nodiscard]] bool serve_one() {
    RequestParser parser(text_);
    if (begin_ == end_ && !fill()) return false;
    const auto fault = core_.faults.pop(false);
    if (fault.close_before_reading) return close(fault), false;
    if (!parse(parser)) return false;
    if (fault.close_after_reading) return close(fault), false;
    const bool last = fault.last || fault.framing == Framing::until_close || !parser.keep_alive();
    const auto answer = respond();
    compose(answer, fault.framing, last, out_);
    if (fault.raw) out_ = *fault.raw;
    out_.insert(0, fault.interim);
    if (fault.delay.count() != 0) core_.pause(fault.delay);
    const bool whole = send(fault);
    if (!whole || last || fault.close_silently) return close(fault, whole), false;
    return true;
  }

  [[nodiscard]] bool parse(RequestParser& parser) {
    for (;;) {
      error_code ec;
      begin_ += parser.put(boost::asio::buffer(in_.data() + begin_, end_ - begin_), ec);
      if (ec && ec != boost::beast::http::error::need_more) return false;
      if (parser.is_done()) return true;
      if (!fill()) return false;
    }
  }
  [[nodiscard]] bool fill() {
    std::copy(in_.data() + begin_, in_.data() + end_, in_.data());
    end_ -= std::exchange(begin_, std::size_t{0});
    if (end_ == in_.size()) in_.resize(in_.empty() ? 16 * 1024 : in_.size() * 2);
    const auto room = boost::asio::buffer(in_.data() + end_, in_.size() - end_);
    error_code ec;
    const auto count = tls_ ? tls_->read_some(room, ec) : socket_.read_some(room, ec);
    end_ += count;
    return count != 0;
  }
  [[nodiscard]] Response respond() {
    ++core_.requests;
    try {
      return core_.handler(text_.request({core_.tls.has_value(), core_.address, core_.port}));
    } catch (const std::exception& thrown) {
      Response response;
      response.status = 500;
      response.body = thrown.what();
      return response;
    }
  }

  // Writes the response. False if the connection has to end after an incomplete one.
  [[nodiscard]] bool send(const Fault& fault) {
    const auto limit = std::min(fault.close_after.value_or(out_.size()), fault.stall_after.value_or(out_.size()));
    const auto text = std::string_view(out_).substr(0, limit);
    const auto piece = fault.piece == 0 ? std::max<std::size_t>(text.size(), 1) : fault.piece;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      if (at != 0 && fault.pause.count() != 0 && !core_.pause(fault.pause)) return false;
      const auto part = text.substr(at, piece);
      const auto buffer = boost::asio::buffer(part.data(), part.size());
      error_code ec;
      tls_ ? boost::asio::write(*tls_, buffer, ec) : boost::asio::write(socket_, buffer, ec);
      if (ec) return false;
    }
    if (fault.stall_after) stall();
    return !fault.stall_after && !fault.close_after;
  }

  // Ends a connection whose handshake failed. Closing it with unread data would reset it, and the peer might not read
  // why the handshake failed.
  void refuse() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    stall();
  }
  // Sends nothing until the peer closes the connection or the server ends it. What comes is read and discarded, so that
  // the peer can send all it wants to, and its close is noticed.
  void stall() {
    std::array<char, 1024> ignored_bytes{};
    error_code ec;
    while (!ec) socket_.read_some(boost::asio::buffer(ignored_bytes), ec);
  }
  // Neither reads nor sends until the peer resets the connection or the server ends it. The peer can send only what the
  // buffers of both systems hold.
  void read_nothing() {
    error_code ignored;
    socket_.set_option(boost::asio::socket_base::receive_buffer_size(4096), ignored);
    std::array<pollfd, 1> entry{{{socket_.native_handle(), 0, 0}}};  // a reset is reported without being asked for
    // Windows does not report a `hang_up`.
    while (!hung_up_.load(std::memory_order_acquire) && wandb::detail::poll_sockets(entry, 50) <= 0) {
    }
  }
  void close(const Fault& fault, bool orderly = false) {
    error_code ignored;
    if (fault.reset) socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    else if (orderly && tls_) tls_->shutdown(ignored);
  }

  LoopbackCore& core_;
  std::mutex mutex_;  // It keeps the socket from being closed during hang_up.
  tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<tcp::socket&>> tls_;
  std::string in_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string out_;
  RequestText text_;
  std::atomic<bool> hung_up_{false};
  std::atomic<bool> done_{false};
  std::thread thread_;  // The last member, so that the thread starts after the others are initialized.
};

}  // namespace wandb::testing::detail
