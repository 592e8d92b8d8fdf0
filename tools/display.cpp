#include "display.hpp"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <cstddef>
#include <cwchar>
#include <string>
#include <string_view>

#include <wandb/detail/text/json_text.hpp>

namespace {

/// Makes the C library read UTF-8 on this thread, whatever the locale of the environment is.
class Utf8Locale {
 public:
  Utf8Locale() noexcept : before_(::uselocale(utf8())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() { ::uselocale(before_); }

 private:
  /// Returns that locale; none if the system has none of these, and each character then takes one column.
  static locale_t utf8() noexcept {
    static const locale_t locale = [] {
      const auto made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
      return made ? made : ::newlocale(LC_CTYPE_MASK, "en_US.UTF-8", nullptr);
    }();
    return locale;
  }

  locale_t before_;
};

/// Returns how many bytes the first character has. A byte that is no UTF-8 counts as a character.
std::size_t length_of_first(std::string_view text) {
  return std::max(wandb::detail::utf8_length(text), std::size_t{1});
}

/// Returns how many columns a single character takes.
std::size_t width_of(std::string_view character) {
  wchar_t wide{};
  std::mbstate_t state{};
  if (std::mbrtowc(&wide, character.data(), character.size(), &state) != character.size()) return 1;
  const auto width = ::wcwidth(wide);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  const Utf8Locale locale;
  std::size_t width = 0;
  for (std::size_t length = 0; !text.empty(); text.remove_prefix(length)) {
    length = length_of_first(text);
    width += width_of(text.substr(0, length));
  }
  return width;
}

std::string fitted(std::string_view text, std::size_t columns) {
  const auto whole = display_width(text);
  if (whole <= columns) return std::string(text) + std::string(columns - whole, ' ');
  const Utf8Locale locale;
  std::string cut;
  std::size_t width = 0;
  while (true) {
    const auto character = text.substr(0, length_of_first(text));
    if (width + width_of(character) >= columns) break;
    width += width_of(character);
    cut.append(character);
    text.remove_prefix(character.size());
  }
  return cut + "\u2026" + std::string(columns - width - 1, ' ');
}
