// Finds the key to delete among those that are loaded, before anything is sent.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/keys.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Makes the error of a key that was not found: the server's error in place of the keys, `errc::keys_not_loaded`, or
/// misuse.
[[nodiscard]] inline Error no_such_key_error(const UserRecord& user) {
  if (auto refused = user.keys_error()) return std::move(*refused);
  if (user.keys_loaded()) return misused("deleteApiKey", "the key", "is none of this user's");
  return Error(
      make_error_code(errc::keys_not_loaded),
      Error::Details{.reason = {}, .operation = "deleteApiKey", .messages = {}, .delivery = Delivery::nothing_sent});
}

/// Makes the error of a secret to which several keys belong. It names their ids and never the secret.
[[nodiscard]] inline Error ambiguous_key_error(const std::vector<std::string>& ids, const Secret& secret) {
  constexpr std::size_t max_ids = 8;
  auto reason = make_error_code(errc::ambiguous_key).message() + ": " + std::to_string(ids.size()) + " keys";
  const std::string_view secrets[] = {secret.reveal()};
  const Mask mask(secrets);
  const char* before = ", id ";
  for (std::size_t i = 0; i != std::min(ids.size(), max_ids); ++i) {
    reason.append(std::exchange(before, "; id ")).append(mask(ids[i], Shapes::marked));
  }
  if (ids.size() > max_ids) reason += " and more";
  return Error(make_error_code(errc::ambiguous_key), Error::Details{.reason = std::move(reason),
                                                                    .operation = "deleteApiKey",
                                                                    .messages = {},
                                                                    .delivery = Delivery::nothing_sent});
}

/// Finds the id of the key that belongs to `secret`. `errc::ambiguous_key`, or the error of `no_such_key_error`.
[[nodiscard]] inline Result<std::string> find_key_by_secret(const UserRecord& user, const Secret& secret) {
  std::vector<std::string> ids;
  for (const auto& key : Keys(user.key_source())) {
    // The server's pages may overlap, so that the same key is listed twice.
    if (key.belongs_to(secret) && std::find(ids.begin(), ids.end(), key.id()) == ids.end()) ids.emplace_back(key.id());
  }
  if (ids.empty()) return no_such_key_error(user);
  if (ids.size() > 1) return ambiguous_key_error(ids, secret);
  return std::move(ids.front());
}

/// Finds the id of the first key with that name, else of the key whose secret the name is.
[[nodiscard]] inline Result<std::string> find_key_by_name(const UserRecord& user, std::string_view name) {
  for (const auto& key : Keys(user.key_source())) {
    if (KeyAccess::name(key) == name) return std::string(key.id());
  }
  // The name of a key generated here is its secret, until a reload from a newer server names it by its key ID.
  return find_key_by_secret(user, Secret(name));
}

/// Finds the id of the key that has the id of `row`.
[[nodiscard]] inline Result<std::string> find_key_by_row(const UserRecord& user, const ApiKey& row) {
  for (const auto& key : Keys(user.key_source())) {
    if (key.id() == row.id()) return std::string(key.id());
  }
  return no_such_key_error(user);
}

}  // namespace wandb::detail
