// Sends without waiting, and queues what the kernel does not take at once.
#pragma once

#include <cstddef>
#include <string_view>

#include <boost/system/error_code.hpp>

#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/transport/detail/net/sockets.hpp>

namespace wandb::inline WANDB_ABI::detail {

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
  [[nodiscard]] std::size_t send_some(SocketHandle socket, std::string_view bytes, error_code& ec) noexcept {
    const auto count = send_now(socket, bytes, ec);
    sent_ += count;
    return count;
  }
  /// Sends what the kernel takes at once, and queues the rest for `flush`. Gives the whole size, or 0 with an error.
  [[nodiscard]] std::size_t take(SocketHandle socket, std::string_view bytes, error_code& ec) {
    const auto at_once = waiting() == 0 ? send_some(socket, bytes, ec) : 0;
    if (!ec) bytes_.append(bytes.substr(at_once));
    return ec ? 0 : bytes.size();
  }
  /// Sends as much of the queue as the kernel takes. True if the queue is empty.
  [[nodiscard]] bool flush(SocketHandle socket, error_code& ec) noexcept {
    while (!ec && waiting() != 0) {
      const auto count = send_some(socket, std::string_view(bytes_).substr(begin_), ec);
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
