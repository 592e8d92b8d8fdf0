// Texts of others, made fit for a line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/detail/text/json_text.hpp>

namespace wandb::detail {

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
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  for (;;) {
    const auto plain = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    line += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto length = utf8_length(text);
    const auto sequence = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(sequence)) line += ' ';
    else line += sequence;
    text.remove_prefix(sequence.size());
  }
  return line;
}

/// `text` with no more than `most` bytes: of a longer one the beginning, and `…`. Of a text that was masked: half a key
/// is not recognised as one.
[[nodiscard]] inline std::string shortened(std::string text, std::size_t most) {
  constexpr std::string_view ellipsis = "\u2026";
  if (text.size() <= most) return text;
  auto end = most - ellipsis.size();
  while (end != 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.erase(end).append(ellipsis);
}

}  // namespace wandb::detail
