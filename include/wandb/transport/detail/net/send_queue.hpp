// Sends without waiting, and queues what the kernel does not take at once.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <string_view>

#include <boost/system/error_code.hpp>

#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::detail {

/// Queues the bytes that a socket has taken and the kernel has not. They may contain a key, so they are wiped after
/// use.
class SendQueue {
 public:
  using error_code = boost::system::error_code;

  /// The number of bytes that the kernel has taken.
  [[nodiscard]] std::size_t sent() const noexcept { return sent_; }
  /// The number of bytes in the queue.
  [[nodiscard]] std::size_t waiting() const noexcept { return bytes_.size() - begin_; }

  /// Sends what the kernel takes at once, without queueing the rest. Gives the number of bytes, which may be 0.
  [[nodiscard]] std::size_t send_now(int fd, std::string_view bytes, error_code& ec) noexcept {
    for (;;) {
      // A closed connection is reported as an error, and not as a SIGPIPE.
      const auto count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count >= 0) {
        sent_ += static_cast<std::size_t>(count);
        return static_cast<std::size_t>(count);
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) ec = {errno, boost::system::system_category()};
      return 0;
    }
  }
  /// Sends what the kernel takes at once, and queues the rest for `flush`. Gives the whole size, or 0 with an error.
  [[nodiscard]] std::size_t take(int fd, std::string_view bytes, error_code& ec) {
    const auto at_once = waiting() == 0 ? send_now(fd, bytes, ec) : 0;
    if (!ec) bytes_.append(bytes.substr(at_once));
    return ec ? 0 : bytes.size();
  }
  /// Sends as much of the queue as the kernel takes. True if the queue is empty.
  [[nodiscard]] bool flush(int fd, error_code& ec) noexcept {
    while (!ec && waiting() != 0) {
      const auto count = send_now(fd, std::string_view(bytes_).substr(begin_), ec);
      if (count == 0) break;
      begin_ += count;
      if (waiting() == 0) clear();
    }
    return waiting() == 0;
  }
  void clear() noexcept {
    wipe(bytes_.data(), bytes_.size());
    bytes_.clear();
    begin_ = 0;
  }

 private:
  SecureString bytes_;
  std::size_t begin_ = 0;
  std::size_t sent_ = 0;
};

}  // namespace wandb::detail
