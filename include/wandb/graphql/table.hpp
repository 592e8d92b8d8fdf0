// A view of an array of definitions.
#pragma once

#include <cstddef>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::graphql {

/// A view of an array of definitions. A `std::span` checks its constraints anew for each length of an array, and the
/// schema has arrays of many.
template <class Definition>
class Table {
 public:
  constexpr Table() = default;
  template <std::size_t Size>
  constexpr Table(const Definition (&definitions)[Size]) noexcept : begin_(definitions), size_(Size) {}
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr const Definition* begin() const noexcept { return begin_; }
  [[nodiscard]] constexpr const Definition* end() const noexcept { return begin_ + size_; }
  [[nodiscard]] constexpr const Definition& operator[](std::size_t at) const noexcept { return begin_[at]; }

 private:
  const Definition* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wandb::graphql
