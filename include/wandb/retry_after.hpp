// The header `Retry-After`. Usable at compile time.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Seconds, fractions allowed: "120", "0.5". Nothing for anything else. More than a year is cut to a year.
[[nodiscard]] constexpr std::optional<std::chrono::nanoseconds> parse_seconds(std::string_view text) noexcept {
  constexpr std::int64_t year = 365LL * 24 * 3600;
  std::int64_t whole = 0;
  std::size_t i = 0;
  for (; i != text.size() && is_digit(text[i]); ++i) whole = std::min(whole * 10 + (text[i] - '0'), year);
  if (i == 0) return std::nullopt;
  std::int64_t fraction = 0;
  if (i != text.size() && text[i] == '.') {
    const auto point = i++;
    std::int64_t unit = 100'000'000;
    for (; i != text.size() && is_digit(text[i]); ++i, unit /= 10) fraction += (text[i] - '0') * unit;
    if (i == point + 1) return std::nullopt;
  }
  if (i != text.size()) return std::nullopt;
  return std::chrono::seconds(whole) + std::chrono::nanoseconds(fraction);
}

/// Takes a number of so many digits off the front of `text`; nothing where there is none.
[[nodiscard]] constexpr std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i != digits; ++i) {
    const char c = text[i] == ' ' && i == 0 && digits == 2 ? '0' : text[i];  // asctime pads the day with a space
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

[[nodiscard]] constexpr bool take(std::string_view& text, std::string_view expected) noexcept {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

[[nodiscard]] constexpr std::optional<unsigned> take_month(std::string_view& text) noexcept {
  constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (unsigned i = 0; i != names.size(); ++i) {
    if (take(text, names[i])) return i + 1;
  }
  return std::nullopt;
}

[[nodiscard]] constexpr std::optional<std::chrono::seconds> take_time(std::string_view& text) noexcept {
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

[[nodiscard]] constexpr std::optional<std::chrono::sys_seconds> moment(
    int year, std::optional<unsigned> month, std::optional<int> day,
    std::optional<std::chrono::seconds> time) noexcept {
  if (!month || !day || !time) return std::nullopt;
  const auto date =
      std::chrono::year(year) / std::chrono::month(*month) / std::chrono::day(static_cast<unsigned>(*day));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + *time;
}

/// An HTTP date in any of its three forms (RFC 9110, 5.6.7); nothing for anything else.
[[nodiscard]] constexpr std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                                                int current_year) noexcept {
  const auto comma = text.find(',');
  if (comma == text.npos) {  // asctime: "Sun Nov  6 08:49:37 1994"
    if (text.size() < 4 || text[3] != ' ') return std::nullopt;
    text.remove_prefix(4);
    const auto month = take_month(text);
    if (!take(text, " ")) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!take(text, " ")) return std::nullopt;
    const auto time = take_time(text);
    if (!take(text, " ")) return std::nullopt;
    const auto year = take_number(text, 4);
    return year && text.empty() ? moment(*year, month, day, time) : std::nullopt;
  }
  const bool old = comma > 3;  // RFC 850: "Sunday, 06-Nov-94 08:49:37 GMT"
  const std::string_view gap = old ? "-" : " ";
  text.remove_prefix(comma + 1);
  if (!take(text, " ")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!take(text, gap)) return std::nullopt;
  const auto month = take_month(text);
  if (!take(text, gap)) return std::nullopt;
  auto year = take_number(text, old ? 2 : 4);
  if (!year || !take(text, " ")) return std::nullopt;
  if (old) {
    // Two digits mean the past when they would lie more than 50 years ahead.
    *year += current_year / 100 * 100;
    if (*year > current_year + 50) *year -= 100;
  }
  const auto time = take_time(text);
  return text == " GMT" ? moment(*year, month, day, time) : std::nullopt;
}

}  // namespace detail

/// The wait that a `Retry-After` header asks for: seconds (fractions allowed), or until an HTTP date. A date before
/// `now` is a wait of zero. Nothing for anything else.
[[nodiscard]] constexpr std::optional<std::chrono::nanoseconds> parse_retry_after(
    std::string_view text, std::chrono::system_clock::time_point now) noexcept {
  text = detail::trimmed(text);
  if (const auto seconds = detail::parse_seconds(text)) return seconds;
  const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year();
  const auto date = detail::parse_http_date(text, static_cast<int>(year));
  if (!date) return std::nullopt;
  const auto today = std::chrono::floor<std::chrono::seconds>(now);
  const auto wait = std::clamp(*date - today, std::chrono::seconds(0), std::chrono::seconds(365LL * 24 * 3600));
  return wait;
}

}  // namespace wandb
