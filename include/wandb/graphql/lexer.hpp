// Splits GraphQL into tokens, at compile time and at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI::graphql::detail {

enum class TokenKind : std::uint8_t { end, punctuator, name, integer, real, string, block_string, invalid };

struct Token {
  TokenKind kind = TokenKind::end;
  char mark = 0;  ///< the first character of a punctuator
  std::string_view text;
};

/// The tokens that a character can begin or continue.
enum class CharKind : std::uint8_t { other, ignored, mark, letter, digit };

/// The kind of each character. It is a table, since comparisons would dominate the compile time.
struct CharKinds {
  constexpr CharKinds() noexcept {
    for (char c = 'a'; c <= 'z'; ++c) of[index(c)] = CharKind::letter;
    for (char c = 'A'; c <= 'Z'; ++c) of[index(c)] = CharKind::letter;
    of[index('_')] = CharKind::letter;
    for (char c = '0'; c <= '9'; ++c) of[index(c)] = CharKind::digit;
    for (const char c : {' ', ',', '\t', '\r', '\n'}) of[index(c)] = CharKind::ignored;
    for (const char c : {'!', '$', '&', '(', ')', ':', '=', '@', '[', ']', '{', '|', '}'})
      of[index(c)] = CharKind::mark;
  }
  static constexpr std::size_t index(char c) noexcept { return static_cast<unsigned char>(c); }
  CharKind of[256]{};
};
inline constexpr CharKinds char_kinds;

/// Splits the source into tokens.
class Lexer {
 public:
  constexpr explicit Lexer(std::string_view source) noexcept : at_(source.data()), end_(at_ + source.size()) {
    if (source.starts_with("\xEF\xBB\xBF")) at_ += 3;
  }

  [[nodiscard]] constexpr Token next() noexcept {
    skip_ignored();
    const char* const begin = at_;
    if (begin == end_) return {};
    switch (kind_of(*begin)) {
      case CharKind::letter: at_ = name_end(begin); return {TokenKind::name, '\0', {begin, length(begin, at_)}};
      case CharKind::mark: ++at_; return {TokenKind::punctuator, *begin, {begin, 1}};
      default: return other(rest());
    }
  }

 private:
  static constexpr CharKind kind_of(char c) noexcept { return char_kinds.of[static_cast<unsigned char>(c)]; }
  static constexpr std::size_t length(const char* begin, const char* end) noexcept {
    return static_cast<std::size_t>(end - begin);
  }
  [[nodiscard]] constexpr std::string_view rest() const noexcept { return {at_, length(at_, end_)}; }

  // The two loops over characters use the table directly, since function calls would add half to the compile time.
  constexpr void skip_ignored() noexcept {
    const char* at = at_;
    for (bool comment = false; at != end_; ++at) {
      if (comment) comment = *at != '\n' && *at != '\r';
      else if (*at == '#') comment = true;
      else if (char_kinds.of[static_cast<unsigned char>(*at)] != CharKind::ignored) break;
    }
    at_ = at;
  }
  [[nodiscard]] constexpr const char* name_end(const char* at) const noexcept {
    while (at != end_ && char_kinds.of[static_cast<unsigned char>(*at)] >= CharKind::letter) ++at;
    return at;
  }
  constexpr Token take(TokenKind kind, std::size_t length) noexcept {
    const Token token{kind, kind == TokenKind::punctuator ? *at_ : '\0', {at_, length}};
    at_ += length;
    return token;
  }

