// Chooses the credentials with which to act as a user.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/config/credentials.hpp>
#include <wandb/detail/config/federation.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/keys.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Finds a listed key whose secret is known, and prefers one that the server has not refused; null if there is none.
[[nodiscard]] inline IdentityPtr identity_of_listed_key(const UserRecord& user) {
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

/// Makes the error of a user for whom there are no usable credentials.
[[nodiscard]] inline Error no_identity_error(errc code, std::string_view reason = {},
                                             std::optional<std::string> advice = {}) {
  return Error(make_error_code(code), Error::Details{.reason = std::string(reason),
                                                     .advice = std::move(advice),
                                                     .operation = "generateApiKey",
                                                     .messages = {},
                                                     .delivery = Delivery::nothing_sent});
}

/// Returns the caller's federated identity as this user's, which is verified before it is used: the caller was this
/// user when the user was read, or the identity token names the user's e-mail. Null if neither is so.
[[nodiscard]] inline IdentityPtr federated_caller_as(const UserRecord& user, const Result<IdentityPtr>& caller) {
  if (!caller || !(*caller)->federation()) return nullptr;
  auto person = user.person();
  const auto& federation = (*caller)->federation();
  if (!user.is_caller && (person.email.empty() || !federation->may_belong_to(person.email))) return nullptr;
  return std::make_shared<const Identity>(federation, std::move(person));
}

/// Chooses the user's own credentials: those that the program gave, else the caller's if the caller is this user or has
/// an identity token that names them, else those of a listed key. Given credentials that the server no longer
/// knows are used only if there are no others.
[[nodiscard]] inline Result<IdentityPtr> own_identity(const UserRecord& user, const Result<IdentityPtr>& caller) {
  const auto given = user.given_identity();
  auto identity = given;
  if (!given || given->unknown()) {
    identity = federated_caller_as(user, caller);
    if (!identity && user.is_caller) return caller;
    if (!identity) identity = identity_of_listed_key(user);
    if (given && (!identity || identity->refused())) identity = given;
  }
  if (!identity) return no_identity_error(errc::no_user_credentials);
  if (identity == given && !identity->federation()) {
    const auto key = checked_key(identity->secret().reveal(), identity->source());
    if (!key) return no_identity_error(errc::malformed_api_key, key.error().reason());
  }
  if (!identity->proven() && !identity->owner().known()) {
    return no_identity_error(
        errc::no_user_credentials,
        "neither id, e-mail nor username of this user is known, so that the secret cannot be proven to be theirs", "");
  }
  return identity;
}

}  // namespace wandb::detail
