// Verifies to whom a secret belongs before it is used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns success if the answer to `verify_credentials` shows that the secret belongs to the expected owner. Records
/// the outcome in `identity`. `token` is the number of the access token of a federated identity.
[[nodiscard]] inline Result<void> prove(const Identity& identity, std::uint64_t token,
                                        const Result<GraphqlAnswer>& answer) {
  if (!answer) return answer.error();
  const auto failed = [&](errc code, std::string_view reason) {
    identity.refuse(code == errc::credentials_of_another_user);
    return Error(make_error_code(code), Error::Details{.reason = std::string(reason),
                                                       .advice = "",
                                                       .operation = "viewer",
                                                       .messages = {},
                                                       .status = answer->status,
                                                       .delivery = Delivery::answered});
  };
  const auto viewer = answer->root.object("viewer");
  if (!viewer) {
    const auto from = identity.source().empty() ? std::string() : " from " + identity.source();
    return failed(errc::unauthorized,
                  "the server does not know the user's secret" + from + "; it may have been deleted");
  }
  const auto text = [&](std::string_view key) { return viewer->string(key).value_or(std::string_view{}); };
  if (!identity.owner().is(text("id"), text("username"), text("email"))) {
    return failed(errc::credentials_of_another_user, {});
  }
  identity.prove(token);
  return success();
}

}  // namespace wandb::detail
