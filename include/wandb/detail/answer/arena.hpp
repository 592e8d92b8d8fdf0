// An arena for strings, which are written piece by piece, keep their addresses, and are wiped with the arena.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Estimates how many elements a text of `size` bytes holds, if its first `at` bytes hold `count` of them. The estimate
/// is slightly high, so that it is seldom too low.
[[nodiscard]] constexpr std::size_t expected_total(std::size_t count, std::size_t at, std::size_t size) noexcept {
  const auto ratio = static_cast<double>(size) / static_cast<double>(std::max<std::size_t>(at, 1));
  return static_cast<std::size_t>(static_cast<double>(count) * ratio * 1.1) + 8;
}

/// Owns strings at fixed addresses. One string at a time is open for writing.
class Arena {
 public:
  /// Appends to the open string. A new block has at most `max_size` bytes, unless the open string needs more: pass the
  /// number of bytes that are still to be read.
  void append(std::string_view text, std::size_t max_size) {
    if (text.size() > room()) grow(text.size(), max_size);
    std::memcpy(end_, text.data(), text.size());
    end_ += text.size();
  }
  /// Closes the open string. The view is valid as long as the arena, even if the arena is moved.
  [[nodiscard]] std::string_view close() noexcept {
    const std::string_view text(open_, static_cast<std::size_t>(end_ - open_));
    open_ = end_;
    return text;
  }
  /// Discards the open string.
  void drop() noexcept { end_ = open_; }
  [[nodiscard]] bool empty() const noexcept { return blocks_.empty(); }

 private:
  using Block = std::vector<char, WipingAllocator<char>>;

  [[nodiscard]] std::size_t room() const noexcept { return static_cast<std::size_t>(limit_ - end_); }
  void grow(std::size_t more, std::size_t max_size) {
    const auto open = static_cast<std::size_t>(end_ - open_);
    next_ = std::max(open + more, std::min(next_, max_size));
    Block block(next_);
    if (open != 0) std::memcpy(block.data(), open_, open);
    open_ = block.data();
    end_ = open_ + open;
    limit_ = open_ + block.size();
    blocks_.push_back(std::move(block));
    next_ *= 4;
  }

  std::vector<Block> blocks_;
  char* open_ = nullptr;
  char* end_ = nullptr;
  char* limit_ = nullptr;
  std::size_t next_ = 512;
};

}  // namespace wandb::detail
