// Untrusted text as a single line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/detail/text/json_text.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Whether a UTF-8 sequence is a control character: C0, C1, the line and paragraph separators, and the marks,
/// embeddings, overrides and isolates of bidirectional text.
[[nodiscard]] constexpr bool is_control(std::string_view sequence) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (sequence.size() == 2) return (byte(0) == 0xC2 && byte(1) < 0xA0) || (byte(0) == 0xD8 && byte(1) == 0x9C);
  if (sequence.size() != 3 || byte(0) != 0xE2) return false;
  if (byte(1) == 0x80) return byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE);
  return byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
}

/// Replaces each control character and each byte that is not UTF-8 by a space, so that untrusted text cannot break a
/// line or control a terminal.
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

/// Cuts a text that is longer than `max_size` bytes, and ends it with `…`. The text must be masked before, since the
/// mask does not recognise a key that was cut.
[[nodiscard]] inline std::string shortened(std::string text, std::size_t max_size) {
  constexpr std::string_view ellipsis = "\u2026";
  if (text.size() <= max_size) return text;
  auto end = max_size - ellipsis.size();
  while (end != 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.erase(end).append(ellipsis);
}

}  // namespace wandb::detail
