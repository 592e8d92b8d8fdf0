// Which name may have been meant by one that is not known, at compile time or at run time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace wandb::graphql::detail {

/// How many characters differ, for names of an ordinary length.
[[nodiscard]] constexpr std::size_t distance(std::string_view a, std::string_view b) noexcept {
  constexpr std::size_t longest = 32;
  if (a.size() > longest || b.size() > longest) return longest;
  std::array<std::size_t, longest + 1> row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

/// The definition whose name is most like `word`; empty where none is.
template <class Definitions>
[[nodiscard]] constexpr std::string_view nearest(const Definitions& definitions, std::string_view word) noexcept {
  std::string_view best;
  std::size_t least = word.size() / 3 + 2;
  for (const auto& definition : definitions) {
    const auto found = distance(definition.name, word);
    if (found < least) {
      least = found;
      best = definition.name;
    }
  }
  return best;
}

}  // namespace wandb::graphql::detail
