// Suggests a known name for an unknown one, at compile time and at run time.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::graphql::detail {

/// Returns the edit distance of two names; for names over 32 characters a large number.
[[nodiscard]] constexpr std::size_t distance(std::string_view a, std::string_view b) noexcept {
  constexpr std::size_t max_size = 32;
  if (a.size() > max_size || b.size() > max_size) return max_size;
  std::array<std::size_t, max_size + 1> row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      const auto added_or_removed = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      row[j] = added_or_removed < replaced ? added_or_removed : replaced;
    }
  }
  return row[b.size()];
}

/// Returns the name of the definition that is most similar to `word`; empty if none is similar.
template <class Definitions>
[[nodiscard]] constexpr std::string_view nearest(const Definitions& definitions, std::string_view word) noexcept {
  std::string_view best;
  std::size_t min_distance = word.size() / 3 + 2;
  for (const auto& definition : definitions) {
    const auto found = distance(definition.name, word);
    if (found < min_distance) {
      min_distance = found;
      best = definition.name;
    }
  }
  return best;
}

}  // namespace wandb::graphql::detail
