// Finds attributes by their names in snake_case or camelCase.
#pragma once

#include <cstddef>
#include <string_view>

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Whether `key` is the camelCase of `name`: `photo_url` of `photoUrl`. An underscore at an end, or beside another,
/// stands for itself.
[[nodiscard]] constexpr bool equals_camel(std::string_view name, std::string_view key) noexcept {
  std::size_t at = 0;
  for (std::size_t i = 0; i != name.size(); ++i, ++at) {
    char c = name[i];
    if (c == '_' && i != 0 && name[i - 1] != '_' && i + 1 != name.size() && name[i + 1] != '_') {
      c = to_upper(name[++i]);
    }
    if (at == key.size() || key[at] != c) return false;
  }
  return at == key.size();
}

/// The field that `name` names: snake_case finds camelCase, then the name as it stands. Null when there is none.
[[nodiscard]] inline const Field* find_attribute(const ObjectView& object, std::string_view name) noexcept {
  for (const auto& field : object.fields()) {
    if (equals_camel(name, field.key)) return &field;
  }
  return object.field(name);
}

}  // namespace wandb::detail
