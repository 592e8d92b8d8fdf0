// The format of API keys.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI::detail {

[[nodiscard]] constexpr bool is_key_character(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

[[nodiscard]] constexpr bool all_key_characters(std::string_view text) noexcept {
  for (const char c : text) {
    if (!is_key_character(c)) return false;
  }
  return true;
}

/// Whether `text` is a JWT: three base64url parts joined by dots. The first encodes a JSON object, so it begins with
/// "eyJ", which is `{"`.
[[nodiscard]] constexpr bool is_jwt(std::string_view text) noexcept {
  if (!text.starts_with("eyJ")) return false;
  for (int part = 0; part != 3; ++part) {
    const auto end = part == 2 ? text.size() : text.find('.');
    if (end == text.npos || end == 0 || !all_key_characters(text.substr(0, end))) return false;
    text.remove_prefix(part == 2 ? end : end + 1);
  }
  return true;
}

/// Whether `text` may be an API key of any server. This test is lenient: it accepts keys of servers and masks text.
[[nodiscard]] constexpr bool may_be_api_key(std::string_view text) noexcept {
  return is_jwt(text) || (text.size() >= 40 && all_key_characters(text));
}

/// What is wrong with an API key from a user.
enum class KeyFault : std::uint8_t { none, empty, character, parts, short_secret, length };

/// The prefix and the size of API keys since 2026.
inline constexpr std::string_view key_mark_2026 = "wandb_v1_";
inline constexpr std::size_t key_length_2026 = 86;

/// Returns the part of a key behind its prefix; all of it if there is no dash.
[[nodiscard]] constexpr std::string_view secret_part(std::string_view key) noexcept {
  return key.substr(key.find('-') + 1);
}

/// Returns the position of the first invalid character of a key; `npos` if there is none.
[[nodiscard]] constexpr std::size_t find_stray(std::string_view key) noexcept {
  const bool jwt = key.starts_with("eyJ") && key.find('.') != key.npos;
  for (std::size_t i = 0; i != key.size(); ++i) {
    if (!is_key_character(key[i]) && !(jwt && key[i] == '.')) return i;
  }
  return key.npos;
}

/// Checks the format of a key: a JWT, or `[prefix-]secret`, where the secret follows the first dash and has at least 40
/// letters, digits, `_` and `-`.
[[nodiscard]] constexpr KeyFault key_fault(std::string_view key) noexcept {
  if (key.empty()) return KeyFault::empty;
  if (find_stray(key) != key.npos) return KeyFault::character;
  if (key.find('.') != key.npos) return is_jwt(key) ? KeyFault::none : KeyFault::parts;
  if (key.starts_with(key_mark_2026)) return key.size() == key_length_2026 ? KeyFault::none : KeyFault::length;
  return secret_part(key).size() < 40 ? KeyFault::short_secret : KeyFault::none;
}

/// Whether `text` has the format of an API key.
[[nodiscard]] constexpr bool is_api_key(std::string_view text) noexcept { return key_fault(text) == KeyFault::none; }

/// Returns the kind of an invalid character. The character itself may be part of a secret.
[[nodiscard]] constexpr std::string_view kind_of_stray(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if (c == ' ' || c == '\t') return "a blank";
  if (c == '\n' || c == '\r') return "a line end";
  if (c == '"' || c == '\'' || c == '`') return "a quote";
  if (byte < 0x20 || byte == 0x7F) return "a control character";
  return byte >= 0x80 ? "a character outside ASCII" : "a character that no key has";
}

/// Describes what is wrong with a key, without a character of it; empty if nothing is wrong.
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

/// Whether a key's name in a list is the key itself, as on older servers: 40 hexadecimal digits, after an optional
/// prefix.
[[nodiscard]] constexpr bool looks_like_secret_name(std::string_view name) noexcept {
  if (name.size() < 40) return false;
  const auto secret = name.substr(name.size() - 40);
  for (const char c : secret) {
    if (!is_hex_digit(c)) return false;
  }
  const auto prefix = name.substr(0, name.size() - 40);
  return prefix.empty() || (prefix.size() > 1 && prefix.back() == '-' && all_key_characters(prefix));
}

/// Returns the end of the run of key characters at `at`.
[[nodiscard]] constexpr std::size_t end_of_run(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_key_character(text[at])) ++at;
  return at;
}

/// Returns the end of a JWT of which a part ends at `end`.
[[nodiscard]] constexpr std::size_t end_of_jwt(std::string_view text, std::size_t end) noexcept {
  while (end < text.size() && text[end] == '.' && end_of_run(text, end + 1) != end + 1) end = end_of_run(text, end + 1);
  return end;
}

/// Masks each part of `text` that may be a key or a mistyped key. It leaves the beginning, by which people find the key
/// in a list: a short prefix and five characters, as in `local-0a1b2****`. A JWT becomes `****`, since all of them
/// begin alike.
[[nodiscard]] inline std::string mask_key(std::string_view text) {
  constexpr std::size_t min_key_size = 40;
  constexpr std::size_t max_prefix_size = 10;
  constexpr std::size_t visible = 5;
  if (is_jwt(text)) return "****";
  std::string masked;
  for (std::size_t at = 0; at < text.size();) {
    auto end = end_of_run(text, at);
    const auto run = text.substr(at, end - at);
    const bool is_key = run.size() >= min_key_size;
    const auto jwt = end_of_jwt(text, end) == end ? run.npos : run.find("eyJ");
    // A key may end with "eyJ" by chance; then the JWT's parts are masked as well.
    if (jwt != run.npos) end = end_of_jwt(text, end);
    auto prefix = run.starts_with(key_mark_2026) ? key_mark_2026.size() : run.find('-') + 1;  // 0 where there is none
    if (prefix > max_prefix_size || run.size() - prefix < min_key_size) prefix = 0;
    masked += run.substr(0, is_key ? std::min(prefix + visible, jwt) : jwt);
    if (is_key || jwt != run.npos) masked += "****";
    if (end != text.size()) masked += text[end++];
    at = end;
  }
  return masked;
}

/// Whether a part of a URL or a path is a key. `among_names` says that names as long as keys are expected: then only
/// text that cannot be a name counts.
[[nodiscard]] constexpr bool is_pasted_key(std::string_view part, bool among_names) noexcept {
  if (!among_names) return may_be_api_key(part);
  if (is_jwt(part)) return part.substr(part.find('.') + 1).starts_with("eyJ");
  return looks_like_secret_name(part) || (part.starts_with(key_mark_2026) && may_be_api_key(part));
}

/// Returns a URL or a path with `****` in place of each key.
[[nodiscard]] inline std::string mask_pasted_keys(std::string_view text, bool among_names = true) {
  std::string masked;
  const auto belongs = [](char c) { return is_key_character(c) || c == '.'; };
  while (!text.empty()) {
    std::size_t length = 0;
    while (length != text.size() && belongs(text[length])) ++length;
    auto part = text.substr(0, length);
    const auto rest = text.substr(length, 1);
    text.remove_prefix(std::min(length + 1, text.size()));
    // A dot at the end denotes the DNS root, or ends a sentence.
    while (part.ends_with('.')) part.remove_suffix(1);
    masked += is_pasted_key(part, among_names) ? "****" : part;
    masked.append(length - part.size(), '.').append(rest);
  }
  return masked;
}

}  // namespace wandb::detail
