// The characters that the parts of an HTTP message may contain.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Bits for the parts of a request in which a character may stand. A table gives them, since every character of every
/// request is checked.
enum CharacterUse : unsigned char { in_token = 1, in_word = 2, in_field_value = 4 };
inline constexpr auto character_uses = [] {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  std::array<unsigned char, 256> uses{};
  for (std::size_t i = 0; i != uses.size(); ++i) {
    const char c = static_cast<char>(i);
    if (is_letter(c) || is_digit(c) || marks.find(c) != marks.npos) uses[i] |= in_token;
    if (i > 0x20 && i != 0x7f) uses[i] |= in_word;
    if ((i >= 0x20 && i != 0x7f) || c == '\t') uses[i] |= in_field_value;
  }
  return uses;
}();
[[nodiscard]] constexpr bool consists_of(CharacterUse use, std::string_view text) noexcept {
  unsigned all = use;
  for (const char c : text) all &= character_uses[static_cast<unsigned char>(c)];
  return all != 0;
}

[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
  return !text.empty() && consists_of(in_token, text);
}
/// Text without spaces and control characters, for the first line of a request.
[[nodiscard]] constexpr bool is_word(std::string_view text) noexcept {
  return !text.empty() && consists_of(in_word, text);
}
[[nodiscard]] constexpr bool is_field_value(std::string_view text) noexcept {
  return consists_of(in_field_value, text);
}

/// Whether the transport writes that header field itself. With a second one, two readers could disagree on where the
/// message ends.
[[nodiscard]] constexpr bool is_framing_field(std::string_view name) noexcept {
  return equal_ignoring_case(name, "Host") || equal_ignoring_case(name, "Content-Length") ||
         equal_ignoring_case(name, "Transfer-Encoding");
}

}  // namespace wandb::detail
