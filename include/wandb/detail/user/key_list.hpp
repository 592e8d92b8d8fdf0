// Functions over lists of keys. A list that a range shares never changes: a change makes a new list.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/user/user_store.hpp>
#include <wandb/keys.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Appends the keys of a page.
inline void append_keys(KeyList& list, const Nodes& page) {
  for (std::size_t i = 0; i != page.size(); ++i) list.push_back(KeyAccess::make(page.owner, page[i], false));
}

/// Whether two keys of a page have the same id.
[[nodiscard]] inline bool has_repeats(const Nodes& page) {
  std::vector<std::string_view> ids;
  constexpr std::size_t few = 16;
  if (page.size() > few) ids.reserve(page.size());
  for (std::size_t i = 0; i != page.size(); ++i) {
    const auto id = page[i].string("id").value_or(std::string_view{});
    if (page.size() > few) {
      ids.push_back(id);
      continue;
    }
    // Few ids are compared pairwise, which allocates nothing.
    for (std::size_t j = 0; j != i && !id.empty(); ++j) {
      if (page[j].string("id") == id) return true;
    }
  }
  std::sort(ids.begin(), ids.end());
  const auto first = std::upper_bound(ids.begin(), ids.end(), std::string_view{});
  return std::adjacent_find(first, ids.end()) != ids.end();
}

/// Removes all but the first of the keys that share an id, since a server's pages may overlap. Keys without an id stay.
[[nodiscard]] inline KeyList without_repeats(KeyList keys) {
  std::vector<std::size_t> order(keys.size());
  for (std::size_t i = 0; i != order.size(); ++i) order[i] = i;
  // Not std::stable_sort: clang warns that its buffer in libstdc++ 12 is deprecated.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto order_of_ids = keys[a].id().compare(keys[b].id());
    return order_of_ids != 0 ? order_of_ids < 0 : a < b;
  });
  std::vector<bool> repeated(keys.size());
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto id = keys[order[i]].id();
    repeated[order[i]] = !id.empty() && id == keys[order[i - 1]].id();
  }
  KeyList unique;
  for (std::size_t i = 0; i != keys.size(); ++i) {
    if (!repeated[i]) unique.push_back(std::move(keys[i]));
  }
  return unique;
}

/// Finds the key with that id; `end()` if there is none.
[[nodiscard]] inline KeyList::iterator find_by_id(KeyList& keys, std::string_view id) {
  return std::find_if(keys.begin(), keys.end(), [id](const ApiKey& key) { return key.id() == id; });
}

/// Makes the changes again that were recorded after `position`.
inline void replay(KeyList& keys, const KeyJournalPosition& position) {
  for (auto change = position.since; change != position.journal->size(); ++change) {
    const auto& [id, created] = (*position.journal)[change];
    const auto key = find_by_id(keys, id);
    if (created && key == keys.end()) keys.push_back(*created);
    if (!created && key != keys.end()) keys.erase(key);
  }
}

/// Copies the known secrets of an earlier list of the same user.
inline void copy_secrets(KeyList& keys, const KeyList& earlier) {
  KeyList known;
  for (const auto& key : earlier) {
    if (!KeyAccess::secret(key).empty()) known.push_back(key);
  }
  for (auto& key : keys) KeyAccess::copy_secret(key, known);
}

}  // namespace wandb::detail
