// Text as a template argument: `fields<"photoUrl createdAt">`.
#pragma once

#include <cstddef>
#include <string_view>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::graphql {

/// Text of a fixed size. Its type is structural, so it can be a template argument.
template <std::size_t Size>
struct FixedString {
  char characters[Size + 1]{};

  constexpr FixedString() = default;
  /// Copies a literal. It is implicit, so that a literal can be a template argument.
  constexpr FixedString(const char (&literal)[Size + 1]) noexcept {
    std::string_view(literal, Size).copy(characters, Size);
  }
  /// Copies the first `Size` characters of a text.
  constexpr explicit FixedString(std::string_view text) noexcept { text.copy(characters, Size); }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {characters, characters + Size}; }
};
template <std::size_t End>
FixedString(const char (&)[End]) -> FixedString<End - 1>;

template <std::size_t A, std::size_t B>
[[nodiscard]] constexpr FixedString<A + B> operator+(const FixedString<A>& a, const FixedString<B>& b) noexcept {
  FixedString<A + B> both;
  a.view().copy(both.characters, A);
  b.view().copy(both.characters + A, B);
  return both;
}
template <std::size_t A, std::size_t End>
[[nodiscard]] constexpr FixedString<A + End - 1> operator+(const FixedString<A>& a, const char (&b)[End]) noexcept {
  return a + FixedString(b);
}

/// Joins pieces of text. `Write` is a lambda without captures: called with a function, it passes on one piece after the
/// other.
template <class Write>
[[nodiscard]] consteval auto joined(Write) {
  constexpr auto size = [] {
    std::size_t sum = 0;
    Write{}([&](std::string_view piece) { sum += piece.size(); });
    return sum;
  }();
  FixedString<size> text;
  auto* at = text.characters;
  Write{}([&](std::string_view piece) { at += piece.copy(at, piece.size()); });
  return text;
}

}  // namespace wandb::graphql
