// With which secret to act as a user.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/config/credentials.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/keys.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// The credentials of a listed key whose secret is known, rather of one that the server did not refuse; null where
/// there is none.
[[nodiscard]] inline IdentityPtr listed_identity(const UserRecord& user) {
  IdentityPtr refused;
  for (const auto& key : Keys(user.key_source())) {
    const auto secret = key.secret();
    if (!secret) continue;
    auto identity = user.identity_of(*secret);
    if (!identity->refused()) return identity;
    if (!refused) refused = std::move(identity);
  }
  return refused;
}

/// Why nobody can act as a user.
[[nodiscard]] inline Error no_identity(errc code, std::string_view reason = {},
                                       std::optional<std::string> advice = {}) {
  return Error(make_error_code(code), Error::Details{.reason = std::string(reason),
                                                     .advice = std::move(advice),
                                                     .operation = "generateApiKey",
                                                     .messages = {},
                                                     .delivery = Delivery::nothing_sent});
}

/// The user's own credentials: those that were given, the caller's where that is the user, or those of a key whose
/// secret is known. Given ones that the server knows no more give way to others.
[[nodiscard]] inline Result<IdentityPtr> acting_identity(const UserRecord& user, const Result<IdentityPtr>& caller) {
  const auto given = user.given_identity();
  auto identity = given;
  if (!given || given->unknown()) {
    if (user.is_caller) return caller;
    identity = listed_identity(user);
    if (given && (!identity || identity->refused())) identity = given;
  }
  if (!identity) return no_identity(errc::no_user_credentials);
  if (identity == given) {
    const auto key = checked_key(identity->secret().reveal(), identity->source());
    if (!key) return no_identity(errc::malformed_api_key, key.error().reason());
  }
  if (!identity->proven() && !identity->owner().known()) {
    return no_identity(
        errc::no_user_credentials,
        "neither id, e-mail nor username of this user is known, so that the secret cannot be proven to be theirs", "");
  }
  return identity;
}

}  // namespace wandb::detail
