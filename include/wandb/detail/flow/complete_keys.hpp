// Reads a user's keys to their end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/user/cursor_guard.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/detail/user/user_store.hpp>
#include <wandb/keys.hpp>

namespace wandb::detail {

/// Whether a key of that id stands among the nodes twice: a server's pages may overlap.
[[nodiscard]] inline bool has_repeats(const Nodes& keys) {
  std::vector<std::string_view> ids;
  constexpr std::size_t few = 16;
  if (keys.size() > few) ids.reserve(keys.size());
  for (std::size_t i = 0; i != keys.size(); ++i) {
    const auto id = keys[i].string("id").value_or(std::string_view{});
    if (keys.size() > few) {
      ids.push_back(id);
      continue;
    }
    for (std::size_t j = 0; j != i && !id.empty(); ++j) {
      if (keys[j].string("id") == id) return true;
    }
  }
  std::sort(ids.begin(), ids.end());
  const auto first = std::upper_bound(ids.begin(), ids.end(), std::string_view{});
  return std::adjacent_find(first, ids.end()) != ids.end();
}

/// The same keys, of those with one id the first. Keys without an id stay.
[[nodiscard]] inline KeyList without_repeats(KeyList keys) {
  std::vector<std::size_t> order(keys.size());
  for (std::size_t i = 0; i != order.size(); ++i) order[i] = i;
  // Without std::stable_sort, of which clang warns over libstdc++ 12 that its buffer is deprecated.
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

/// Reads the further pages of a user's keys, so that they are complete; a list of which a page is missing is none.
class CompleteKeys {
 public:
  using value_type = UserRecord;
  explicit CompleteKeys(UserRecord record) : record_(std::move(record)) {}

  [[nodiscard]] Step<UserRecord> start() {
    const auto found = record_.find_key("apiKeys");
    const auto connection = found.field == nullptr ? std::nullopt : found.object.object("apiKeys");
    if (!connection) return finished<UserRecord>(record_);
    const auto first = record_.nodes("apiKeys");
    if (next_page(*connection) || has_repeats(first)) collect(first);
    return follow(*connection, record_.whole().answer->errors.status());
  }

  [[nodiscard]] Step<UserRecord> resume(Result<GraphqlAnswer> answer) {
    // Keys of which a part was refused would look complete.
    if (!answer) return is_refusal(answer.error()) ? refused(answer.error()) : finished<UserRecord>(answer.error());
    if (!answer->errors.empty()) return refused(to_error(root(), answer->errors.front(), answer->status));
    const auto user = answer->root.object(root());
    if (!user || !is_about(record_, *user)) {
      return finished<UserRecord>(
          malformed(std::string(root()), "it is not the user whose keys are being read", answer->status));
    }
    const auto connection = user->object("apiKeys");
    if (!connection || connection->state("edges") != SlotState::rows) {
      return finished<UserRecord>(malformed(path("edges"), "it is missing", answer->status));
    }
    collect(Nodes(answer->page, *user, "apiKeys"));
    if (keys_.size() > max_keys) {
      return finished<UserRecord>(malformed(path("edges"), "there is no end to the keys", answer->status));
    }
    return follow(*connection, answer->status);
  }

 private:
  // Nobody has so many; a server that makes them up must not use up the memory.
  static constexpr std::size_t max_keys = 100'000;

  [[nodiscard]] std::string_view root() const noexcept { return record_.is_caller ? "viewer" : "user"; }
  [[nodiscard]] std::string path(std::string_view below) const {
    return std::string(root()).append(".apiKeys.").append(below);
  }
  // Whether the server understood the question and would not answer it.
  [[nodiscard]] static bool is_refusal(const Error& error) noexcept {
    return error.status() >= 200 && error.status() < 300 && !error.messages().empty();
  }
  // The user is there, without the keys (decision 9).
  [[nodiscard]] Step<UserRecord> refused(Error error) {
    record_.refuse_keys(std::move(error));
    return finished<UserRecord>(record_);
  }
  void collect(const Nodes& more) {
    for (std::size_t i = 0; i != more.size(); ++i) keys_.push_back(KeyAccess::make(more.owner, more[i], false));
  }
  // On from a page of keys, which came with `status`.
  [[nodiscard]] Step<UserRecord> follow(const ObjectView& keys, int status) {
    if (tells_no_end(keys)) {
      // Of the first page, the user's own errors may tell what is wrong.
      if (auto told = record_.keys_error()) return refused(std::move(*told));
      return refused(malformed(path("pageInfo"), "it is missing or incomplete", status));
    }
    const auto after = next_page(keys);
    if (!after) {
      if (!keys_.empty()) record_.set_keys(without_repeats(std::move(keys_)));
      return finished<UserRecord>(record_);
    }
    if (guard_.leads_on(*after)) return ask_keys(record_, *after);
    return finished<UserRecord>(
        malformed(path("pageInfo.endCursor"), "there are more pages and no way to the next", status));
  }

  UserRecord record_;
  CursorGuard guard_;
  KeyList keys_;
};

/// A step towards a user as a step towards perhaps a user.
[[nodiscard]] inline Step<std::optional<UserRecord>> perhaps(Step<UserRecord> step) {
  using Found = std::optional<UserRecord>;
  if (!step.finished()) return std::move(step.request());
  auto& result = step.result();
  return finished<Found>(result ? Result<Found>(std::move(*result)) : Result<Found>(result.error()));
}

}  // namespace wandb::detail
