// The encoding of text files that people edit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns `text` without the byte order mark that some editors write before UTF-8.
[[nodiscard]] constexpr std::string_view without_mark(std::string_view text) noexcept {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  return text;
}

/// Whether a text is UTF-16: it has a byte order mark, or its first characters are ASCII with a zero byte each.
[[nodiscard]] constexpr bool is_utf16(std::string_view text) noexcept {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  if (text.size() < 2 || (text[0] == '\0') == (text[1] == '\0')) return false;
  for (std::size_t i = 2; i != std::min<std::size_t>(text.size(), 4); ++i) {
    if ((text[i] == '\0') != (text[i - 2] == '\0')) return false;
  }
  return true;
}

/// Returns the line and the encoding fault of a text, and none of its characters; empty if there is no fault.
[[nodiscard]] inline std::string encoding_fault(std::string_view text) {
  if (is_utf16(text)) return "line 1: the text is UTF-16; save it as UTF-8";
  const auto at = text.find('\0');
  if (at == text.npos) return {};
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
  return "line " + std::to_string(line) + ": a NUL character stands there, which no text has; save it as UTF-8";
}

}  // namespace wandb::detail
