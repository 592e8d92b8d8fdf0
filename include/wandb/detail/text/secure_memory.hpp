// Memory that is wiped before it is freed.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Overwrites memory with zeros in a way that the optimiser must keep.
inline void wipe(void* memory, std::size_t size) noexcept {
  if (size == 0) return;
  std::memset(memory, 0, size);
  // The barrier makes the zeros observable; a plain memset before a delete is dropped as a dead store.
  asm volatile("" : : "r"(memory) : "memory");
}

/// Compares as `==` does, in a time that depends on the lengths only.
[[nodiscard]] inline bool same_text(std::string_view a, std::string_view b) noexcept {
  unsigned difference = a.size() == b.size() ? 0U : 1U;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i])) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

/// An allocator that wipes memory before it frees it, also when a container grows.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  constexpr WipingAllocator(const WipingAllocator<U>&) noexcept {}
  [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    wipe(memory, count * sizeof(T));
    std::allocator<T>{}.deallocate(memory, count);
  }
  friend constexpr bool operator==(WipingAllocator, WipingAllocator) noexcept { return true; }
};

}  // namespace wandb::detail

namespace wandb::inline WANDB_ABI {

/// A string that wipes its heap memory before it frees it. A text of up to 15 characters is stored in the string
/// object, and is not wiped: it is too short to be a secret.
using SecureString = std::basic_string<char, std::char_traits<char>, detail::WipingAllocator<char>>;

}  // namespace wandb
