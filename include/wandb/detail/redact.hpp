// Masks in text what has the shape of a secret, so that a server's echo never shows one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/detail/json_text.hpp>

namespace wandb::detail {

[[nodiscard]] constexpr bool is_secret_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '+' || c == '=';
}

// The shortest secret that the service hands out.
inline constexpr std::size_t shortest_secret = 40;

/// `text` with every run of 40 or more characters of a key, a JWT or base64 replaced by `****`.
[[nodiscard]] inline std::string redact(std::string_view text) {
  std::string masked;
  masked.reserve(text.size());
  for (auto rest = text; !rest.empty();) {
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_secret_character);
    const auto length = static_cast<std::size_t>(end - rest.begin());
    if (length >= shortest_secret) masked += "****";
    else masked.append(rest.substr(0, length));
    rest.remove_prefix(length);
    if (rest.empty()) break;
    masked += rest.front();
    rest.remove_prefix(1);
  }
  return masked;
}

/// `text` with `****` in place of `secret`, and of what holds enough of it in a row to be of use to anybody.
[[nodiscard]] inline std::string redact(std::string_view text, std::string_view secret) {
  constexpr std::size_t enough = 12;
  const auto least = std::min(secret.size(), enough);
  std::string masked;
  masked.reserve(text.size());
  while (!text.empty()) {
    const auto known = least == 0 || text.size() < least ? secret.npos : secret.find(text.substr(0, least));
    if (known == secret.npos) {
      masked += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto rest = secret.substr(known);
    const auto differs = std::mismatch(text.begin(), text.end(), rest.begin(), rest.end()).first;
    masked += "****";
    text.remove_prefix(static_cast<std::size_t>(differs - text.begin()));
  }
  return masked;
}

/// Whether a UTF-8 sequence is a character that moves a cursor, ends a line, or turns the direction of what is read:
/// C0, C1, the line and paragraph separators, and the marks, embeddings, overrides and isolates of bidirectional text.
[[nodiscard]] constexpr bool is_control(std::string_view sequence) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (sequence.size() == 2) return (byte(0) == 0xC2 && byte(1) < 0xA0) || (byte(0) == 0xD8 && byte(1) == 0x9C);
  if (sequence.size() != 3 || byte(0) != 0xE2) return false;
  if (byte(1) == 0x80) return byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE);
  return byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
}

/// `text` with a space in place of each control character of any kind, and of what is no UTF-8, so that nobody's words
/// break a line or steer a terminal.
[[nodiscard]] inline std::string one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto sequence = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(sequence)) line += ' ';
    else line += sequence;
    text.remove_prefix(sequence.size());
  }
  return line;
}

}  // namespace wandb::detail
