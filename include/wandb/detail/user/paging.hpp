// Finds the next page of a connection.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/answer/page.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Detects cursors that repeat, so that a faulty server cannot keep a walk from ending. Needs constant memory.
class CursorGuard {
 public:
  /// Whether `cursor` leads to a further page: false if it is empty or is known to repeat.
  [[nodiscard]] bool advances(std::string_view cursor) {
    if (cursor.empty() || cursor == remembered_) return false;
    // Brent's algorithm: the remembered cursor is replaced after 1, 2, 4, … pages. In a cycle it is seen again, at the
    // latest when the interval is longer than the cycle.
    if (++pages_ == period_) {
      remembered_ = cursor;
      pages_ = 0;
      period_ *= 2;
    }
    return true;
  }

 private:
  std::string remembered_;
  std::size_t pages_ = 0;
  std::size_t period_ = 1;
};

/// Whether `pageInfo` is null or lacks `hasNextPage`. A server whose answers have no `pageInfo` at all has no pages.
[[nodiscard]] inline bool lacks_page_info(const ObjectView& connection) noexcept {
  const auto info = connection.object("pageInfo");
  return connection.state("pageInfo") == SlotState::null || (info && !info->boolean("hasNextPage"));
}

/// The cursor of the next page, empty if the server gives none; nothing if no page follows.
[[nodiscard]] inline std::optional<std::string_view> next_page(const ObjectView& connection) noexcept {
  const auto info = connection.object("pageInfo");
  if (!info || !info->boolean("hasNextPage").value_or(false)) return std::nullopt;
  return info->string("endCursor").value_or(std::string_view{});
}

}  // namespace wandb::detail
