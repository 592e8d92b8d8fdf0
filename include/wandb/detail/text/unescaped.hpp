// A text as whoever looks at it reads it: without escapes, and without what nobody sees.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/json_text.hpp>

namespace wandb::detail {

/// Whether a character is shown as nothing at all: zero-width spaces and joiners, soft hyphens, the marks of
/// bidirectional text, variation selectors, tags.
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

/// The length of the invisible character that `text` begins with, in UTF-8; 0 where it begins with none.
[[nodiscard]] constexpr std::size_t invisible_length(std::string_view text) noexcept {
  const auto length = utf8_length(text);
  if (length < 2) return 0;
  std::uint32_t code = static_cast<unsigned char>(text[0]) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i != length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return is_invisible(code) ? length : 0;
}

/// A text without the escapes of URLs, JSON and HTML and without invisible characters, and where in the text each
/// character came from.
struct Unescaped {
  std::string text;
  std::vector<std::uint32_t> begins;  ///< one more than there are characters

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
  // Appends what `escaped` begins with, at most one byte, and gives how long that is.
  std::size_t take(std::string_view escaped) {
    struct Form {
      std::string_view begin;
      std::size_t least;
      std::size_t most;
      unsigned base;
      char end;  // which may be missing
    };
    constexpr Form forms[] = {{"%", 2, 2, 16, 0},     {"\\u", 4, 4, 16, 0},   {"\\x", 2, 2, 16, 0},
                              {"&#x", 1, 8, 16, ';'}, {"&#X", 1, 8, 16, ';'}, {"&#", 1, 8, 10, ';'}};
    const bool may_escape = escaped.substr(0, 1).find_first_of("%\\&") == 0;
    for (const auto& form : forms) {
      if (!may_escape || !escaped.starts_with(form.begin)) continue;
      auto at = form.begin.size();
      const auto last = std::min(escaped.size(), at + form.most);
      std::uint32_t code = 0;
      for (; at != last && (form.base == 16 ? is_hex_digit(escaped[at]) : is_digit(escaped[at])); ++at) {
        const auto digit = escaped[at];
        code = code * form.base + static_cast<unsigned>(is_digit(digit) ? digit - '0' : to_lower(digit) - 'a' + 10);
      }
      if (at < form.begin.size() + form.least) continue;
      // A byte of UTF-8 stays one; of other characters it is enough that they are no key's.
      if (form.most == 2 || code < 0x80) text += static_cast<char>(code);
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
