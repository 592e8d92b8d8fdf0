// How the pages of a connection follow each other.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/answer/page.hpp>

namespace wandb::detail {

/// Follows the cursors of a walk, and notices when they lead in a circle.
class CursorGuard {
 public:
  /// Whether `cursor` leads to a page that was not read yet, as far as that shows.
  [[nodiscard]] bool leads_on(std::string_view cursor) {
    if (cursor.empty() || cursor == landmark_) return false;
    // One cursor is remembered, a later one after 1, 2, 4 … pages: in a circle, one of them comes again.
    if (++pages_ == period_) {
      landmark_ = cursor;
      pages_ = 0;
      period_ *= 2;
    }
    return true;
  }

 private:
  std::string landmark_;
  std::size_t pages_ = 0;
  std::size_t period_ = 1;
};

/// Whether a connection should say if a page follows, and does not. A server that leaves `pageInfo` out has no pages.
[[nodiscard]] inline bool lacks_page_info(const ObjectView& connection) noexcept {
  const auto info = connection.object("pageInfo");
  return connection.state("pageInfo") == SlotState::null || (info && !info->boolean("hasNextPage"));
}

/// The cursor of the page that follows a connection's, empty where the server gives none; nothing where it says that no
/// page follows.
[[nodiscard]] inline std::optional<std::string_view> next_page(const ObjectView& connection) noexcept {
  const auto info = connection.object("pageInfo");
  if (!info || !info->boolean("hasNextPage").value_or(false)) return std::nullopt;
  return info->string("endCursor").value_or(std::string_view{});
}

}  // namespace wandb::detail
