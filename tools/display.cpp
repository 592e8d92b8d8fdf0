#include "display.hpp"

#include <locale.h>
#include <wchar.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "utf8.hpp"

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

/// Returns how many columns a character takes.
std::size_t width_of(const Character& character) {
  const auto width = ::wcwidth(static_cast<wchar_t>(character.code));
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  const Utf8Locale locale;
  std::size_t width = 0;
  each_character(text, [&](const Character& one) { width += width_of(one); });
  return width;
}

std::string fitted(std::string_view text, std::size_t columns) {
  const auto whole = display_width(text);
  if (whole <= columns) return std::string(text) + std::string(columns - whole, ' ');
  const Utf8Locale locale;
  std::string cut;
  std::size_t width = 0;
  while (true) {
    const auto character = first_character(text);
    if (width + width_of(character) >= columns) break;
    width += width_of(character);
    cut.append(character.bytes);
    text.remove_prefix(character.bytes.size());
  }
  return cut + "\u2026" + std::string(columns - width - 1, ' ');
}
