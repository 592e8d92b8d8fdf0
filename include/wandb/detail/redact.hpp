// Masks in text what has the shape of a secret, so that a server's echo never shows one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

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

/// `text` with a space in place of each control character, so that nobody's words break a line or steer a terminal.
[[nodiscard]] inline std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

}  // namespace wandb::detail
