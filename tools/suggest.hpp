// Finds the word that was probably meant by a misspelt one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Returns how many characters have to be inserted, removed, replaced or swapped with their neighbour to turn one word
/// into the other.
[[nodiscard]] inline std::size_t edits_between(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(to.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::vector<std::size_t> row{i};
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const bool same = from[i - 1] == to[j - 1];
      row.push_back(std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)}));
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, std::move(row));
  }
  return last.back();
}

/// Returns the known word that is most like `word`; empty if none is like it.
template <class Words>
[[nodiscard]] std::string nearest(std::string_view word, const Words& known) {
  constexpr std::size_t longest = 40;
  std::size_t fewest = word.size() < 4 ? 2 : 3;
  std::string found;
  if (word.size() > longest) return found;
  for (const auto& one : known) {
    const auto edits = edits_between(word, one);
    if (edits < fewest && edits < word.size()) {
      fewest = edits;
      found = one;
    }
  }
  return found;
}
