// Finds what in a page an error's path speaks of.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/graphql_errors.hpp>
#include <wandb/page.hpp>

namespace wandb::detail {

/// Where a path leads: to the first null on it, behind which there is nothing, or as far as the page goes.
struct Place {
  const Field* field = nullptr;  ///< the last field on the way; null when not even the first key is known
  ObjectView object;             ///< the object that has this field
  std::size_t consumed = 0;      ///< how many steps of the path led here
  bool element = false;          ///< an element of the list `field`, not the field itself
  std::uint32_t row = 0;         ///< of an element: its index in the list
  bool is_null = false;          ///< whether a null stands there
};

/// Follows `path` to the deepest null on it (decision 9).
[[nodiscard]] inline Place locate(const Page& page, const std::vector<PathElement>& path) {
  Place place;
  std::optional<ObjectView> object = page.root();
  std::optional<ListView> list;
  for (const auto& step : path) {
    if (list) {
      if (!step.index || *step.index >= list->size()) break;
      place.element = true;
      place.row = static_cast<std::uint32_t>(*step.index);
      place.is_null = list->is_null(*step.index);
      object = (*list)[*step.index];
      list.reset();
    } else {
      const auto* field = object && !step.index ? object->field(step.key) : nullptr;
      if (field == nullptr) break;
      place.field = field;
      place.object = *object;
      place.element = false;
      const auto state = object->slot(*field).state();
      place.is_null = state == SlotState::null;
      if (state == SlotState::rows) list = object->list(*field);
      object = object->object(*field);
    }
    ++place.consumed;
    if (place.is_null) break;
  }
  return place;
}

/// Looks for nulls where the schema allows none and no error explains them: at, above or below an error's path.
class NullCheck {
 public:
  NullCheck(const Page& page, const std::vector<GraphqlError>& errors) {
    for (const auto& error : errors) {
      if (!error.path.empty()) explained_.push_back(&error.path);
    }
    std::sort(explained_.begin(), explained_.end(), [](const Path* a, const Path* b) { return less(*a, *b); });
    if (check(page.root())) found_ = GraphqlError{{}, std::move(here_), {}}.path_text();
  }
  /// The path of the first such null.
  [[nodiscard]] const std::optional<std::string>& found() const noexcept { return found_; }

 private:
  using Path = std::vector<PathElement>;

  // Some order in which a path comes right before those that begin with it.
  [[nodiscard]] static bool less(const Path& a, const Path& b) noexcept {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
      return x.index == y.index ? x.key < y.key : x.index < y.index;
    });
  }
  // Each of these returns true as soon as `here_` is such a null.
  [[nodiscard]] bool check(const ObjectView& object) {
    for (const auto& field : object.fields()) {
      here_.push_back({std::string(field.key)});
      if (object.slot(field).state() == SlotState::null && !field.nullable && !explained()) return true;
      if (const auto inner = object.object(field); inner && check(*inner)) return true;
      if (check(object.list(field), field.element_nullable)) return true;
      here_.pop_back();
    }
    return false;
  }
  [[nodiscard]] bool check(const ListView& list, bool element_nullable) {
    for (std::size_t i = 0; i != list.size(); ++i) {
      here_.push_back({{}, i});
      if (list.is_null(i)) {
        if (!element_nullable && !explained()) return true;
      } else if (check(list[i])) {
        return true;
      }
      here_.pop_back();
    }
    return false;
  }
  // The paths below `here_` follow it in the order; those above it are its beginnings.
  [[nodiscard]] bool explained() const {
    const auto before = [](const Path* path, const Path& wanted) { return less(*path, wanted); };
    const auto is_there = [&](const Path& wanted, bool or_below) {
      const auto at = std::lower_bound(explained_.begin(), explained_.end(), wanted, before);
      if (at == explained_.end()) return false;
      const auto length = or_below ? std::min((*at)->size(), wanted.size()) : (*at)->size();
      return length == wanted.size() && std::equal(wanted.begin(), wanted.end(), (*at)->begin());
    };
    if (is_there(here_, true)) return true;
    Path above = here_;
    for (above.pop_back(); !above.empty(); above.pop_back()) {
      if (is_there(above, false)) return true;
    }
    return false;
  }

  std::vector<const Path*> explained_;
  Path here_;
  std::optional<std::string> found_;
};

}  // namespace wandb::detail