  // Reads a token that is neither a name nor a punctuator of one character.
  constexpr Token other(std::string_view rest) noexcept {
    if (rest.starts_with("\"\"\"")) return block(rest);
    if (rest.starts_with("...")) return take(TokenKind::punctuator, 3);
    if (rest[0] == '"') return string(rest);
    return rest[0] == '-' || kind_of(rest[0]) == CharKind::digit ? number(rest) : take(TokenKind::invalid, 1);
  }
  [[nodiscard]] static constexpr std::size_t digits_end(std::string_view rest, std::size_t from) noexcept {
    while (from < rest.size() && wandb::detail::is_digit(rest[from])) ++from;
    return from;
  }
  constexpr Token number(std::string_view rest) noexcept {
    const std::size_t sign = rest.front() == '-' ? 1 : 0;
    auto end = digits_end(rest, sign);
    if (end == sign || (rest[sign] == '0' && end > sign + 1)) return take(TokenKind::invalid, end);
    auto kind = TokenKind::integer;
    if (end < rest.size() && rest[end] == '.') {
      const auto digits = digits_end(rest, end + 1);
      if (digits == end + 1) return take(TokenKind::invalid, digits);
      end = digits;
      kind = TokenKind::real;
    }
    if (end < rest.size() && (rest[end] == 'e' || rest[end] == 'E')) {
      const auto exponent = end + 1 + (end + 1 < rest.size() && (rest[end + 1] == '+' || rest[end + 1] == '-') ? 1 : 0);
      const auto digits = digits_end(rest, exponent);
      if (digits == exponent) return take(TokenKind::invalid, digits);
      end = digits;
      kind = TokenKind::real;
    }
    const bool runs_on = end < rest.size() && (kind_of(rest[end]) == CharKind::letter || rest[end] == '.');
    return take(runs_on ? TokenKind::invalid : kind, end);
  }
  constexpr Token string(std::string_view rest) noexcept {
    for (std::size_t i = 1; i < rest.size() && rest[i] != '\n' && rest[i] != '\r';) {
      if (rest[i] == '"') return unquoted(TokenKind::string, i, 1);
      const auto length = rest[i] == '\\' ? escape_length(rest.substr(i)) : 1;
      if (length == 0) return {TokenKind::invalid, '\0', rest.substr(i, rest.substr(i, 2) == "\\u" ? 6 : 2)};
      i += length;
    }
    return take(TokenKind::invalid, 1);
  }

  static constexpr std::uint32_t no_code = 0xFFFF'FFFF;
  // Returns the value of at most eight hexadecimal digits; `no_code` if `text` is anything else.
  [[nodiscard]] static constexpr std::uint32_t hex(std::string_view text) noexcept {
    if (text.empty() || text.size() > 8) return no_code;
    std::uint32_t code = 0;
    for (const char c : text) {
      if (!wandb::detail::is_hex_digit(c)) return no_code;
      const auto digit = wandb::detail::is_digit(c) ? c - '0' : wandb::detail::to_lower(c) - 'a' + 10;
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    return code;
  }
  [[nodiscard]] static constexpr std::uint32_t hex4(std::string_view text) noexcept {
    return text.size() < 6 || text.substr(0, 2) != "\\u" ? no_code : hex(text.substr(2, 4));
  }
  // Returns the size of the escape at the beginning of `text`; 0 if it is not valid.
  [[nodiscard]] static constexpr std::size_t escape_length(std::string_view text) noexcept {
    if (text.size() < 2) return 0;
    if (text[1] != 'u') return std::string_view("\"\\/bfnrt").find(text[1]) == text.npos ? 0 : 2;
    if (text.size() > 2 && text[2] == '{') {
      const auto end = text.find('}');
      const auto code = end == text.npos ? no_code : hex(text.substr(3, end - 3));
      return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) ? end + 1 : 0;
    }
    const auto code = hex4(text);
    if (code < 0xD800 || (code > 0xDFFF && code != no_code)) return 6;
    const auto low = code < 0xDC00 ? hex4(text.substr(6)) : no_code;
    return low >= 0xDC00 && low <= 0xDFFF ? 12 : 0;
  }
  constexpr Token block(std::string_view rest) noexcept {
    for (std::size_t i = 3; i < rest.size(); ++i) {
      if (rest.substr(i).starts_with("\\\"\"\"")) i += 3;
      else if (rest.substr(i).starts_with("\"\"\"")) return unquoted(TokenKind::block_string, i, 3);
    }
    return take(TokenKind::invalid, 3);
  }
  constexpr Token unquoted(TokenKind kind, std::size_t end, std::size_t quotes) noexcept {
    const Token token{kind, '\0', rest().substr(quotes, end - quotes)};
    at_ += end + quotes;
    return token;
  }

  const char* at_;
  const char* end_;
};

}  // namespace wandb::graphql::detail
