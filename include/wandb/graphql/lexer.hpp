// Splits GraphQL into tokens, at compile time or at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <wandb/detail/ascii.hpp>

namespace wandb::graphql::detail {

enum class TokenKind : std::uint8_t { end, punctuator, name, integer, real, string, block_string, invalid };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;
  [[nodiscard]] constexpr bool is(std::string_view punctuator) const noexcept {
    return kind == TokenKind::punctuator && text == punctuator;
  }
};

[[nodiscard]] constexpr bool is_name_start(char c) noexcept { return wandb::detail::is_letter(c) || c == '_'; }
[[nodiscard]] constexpr bool is_name_character(char c) noexcept {
  return is_name_start(c) || wandb::detail::is_digit(c);
}

/// Splits the source into tokens.
class Lexer {
 public:
  constexpr explicit Lexer(std::string_view source) noexcept : rest_(source) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  [[nodiscard]] constexpr Token next() noexcept {
    skip_ignored();
    if (rest_.empty()) return {};
    const char c = rest_.front();
    if (is_name_start(c)) return take(TokenKind::name, length_while(is_name_character));
    if (wandb::detail::is_digit(c) || c == '-') return number();
    if (c == '"') return rest_.starts_with("\"\"\"") ? block() : string();
    if (rest_.starts_with("...")) return take(TokenKind::punctuator, 3);
    constexpr std::string_view punctuators = "!$&():=@[]{|}";
    return take(punctuators.find(c) == punctuators.npos ? TokenKind::invalid : TokenKind::punctuator, 1);
  }

 private:
  constexpr void skip_ignored() noexcept {
    while (!rest_.empty()) {
      if (rest_.front() == '#') {
        const auto end = rest_.find_first_of("\r\n");
        rest_.remove_prefix(end == rest_.npos ? rest_.size() : end);
      } else if (wandb::detail::is_space(rest_.front()) || rest_.front() == ',') {
        rest_.remove_prefix(1);
      } else {
        return;
      }
    }
  }
  template <class Is>
  [[nodiscard]] constexpr std::size_t length_while(Is is, std::size_t from = 0) const noexcept {
    while (from < rest_.size() && is(rest_[from])) ++from;
    return from;
  }
  constexpr Token take(TokenKind kind, std::size_t length) noexcept {
    const Token token{kind, rest_.substr(0, length)};
    rest_.remove_prefix(length);
    return token;
  }
  constexpr Token number() noexcept {
    const std::size_t sign = rest_.front() == '-' ? 1 : 0;
    auto end = length_while(wandb::detail::is_digit, sign);
    if (end == sign || (rest_[sign] == '0' && end > sign + 1)) return take(TokenKind::invalid, end);
    auto kind = TokenKind::integer;
    if (end < rest_.size() && rest_[end] == '.') {
      const auto digits = length_while(wandb::detail::is_digit, end + 1);
      if (digits == end + 1) return take(TokenKind::invalid, digits);
      end = digits;
      kind = TokenKind::real;
    }
    if (end < rest_.size() && (rest_[end] == 'e' || rest_[end] == 'E')) {
      const auto exponent =
          end + 1 + (end + 1 < rest_.size() && (rest_[end + 1] == '+' || rest_[end + 1] == '-') ? 1 : 0);
      const auto digits = length_while(wandb::detail::is_digit, exponent);
      if (digits == exponent) return take(TokenKind::invalid, digits);
      end = digits;
      kind = TokenKind::real;
    }
    const bool runs_on = end < rest_.size() && (is_name_start(rest_[end]) || rest_[end] == '.');
    return take(runs_on ? TokenKind::invalid : kind, end);
  }
  constexpr Token string() noexcept {
    for (std::size_t i = 1; i < rest_.size() && rest_[i] != '\n' && rest_[i] != '\r'; ++i) {
      if (rest_[i] == '\\') ++i;
      else if (rest_[i] == '"') return unquoted(TokenKind::string, i, 1);
    }
    return take(TokenKind::invalid, 1);
  }
  constexpr Token block() noexcept {
    for (std::size_t i = 3; i < rest_.size(); ++i) {
      if (rest_.substr(i).starts_with("\\\"\"\"")) i += 3;
      else if (rest_.substr(i).starts_with("\"\"\"")) return unquoted(TokenKind::block_string, i, 3);
    }
    return take(TokenKind::invalid, 3);
  }
  constexpr Token unquoted(TokenKind kind, std::size_t end, std::size_t quotes) noexcept {
    const Token token{kind, rest_.substr(quotes, end - quotes)};
    rest_.remove_prefix(end + quotes);
    return token;
  }

  std::string_view rest_;
};

}  // namespace wandb::graphql::detail
