// How wide texts are on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Returns how many columns of a terminal a text takes: two for a Chinese character, none for a combining accent.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// Fills a text with blanks to that many columns. A longer text is cut, and ends with an ellipsis.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t columns);
