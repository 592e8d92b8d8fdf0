// Which of a user's keys is to be deleted: found among those that are loaded, before anything is sent.
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

namespace wandb::detail {

/// No key is the one that is meant: the server refused them, they were never loaded, or the program is at fault.
[[nodiscard]] inline Error no_such_key(const UserRecord& user) {
  if (auto refused = user.keys_error()) return std::move(*refused);
  if (user.keys_loaded()) return misused("deleteApiKey", "the key", "is none of this user's");
  return Error(
      make_error_code(errc::keys_not_loaded),
      Error::Details{.reason = {}, .operation = "deleteApiKey", .messages = {}, .delivery = Delivery::nothing_sent});
}

/// Several keys may be the one that is meant: names them by their ids, and not by the secret.
[[nodiscard]] inline Error ambiguous_key(const std::vector<std::string>& ids, const Secret& secret) {
  constexpr std::size_t told = 8;
  auto reason = make_error_code(errc::ambiguous_key).message() + ": " + std::to_string(ids.size()) + " keys";
  const std::string_view secrets[] = {secret.reveal()};
  const Mask mask(secrets);
  const char* before = ", id ";
  for (std::size_t i = 0; i != std::min(ids.size(), told); ++i) {
    reason.append(std::exchange(before, "; id ")).append(mask(ids[i], Shapes::marked));
  }
  if (ids.size() > told) reason += " and more";
  return Error(make_error_code(errc::ambiguous_key), Error::Details{.reason = std::move(reason),
                                                                    .operation = "deleteApiKey",
                                                                    .messages = {},
                                                                    .delivery = Delivery::nothing_sent});
}

[[nodiscard]] inline Result<std::string> key_of_secret(const UserRecord& user, const Secret& secret) {
  std::vector<std::string> ids;
  for (const auto& key : Keys(user.key_source())) {
    // Two pages may show the same key.
    if (key.belongs_to(secret) && std::find(ids.begin(), ids.end(), key.id()) == ids.end()) ids.emplace_back(key.id());
  }
  if (ids.empty()) return no_such_key(user);
  if (ids.size() > 1) return ambiguous_key(ids, secret);
  return std::move(ids.front());
}

[[nodiscard]] inline Result<std::string> key_of_name(const UserRecord& user, std::string_view name) {
  for (const auto& key : Keys(user.key_source())) {
    if (KeyAccess::name(key) == name) return std::string(key.id());
  }
  // A key that was generated here has lost its name once it is read anew from a newer server.
  return key_of_secret(user, Secret(name));
}

[[nodiscard]] inline Result<std::string> key_of_row(const UserRecord& user, const ApiKey& row) {
  for (const auto& key : Keys(user.key_source())) {
    if (key.id() == row.id()) return std::string(key.id());
  }
  return no_such_key(user);
}

}  // namespace wandb::detail
