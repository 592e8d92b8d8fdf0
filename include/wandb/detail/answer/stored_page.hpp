// A page with the memory that it views.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/arena.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Owns what a page refers to. Only `PageBuilder` makes one; readers know it as a `Page`, whose header costs less to
/// compile. The last owner wipes the text.
struct StoredPage final : Page {
  StoredPage(const Shape& shape, std::shared_ptr<const void> owner, SecureString text) noexcept
      : Page(shape), shape_owner(std::move(owner)), body(std::move(text)) {}

  std::shared_ptr<const void> shape_owner;  // owns the shape's tables; null if they have static storage
  SecureString body;                        // as it was received
  Arena arena;
  std::unique_ptr<Slot[]> first_rows;  // the first rows of every table
  std::unique_ptr<Table[]> own_tables;
};

/// Returns the body of a page as it was received.
[[nodiscard]] inline std::string_view body_of(const Page& page) noexcept {
  return static_cast<const StoredPage&>(page).body;
}

}  // namespace wandb::detail
