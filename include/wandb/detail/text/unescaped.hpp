// Text without escapes and invisible characters, behind which a key could be hidden from the mask.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/json_text.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Whether a character is invisible: a zero-width space or joiner, a soft hyphen, a mark of bidirectional text, a
/// variation selector, or a tag.
[[nodiscard]] constexpr bool is_invisible(std::uint32_t code) noexcept {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  constexpr Range ranges[] = {{0xAD, 0xAD},     {0x34F, 0x34F},    {0x61C, 0x61C},   {0x180B, 0x180F},
                              {0x200B, 0x200F}, {0x202A, 0x202E},  {0x2060, 0x206F}, {0xFE00, 0xFE0F},
                              {0xFEFF, 0xFEFF}, {0xE0000, 0xE0FFF}};
  for (const auto& range : ranges) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

/// Returns the size in bytes of the invisible character at the beginning of `text`; 0 if there is none.
[[nodiscard]] constexpr std::size_t invisible_length(std::string_view text) noexcept {
  const auto length = utf8_length(text);
  if (length < 2) return 0;
  std::uint32_t code = static_cast<unsigned char>(text[0]) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i != length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return is_invisible(code) ? length : 0;
}

/// A text without the escapes of URLs, JSON and HTML and without invisible characters.
struct Unescaped {
  std::string text;
  std::vector<std::uint32_t> begins;  ///< the position of each character in the escaped text, and the end of that

  explicit Unescaped(std::string_view escaped) {
    text.reserve(escaped.size());
    begins.reserve(escaped.size() + 1);
    for (std::size_t at = 0; at < escaped.size();) {
      const auto length = take(escaped.substr(at));
      if (begins.size() != text.size()) begins.push_back(static_cast<std::uint32_t>(at));
      at += length;
    }
    drop_invisible();
    begins.push_back(static_cast<std::uint32_t>(escaped.size()));
  }
  /// Whether `text` may hold an escape or an invisible character.
  [[nodiscard]] static bool is_needed(std::string_view text) noexcept {
    return text.find_first_of("%\\&\xC2\xCD\xD8\xE1\xE2\xEF\xF3") != text.npos;
  }

 private:
  // Appends the first character of `escaped`, as at most one byte, and returns the size of its escaped form.
  std::size_t take(std::string_view escaped) {
    struct Form {
      std::string_view begin;
      std::size_t min_digits;
      std::size_t max_digits;
      unsigned base;
      char end;  // 0 for none; the text may lack it
    };
    constexpr Form forms[] = {{"%", 2, 2, 16, 0},     {"\\u", 4, 4, 16, 0},   {"\\x", 2, 2, 16, 0},
                              {"&#x", 1, 8, 16, ';'}, {"&#X", 1, 8, 16, ';'}, {"&#", 1, 8, 10, ';'}};
    const bool may_escape = escaped.substr(0, 1).find_first_of("%\\&") == 0;
    for (const auto& form : forms) {
      if (!may_escape || !escaped.starts_with(form.begin)) continue;
      auto at = form.begin.size();
      const auto last = std::min(escaped.size(), at + form.max_digits);
      std::uint32_t code = 0;
      for (; at != last && (form.base == 16 ? is_hex_digit(escaped[at]) : is_digit(escaped[at])); ++at) {
        const auto digit = escaped[at];
        code = code * form.base + static_cast<unsigned>(is_digit(digit) ? digit - '0' : to_lower(digit) - 'a' + 10);
      }
      if (at < form.begin.size() + form.min_digits) continue;
      // A form of two digits is a byte of UTF-8. Other characters outside ASCII become a space: no key contains them.
      if (form.max_digits == 2 || code < 0x80) text += static_cast<char>(code);
      else if (!is_invisible(code)) text += ' ';
      return at + (form.end != 0 && at != escaped.size() && escaped[at] == form.end ? 1 : 0);
    }
    const bool slash = escaped.starts_with("\\/");
    text += slash ? '/' : escaped.front();
    return slash ? 2 : 1;
  }
  void drop_invisible() {
    std::size_t kept = 0;
    for (std::size_t at = 0; at != text.size();) {
      if (const auto length = invisible_length(std::string_view(text).substr(at)); length != 0) {
        at += length;
        continue;
      }
      text[kept] = text[at];
      begins[kept++] = begins[at++];
    }
    text.resize(kept);
    begins.resize(kept);
  }
};

}  // namespace wandb::detail
