// What an API key looks like.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

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

/// A JWT: three base64url parts joined by dots. The first is the base64 of what begins with `{"`.
[[nodiscard]] constexpr bool is_jwt(std::string_view text) noexcept {
  if (!text.starts_with("eyJ")) return false;
  for (int part = 0; part != 3; ++part) {
    const auto end = part == 2 ? text.size() : text.find('.');
    if (end == text.npos || end == 0 || !all_key_characters(text.substr(0, end))) return false;
    text.remove_prefix(part == 2 ? end : end + 1);
  }
  return true;
}

/// Whether `text` may be an API key of whatever server: to take what a server hands out as one, and to show none.
[[nodiscard]] constexpr bool may_be_api_key(std::string_view text) noexcept {
  return is_jwt(text) || (text.size() >= 40 && all_key_characters(text));
}

/// What is wrong with an API key that somebody gives.
enum class KeyFault : std::uint8_t { none, empty, character, parts, short_secret, length };

/// How keys of 2026 begin, and how long they are in all.
inline constexpr std::string_view key_mark_2026 = "wandb_v1_";
inline constexpr std::size_t key_length_2026 = 86;

/// What follows the prefix of a key: everything where there is no dash.
[[nodiscard]] constexpr std::string_view secret_part(std::string_view key) noexcept {
  return key.substr(key.find('-') + 1);
}

/// Where the first character stands that no key has; `npos` for nowhere.
[[nodiscard]] constexpr std::size_t find_stray(std::string_view key) noexcept {
  const bool jwt = key.starts_with("eyJ") && key.find('.') != key.npos;
  for (std::size_t i = 0; i != key.size(); ++i) {
    if (!is_key_character(key[i]) && !(jwt && key[i] == '.')) return i;
  }
  return key.npos;
}

/// Holds `key` against the shape of one: a JWT, or `[prefix-]secret` with a secret of at least 40 letters, digits, `_`,
/// `-` behind the first dash.
[[nodiscard]] constexpr KeyFault key_fault(std::string_view key) noexcept {
  if (key.empty()) return KeyFault::empty;
  if (find_stray(key) != key.npos) return KeyFault::character;
  if (key.find('.') != key.npos) return is_jwt(key) ? KeyFault::none : KeyFault::parts;
  if (key.starts_with(key_mark_2026)) return key.size() == key_length_2026 ? KeyFault::none : KeyFault::length;
  return secret_part(key).size() < 40 ? KeyFault::short_secret : KeyFault::none;
}

/// Whether `text` has the shape of an API key that somebody may give.
[[nodiscard]] constexpr bool is_api_key(std::string_view text) noexcept { return key_fault(text) == KeyFault::none; }

/// What kind of character it is that no key has. Never the character: it may be part of a secret all the same.
[[nodiscard]] constexpr std::string_view kind_of_stray(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if (c == ' ' || c == '\t') return "a blank";
  if (c == '\n' || c == '\r') return "a line end";
  if (c == '"' || c == '\'' || c == '`') return "a quote";
  if (byte < 0x20 || byte == 0x7F) return "a control character";
  return byte >= 0x80 ? "a character outside ASCII" : "a character that no key has";
}

/// What is wrong with a key, in words that show nothing of it; empty for nothing.
[[nodiscard]] inline std::string describe_key_fault(std::string_view key) {
  const auto count = [](std::string_view text) {
    std::size_t characters = 0;
    for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0U) == 0x80U ? 0U : 1U;
    return std::to_string(characters);
  };
  const auto given = " (" + count(key) + " characters)";
  switch (key_fault(key)) {
    case KeyFault::none: return {};
    case KeyFault::empty: return "is empty";
    case KeyFault::character: {
      const auto at = find_stray(key);
      return "holds " + std::string(kind_of_stray(key[at])) + " at position " + std::to_string(at + 1) + given;
    }
    case KeyFault::parts: return "begins like a JWT and is not three parts joined by dots" + given;
    case KeyFault::length: return "has the wrong number of characters: 86 expected, " + count(key) + " given";
    case KeyFault::short_secret: break;
  }
  const auto secret = secret_part(key);
  const std::string_view where = secret.size() == key.size() ? "" : " behind its prefix";
  return "is too short: at least 40 characters expected" + std::string(where) + ", " + count(secret) + " given";
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

/// Where the run of a key's characters ends that stands at `at`.
[[nodiscard]] constexpr std::size_t end_of_run(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_key_character(text[at])) ++at;
  return at;
}

/// Where a JWT ends whose first part, or the last of it that was read, ends at `end`.
[[nodiscard]] constexpr std::size_t end_of_jwt(std::string_view text, std::size_t end) noexcept {
  while (end < text.size() && text[end] == '.' && end_of_run(text, end + 1) != end + 1) end = end_of_run(text, end + 1);
  return end;
}

/// `text` with, of what may be a key in it, be it a mistyped one, only the beginning, by which it is found in a list:
/// the prefix, where that is short, and five characters: `local-0a1b2****`. Of a JWT, whose beginning tells nothing,
/// `****`.
[[nodiscard]] inline std::string mask_key(std::string_view text) {
  constexpr std::size_t shortest_key = 40;
  constexpr std::size_t longest_prefix = 10;
  constexpr std::size_t shown = 5;
  if (is_jwt(text)) return "****";
  std::string masked;
  for (std::size_t at = 0; at < text.size();) {
    auto end = end_of_run(text, at);
    const auto run = text.substr(at, end - at);
    const bool is_key = run.size() >= shortest_key;
    const auto jwt = end_of_jwt(text, end) == end ? run.npos : run.find("eyJ");
    // What a key ends with may look like the beginning of a JWT, which goes on all the same.
    if (jwt != run.npos) end = end_of_jwt(text, end);
    auto prefix = run.starts_with(key_mark_2026) ? key_mark_2026.size() : run.find('-') + 1;  // 0 where there is none
    if (prefix > longest_prefix || run.size() - prefix < shortest_key) prefix = 0;
    masked += run.substr(0, is_key ? std::min(prefix + shown, jwt) : jwt);
    if (is_key || jwt != run.npos) masked += "****";
    if (end != text.size()) masked += text[end++];
    at = end;
  }
  return masked;
}

/// Whether a part of a URL or a path is a key rather than a name. Among names, which may be as long as keys, only what
/// no person calls anything counts.
[[nodiscard]] constexpr bool is_pasted_key(std::string_view part, bool among_names) noexcept {
  if (!among_names) return may_be_api_key(part);
  if (is_jwt(part)) return part.substr(part.find('.') + 1).starts_with("eyJ");
  return looks_like_secret_name(part) || (part.starts_with(key_mark_2026) && may_be_api_key(part));
}

/// A URL or a path with `****` in place of each key that stands in it.
[[nodiscard]] inline std::string mask_pasted_keys(std::string_view text, bool among_names = true) {
  std::string masked;
  const auto belongs = [](char c) { return is_key_character(c) || c == '.'; };
  while (!text.empty()) {
    std::size_t length = 0;
    while (length != text.size() && belongs(text[length])) ++length;
    auto part = text.substr(0, length);
    const auto rest = text.substr(length, 1);
    text.remove_prefix(std::min(length + 1, text.size()));
    // A dot behind a name is the root's, or ends a sentence.
    while (part.ends_with('.')) part.remove_suffix(1);
    masked += is_pasted_key(part, among_names) ? "****" : part;
    masked.append(length - part.size(), '.').append(rest);
  }
  return masked;
}

}  // namespace wandb::detail
