// The name of a key in a server's list: the key itself on older servers, and its ID, the first part of it, on newer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The minimum sizes of a key's ID and of the rest of the key: a key has at least 40 characters, and its ID lacks the
/// last 20.
inline constexpr std::size_t min_key_id_size = 20;
inline constexpr std::size_t min_key_rest_size = 20;

/// Returns the ID of a key: the first of two parts if it begins with `wandb_v1_`, else all but its last 20 characters.
[[nodiscard]] constexpr std::string_view key_id_of(std::string_view key) noexcept {
  constexpr std::size_t first_part = 27;
  if (key.starts_with(key_mark_2026)) return key.substr(0, key_mark_2026.size() + first_part);
  return key.substr(0, key.size() - std::min(key.size(), min_key_rest_size));
}

/// Whether `name` is the key itself or its ID. For keys since 2026 it accepts an ID of any size between the minimums: a
/// shorter name is a label or a prefix that many keys share, and a longer one belongs to another key. The time does
/// not depend on where the two differ.
[[nodiscard]] inline bool is_name_of(std::string_view name, std::string_view key) noexcept {
  if (name.size() < min_key_id_size || name.size() > key.size()) return false;
  const auto rest = key.size() - name.size();
  const bool is_id = key.starts_with(key_mark_2026) ? rest >= min_key_rest_size : rest == min_key_rest_size;
  return (rest == 0 || is_id) && same_text(name, key.substr(0, name.size()));
}

}  // namespace wandb::detail
