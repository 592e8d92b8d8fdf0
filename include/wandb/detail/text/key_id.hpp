// How servers name a key in a list: older ones by the key itself, newer ones by its ID, the first part of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::detail {

/// The shortest ID of a key, and what an ID leaves out at least: a key has 40 characters or more, and its ID leaves the
/// last 20 out.
inline constexpr std::size_t shortest_key_id = 20;
inline constexpr std::size_t shortest_key_rest = 20;

/// The ID of a key: of one that begins with `wandb_v1_` the first of its two parts, of others all but the last 20
/// characters.
[[nodiscard]] constexpr std::string_view key_id_of(std::string_view key) noexcept {
  constexpr std::size_t first_part = 27;
  if (key.starts_with(key_mark_2026)) return key.substr(0, key_mark_2026.size() + first_part);
  return key.substr(0, key.size() - std::min(key.size(), shortest_key_rest));
}

/// Whether a listed name is that of `key`: the key itself, or its ID. That of a key of 2026 may be of any length that
/// is long enough: what is shorter is a label, or the prefix that many keys share, and what leaves less out is another
/// key. Takes the same time wherever the two differ.
[[nodiscard]] inline bool is_name_of(std::string_view name, std::string_view key) noexcept {
  if (name.size() < shortest_key_id || name.size() > key.size()) return false;
  const auto rest = key.size() - name.size();
  const bool is_id = key.starts_with(key_mark_2026) ? rest >= shortest_key_rest : rest == shortest_key_rest;
  return (rest == 0 || is_id) && same_text(name, key.substr(0, name.size()));
}

}  // namespace wandb::detail
