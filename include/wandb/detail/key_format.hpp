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

/// `text`, or for what has a key's shape only its last four characters: `****abcd`. Of a short one they would tell too
/// much.
[[nodiscard]] inline std::string mask_key(std::string_view text) {
  if (!is_api_key(text)) return std::string(text);
  return text.size() < 40 ? std::string("****") : std::string("****").append(text.substr(text.size() - 4));
}

}  // namespace wandb::detail
