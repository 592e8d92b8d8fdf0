// Finds nulls that the schema does not allow and that no error explains.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/detail/answer/page.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Looks for the first null that the schema does not allow and that no error explains. An error explains the nulls at
/// its path, above and below it.
class NullCheck {
 public:
  NullCheck(const Page& page, const std::vector<GraphqlError>& errors) {
    explained_.reserve(errors.size());
    for (const auto& error : errors) {
      if (!error.path.empty()) explained_.push_back(error.path.packed());
    }
    std::sort(explained_.begin(), explained_.end());
    if (check(page.root())) found_ = here_.text();
  }
  /// Returns the path of that null.
  [[nodiscard]] const std::optional<std::string>& found() const noexcept { return found_; }

 private:
  // Each of these functions returns true as soon as `here_` is such a null.
  [[nodiscard]] bool check(const ObjectView& object) {
    const auto above = here_.packed().size();
    for (const auto& field : object.fields()) {
      here_.add(field.key);
      if (object.slot(field).state() == SlotState::null && !field.nullable && !explained()) return true;
      if (const auto inner = object.object(field); inner && check(*inner)) return true;
      if (check(object.list(field), field.element_nullable)) return true;
      here_.cut_to(above);
    }
    return false;
  }
  [[nodiscard]] bool check(const ListView& list, bool element_nullable) {
    const auto above = here_.packed().size();
    for (std::size_t i = 0; i != list.size(); ++i) {
      here_.add(i);
      if (list.is_null(i)) {
        if (!element_nullable && !explained()) return true;
      } else if (check(list[i])) {
        return true;
      }
      here_.cut_to(above);
    }
    return false;
  }
  // In sorted order the paths below `here_` follow it. The paths above it are its prefixes.
  [[nodiscard]] bool explained() const {
    const auto here = here_.packed();
    const auto at_or_below = std::lower_bound(explained_.begin(), explained_.end(), here);
    if (at_or_below != explained_.end() && at_or_below->starts_with(here)) return true;
    ErrorPath above;
    bool found = false;
    here_.each([&](const ErrorPath::Step& step) {
      if (step.index) above.add(*step.index);
      else above.add(step.key);
      found = found || std::binary_search(explained_.begin(), explained_.end(), above.packed());
    });
    return found;
  }

  std::vector<std::string_view> explained_;
  ErrorPath here_;
  std::optional<std::string> found_;
};

}  // namespace wandb::detail
