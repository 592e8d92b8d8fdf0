// What an API key looks like.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/detail/ascii.hpp>

namespace wandb::detail {

[[nodiscard]] constexpr bool is_key_character(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

[[nodiscard]] constexpr bool all_key_characters(std::string_view text) noexcept {
  for (const char c : text) {
    if (!is_key_character(c)) return false;
  }
  return true;
}

/// Three base64url parts joined by dots.
[[nodiscard]] constexpr bool is_jwt(std::string_view text) noexcept {
  for (int part = 0; part != 3; ++part) {
    const auto end = part == 2 ? text.size() : text.find('.');
    if (end == text.npos || end == 0 || !all_key_characters(text.substr(0, end))) return false;
    text.remove_prefix(part == 2 ? end : end + 1);
  }
  return true;
}

/// Whether `text` has the shape of an API key: a JWT, or `[prefix-]secret` with a secret of at least 40 letters,
/// digits, `_`, `-`.
[[nodiscard]] constexpr bool is_api_key(std::string_view text) noexcept {
  // A prefix is made of the same characters and a secret may hold hyphens, so that the two need not be told apart.
  return is_jwt(text) || (text.size() >= 40 && all_key_characters(text));
}

/// Whether a listed key's name is the key itself, as on older servers: 40 hexadecimal digits, with or without a prefix.
[[nodiscard]] constexpr bool looks_like_secret_name(std::string_view name) noexcept {
  if (name.size() < 40) return false;
  const auto secret = name.substr(name.size() - 40);
  for (const char c : secret) {
    if (!is_hex_digit(c)) return false;
  }
  const auto prefix = name.substr(0, name.size() - 40);
  return prefix.empty() || (prefix.size() > 1 && prefix.back() == '-' && all_key_characters(prefix));
}

/// What the keys of 2026 begin with.
inline constexpr std::string_view key_prefix_v1 = "wandb_v1_";

/// `text`, or of what may be a key, be it a mistyped one, only the beginning, by which it is found in a list: the
/// prefix, where that is short, and five characters: `local-0a1b2****`. Of a JWT, whose beginning tells nothing,
/// `****`.
[[nodiscard]] inline std::string mask_key(std::string_view text) {
  constexpr std::size_t shortest_key = 40;
  constexpr std::size_t longest_prefix = 10;
  constexpr std::size_t shown = 5;
  if (is_jwt(text)) return "****";
  if (text.size() < shortest_key || !all_key_characters(text)) return std::string(text);
  auto prefix = text.starts_with(key_prefix_v1) ? key_prefix_v1.size() : text.find('-') + 1;  // 0 where there is none
  if (prefix > longest_prefix || text.size() - prefix < shortest_key) prefix = 0;
  return std::string(text.substr(0, prefix + shown)).append("****");
}

}  // namespace wandb::detail
