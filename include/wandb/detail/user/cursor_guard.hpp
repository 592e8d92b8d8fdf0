// Notices when a server's cursors lead nowhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wandb::detail {

/// Follows the cursors of a walk, and tells those that lead in a circle from those that lead on.
class CursorGuard {
 public:
  /// Whether there is a page behind `cursor` that was not read yet, as far as that shows.
  [[nodiscard]] bool leads_on(std::string_view cursor) {
    if (cursor.empty() || cursor == landmark_) return false;
    // One cursor is remembered, a later one after 1, 2, 4 … pages: some landmark lies in the circle and outlasts it.
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

}  // namespace wandb::detail
