// What a connection has yet to send.
#pragma once

#include <cstddef>
#include <string_view>

#include <wandb/detail/secure_memory.hpp>

namespace wandb::detail {

/// What a socket was given and the kernel has not taken yet, in its order. Wiped after use: it may hold a key.
class SendQueue {
 public:
  [[nodiscard]] std::string_view waiting() const noexcept { return std::string_view(bytes_).substr(begin_); }
  [[nodiscard]] bool empty() const noexcept { return begin_ == bytes_.size(); }
  void push(std::string_view bytes) { bytes_.append(bytes); }
  /// That much of it was sent.
  void pop(std::size_t size) noexcept {
    begin_ += size;
    if (empty()) clear();
  }
  void clear() noexcept {
    wipe(bytes_.data(), bytes_.size());
    bytes_.clear();
    begin_ = 0;
  }

 private:
  SecureString bytes_;
  std::size_t begin_ = 0;
};

}  // namespace wandb::detail
