// Asks for a page of a user's keys and reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/user/paging.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/keys.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The root field that holds the user in the answer to `keys_request`.
[[nodiscard]] inline std::string_view key_root(const UserRecord& user) noexcept {
  return user.is_caller ? "viewer" : "user";
}

/// The path of a field below a user's keys, for errors.
[[nodiscard]] inline std::string key_path(const UserRecord& user, std::string_view below) {
  return std::string(key_root(user)).append(".apiKeys.").append(below);
}

/// The keys of one page, and whether another page follows.
struct KeyPage {
  enum class End : std::uint8_t {
    last,     ///< no page follows
    more,     ///< a page follows at `cursor`
    unknown,  ///< the server does not say, although it should
  };

  bool has_keys = false;  ///< whether the answer has a list of keys, even an empty one
  Nodes keys;
  End end = End::last;
  std::string_view cursor;  ///< views what `keys` owns; may be empty

  /// Whether the page has no null in place of a key.
  [[nodiscard]] bool is_complete() const noexcept { return keys.size() == keys.edges.size(); }

  /// Reads the page from a user's `apiKeys`; nothing if that is not loaded. `owner` owns the answer.
  [[nodiscard]] static std::optional<KeyPage> of(std::shared_ptr<const void> owner, const ObjectView& user) {
    const auto connection = user.object("apiKeys");
    if (!connection) return std::nullopt;
    KeyPage page;
    page.has_keys = connection->state("edges") == SlotState::rows;
    page.keys = Nodes(std::move(owner), user, "apiKeys");
    const auto next = next_page(*connection);
    page.end = lacks_page_info(*connection) ? End::unknown : next ? End::more : End::last;
    page.cursor = next.value_or(std::string_view{});
    return page;
  }

  /// Reads the answer to `keys_request`. `errc::malformed_response` if it is about another user or has no keys.
  [[nodiscard]] static Result<KeyPage> read(const GraphqlAnswer& answer, const UserRecord& user) {
    const auto object = answer.root.object(key_root(user));
    if (!object || !is_about(user, *object)) {
      return malformed(std::string(key_root(user)), "it is not the user whose keys are being read", answer.status);
    }
    auto page = of(answer.page, *object);
    if (!page || !page->has_keys) return malformed(key_path(user, "edges"), "it is missing", answer.status);
    return std::move(*page);
  }
};

/// Makes the request for the page of a user's keys that follows the cursor `after`, or for the first page.
[[nodiscard]] inline GraphqlRequest keys_request(const UserRecord& user, std::string_view after) {
  GraphqlRequest request(user.is_caller ? graphql::viewer_api_keys : graphql::user_api_keys);
  if (!user.is_caller) request.add("id", user.text("id"));
  if (!after.empty()) request.add("after", after);
  return std::move(request.about(subject_of(user)));
}

}  // namespace wandb::detail
