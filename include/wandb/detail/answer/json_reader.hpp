// Reads JSON value by value, for small texts without a `Shape`.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/answer/skipper.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/json_text.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// A view of one value of a JSON text. It expects text that a parser has checked. For other text it returns wrong
/// values, but never reads beyond the end.
class JsonValue {
 public:
  /// Makes a view of no value, which has no type.
  JsonValue() = default;
  explicit JsonValue(std::string_view text) noexcept : text_(trimmed(text)) {}

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] bool is_string() const noexcept { return starts('"'); }
  [[nodiscard]] bool is_object() const noexcept { return starts('{'); }
  [[nodiscard]] bool is_array() const noexcept { return starts('['); }
  [[nodiscard]] bool is_null() const noexcept { return starts('n'); }
  /// Returns whether this is an empty string, object or array.
  [[nodiscard]] bool is_empty() const noexcept {
    return (is_string() || is_object() || is_array()) && trimmed(text_.substr(1)).size() == 1;
  }
  [[nodiscard]] bool is_boolean() const noexcept { return starts('t') || starts('f'); }
  [[nodiscard]] bool is_number() const noexcept { return !text_.empty() && (is_digit(text_[0]) || text_[0] == '-'); }

  /// Returns the number, if it is an integer of 64 bits.
  [[nodiscard]] std::optional<std::int64_t> integer() const noexcept {
    std::int64_t value = 0;
    const auto* end = text_.data() + text_.size();
    const auto [at, error] = std::from_chars(text_.data(), end, value);
    return is_number() && error == std::errc{} && at == end ? std::optional(value) : std::nullopt;
  }
  /// Returns the text of a string with its escapes resolved; empty for any other value.
  [[nodiscard]] std::string string() const {
    std::string out;
    if (!is_string()) return out;
    const auto* end = text_.data() + text_.size();
    for (const auto* at = text_.data() + 1; at != end && *at != '"';) {
      if (*at != '\\' || at + 1 == end) out += *at++;
      else at = unescape(out, at + 1, end);
    }
    return out;
  }
  /// Calls `f(name, value)` for each member of an object. The escapes in names are resolved.
  template <class F>
  void each_member(F f) const {
    if (!is_object()) return;
    each([&](const char* at, const char* end) {
      const auto* behind = skip_string(at, end);
      const JsonValue value(value_after_colon(behind, end));
      f(JsonValue(std::string_view(at, static_cast<std::size_t>(behind - at))).string(), value);
      return value.text_.data() + value.text_.size();
    });
  }
  /// Returns the last member of that name; no value if there is none.
  [[nodiscard]] JsonValue member(std::string_view wanted) const {
    JsonValue found;
    each_member([&](const std::string& name, const JsonValue& value) {
      if (name == wanted) found = value;
    });
    return found;
  }
  /// Calls `f(value)` for each element of an array.
  template <class F>
  void each_element(F f) const {
    if (!is_array()) return;
    each([&](const char* at, const char* end) {
      const auto* behind = skip_value(at, end);
      f(JsonValue(std::string_view(at, static_cast<std::size_t>(behind - at))));
      return behind;
    });
  }

 private:
  [[nodiscard]] bool starts(char c) const noexcept { return !text_.empty() && text_[0] == c; }

  template <class F>
  void each(F one) const {
    const auto* end = text_.data() + text_.size();
    for (const auto* at = skip_space(text_.data() + 1, end); at != end && *at != '}' && *at != ']';) {
      const auto* behind = one(at, end);
      if (behind == at) return;
      at = skip_space(behind, end);
      if (at != end && *at == ',') at = skip_space(at + 1, end);
    }
  }

  [[nodiscard]] static std::uint32_t hex4(const char* at, const char* end) noexcept {
    std::uint32_t code = 0;
    if (end - at >= 4) std::from_chars(at, at + 4, code, 16);
    return code;
  }
  // Decodes the escape whose backslash is directly before `at`. Returns the end of the escape.
  static const char* unescape(std::string& out, const char* at, const char* end) {
    if (*at != 'u') {
      constexpr std::string_view names = "bfnrt";
      constexpr std::string_view meant = "\b\f\n\r\t";
      const auto which = names.find(*at);
      out += which == std::string_view::npos ? *at : meant[which];
      return at + 1;
    }
    const auto rest = [&] { return static_cast<std::size_t>(end - at); };
    auto code = hex4(++at, end);
    at += rest() < 4 ? rest() : 4;
    if (code >= 0xD800 && code < 0xDC00 && rest() >= 6 && at[0] == '\\' && at[1] == 'u') {
      code = 0x10000 + ((code - 0xD800) << 10) + ((hex4(at + 2, end) - 0xDC00) & 0x3FF);
      at += 6;
    }
    append_utf8(out, code);
    return at;
  }

  std::string_view text_;
};

}  // namespace wandb::detail
