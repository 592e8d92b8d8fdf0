// Reads a JSON object of texts from a setting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Reads the members of a JSON object whose values are all texts. What it says about invalid text repeats nothing of
/// it, since the values may be secrets.
class TextMembers {
 public:
  explicit TextMembers(std::string_view json) noexcept : json_(json) {}

  /// Reads one member. Returns false after the last one, and at a fault.
  [[nodiscard]] bool next(SecureString& name, SecureString& value) {
    const bool first = at_ == 0;
    if (!take(first ? '{' : ',')) {
      if (!first && take('}')) return end();
      return fail(first ? "an opening brace is expected" : "a comma or a closing brace is expected");
    }
    if (first && take('}')) return end();
    if (!take('"')) return fail("the opening quote of a name is expected");
    if (!read_text(name)) return false;
    if (!take(':')) return fail("a colon is expected");
    if (!take('"')) return fail("the opening quote of a value is expected; numbers and other values need quotes, too");
    return read_text(value);
  }
  /// What is wrong with the text, and where; empty for nothing.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  // Takes a character, after white space.
  [[nodiscard]] bool take(char wanted) noexcept {
    while (at_ != json_.size() && is_space(json_[at_])) ++at_;
    if (at_ == json_.size() || json_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool end() {
    return trimmed(json_.substr(at_)).empty() ? false : fail("the text goes on after the closing brace");
  }
  bool fail(std::string_view why) {
    fault_.append("at character ").append(std::to_string(at_ + 1)).append(" ").append(why);
    return false;
  }

  // Reads a text behind its opening quote.
  [[nodiscard]] bool read_text(SecureString& out) {
    out.clear();
    while (at_ != json_.size()) {
      const char c = json_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return fail("a control character stands, which JSON has only escaped");
      ++at_;
      if (c == '"') return true;
      if (c != '\\') out += c;
      else if (!read_escape(out)) return fail("an escape is not valid");
    }
    return fail("a closing quote is expected");
  }
  [[nodiscard]] bool read_escape(SecureString& out) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view characters = "\"\\/\b\f\n\r\t";
    if (at_ == json_.size()) return false;
    const char c = json_[at_++];
    if (const auto known = letters.find(c); known != letters.npos) {
      out += characters[known];
      return true;
    }
    auto code = c == 'u' ? read_digits() : std::nullopt;
    if (!code) return false;
    if (*code >= 0xD800 && *code < 0xDC00 && json_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const auto low = read_digits();
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    } else if (*code >= 0xD800 && *code <= 0xDFFF) {
      return false;
    }
    append_utf8(out, *code);
    return true;
  }
  [[nodiscard]] std::optional<std::uint32_t> read_digits() noexcept {
    const auto digits = json_.substr(at_, 4);
    std::uint32_t code = 0;
    for (const char c : digits) {
      if (!is_hex_digit(c)) return std::nullopt;
      code = code * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10);
    }
    at_ += digits.size();
    return digits.size() == 4 ? std::optional(code) : std::nullopt;
  }
  std::string_view json_;
  std::size_t at_ = 0;
  std::string fault_;
};

}  // namespace wandb::detail
