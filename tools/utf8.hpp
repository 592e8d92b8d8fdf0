// Reads UTF-8 one character after the other.
#pragma once

#include <string_view>

#include <wandb/detail/text/json_text.hpp>

/// One character of a text.
struct Character {
  /// A byte that is not UTF-8 has this code, which is above those of Unicode.
  static constexpr char32_t no_code = 0x110000;

  char32_t code;
  std::string_view bytes;
};

/// Returns the first character of a text that is not empty.
[[nodiscard]] inline Character first_character(std::string_view text) {
  const auto length = wandb::detail::utf8_length(text);
  if (length == 0) return {Character::no_code, text.substr(0, 1)};
  const auto bytes = text.substr(0, length);
  auto code = static_cast<char32_t>(static_cast<unsigned char>(bytes[0]));
  if (length != 1) code &= 0xFFU >> (length + 1);
  for (const char c : bytes.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return {code, bytes};
}

/// Calls `use` with each character.
template <class Use>
void each_character(std::string_view text, Use use) {
  while (!text.empty()) {
    const auto character = first_character(text);
    use(character);
    text.remove_prefix(character.bytes.size());
  }
}
