// Finds the ends of JSON values without parsing them.
#pragma once

#include <cstddef>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI::detail {

// All of these functions expect JSON that a parser also checks. In other text they find an arbitrary end within the
// text, never one beyond it.

[[nodiscard]] constexpr const char* skip_space(const char* at, const char* end) noexcept {
  while (at != end && is_space(*at)) ++at;
  return at;
}

/// Returns the end of a string whose opening quote is at `at`.
[[nodiscard]] constexpr const char* skip_string(const char* at, const char* end) noexcept {
  if (at != end) ++at;
  while (at != end && *at != '"') {
    if (*at == '\\' && at + 1 != end) ++at;
    ++at;
  }
  return at == end ? end : at + 1;
}

/// Returns the end of a value whose first character is at `at`.
[[nodiscard]] constexpr const char* skip_value(const char* at, const char* end) noexcept {
  for (std::size_t depth = 0; at != end;) {
    const char c = *at;
    if (c == '"') {
      at = skip_string(at, end);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
      continue;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      --depth;
      ++at;
    } else if (depth != 0) {
      ++at;
      continue;
    } else {
      while (at != end && *at != ',' && *at != '}' && *at != ']' && !is_space(*at)) ++at;
    }
    if (depth == 0) return at;
  }
  return end;
}

/// Returns the value after the next colon. `at` is anywhere between a key's closing quote and that colon.
[[nodiscard]] constexpr std::string_view value_after_colon(const char* at, const char* end) noexcept {
  while (at != end && *at != ':') ++at;
  if (at != end) ++at;
  const char* begin = skip_space(at, end);
  return {begin, static_cast<std::size_t>(skip_value(begin, end) - begin)};
}

/// Finds keys by their colons: outside strings, a colon follows each key.
class ColonFinder {
 public:
  constexpr explicit ColonFinder(std::string_view json) noexcept : at_(json.data()), end_(json.data() + json.size()) {}
  /// Returns the `count`-th colon, counted from 1. `count` must not decrease from call to call.
  [[nodiscard]] constexpr const char* find(std::size_t count) noexcept {
    while (at_ != end_) {
      if (*at_ == ':' && (colon_ != at_)) {
        colon_ = at_;
        ++found_;
      }
      if (found_ == count) return at_;
      at_ = *at_ == '"' ? skip_string(at_, end_) : at_ + 1;
    }
    return end_;
  }

 private:
  const char* at_;
  const char* end_;
  const char* colon_ = nullptr;  // the last colon that was counted, to which `at_` points
  std::size_t found_ = 0;
};

}  // namespace wandb::detail
