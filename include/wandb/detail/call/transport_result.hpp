// What a transport returned, before the answer is read.
#pragma once

#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <wandb/detail/call/retry_machine.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/errc.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the response, or an error if HTTP has no such status. A transport that does not know the status has not read
/// an answer.
[[nodiscard]] inline Result<Response> with_status(Result<Response> response) {
  if (!response || (response->status >= 100 && response->status <= 999)) return response;
  const auto code = make_error_code(errc::no_status);
  return Error(code, code.message() + " (it gave " + std::to_string(response->status) + ")", Delivery::answered);
}

/// Returns a failure as the library classifies it; nothing for a transport's own code.
[[nodiscard]] inline std::optional<errc> own_code(const std::error_code& code) {
  if (code.category() == error_category()) return static_cast<errc>(code.value());
  if (code == condition::cancelled) return errc::cancelled;
  return std::nullopt;
}

/// Describes an attempt that ended with a transport's error.
[[nodiscard]] inline AttemptResult failed_attempt(const Error& error) {
  return {
      .delivery = error.delivery(), .headers = {}, .partial_status = error.status(), .code = own_code(error.code())};
}

/// Masks an error of a transport or another part of the program, which may repeat parts of the request.
[[nodiscard]] inline Error masked(const Error& error, const KnownSecrets& secrets) {
  auto details = error.details();
  if (details.reason.empty() && details.messages.empty()) return error;
  const Mask mask(secrets.secrets());
  details.reason = mask(details.reason, Shapes::marked);
  if (details.advice) *details.advice = mask(*details.advice, Shapes::marked);
  for (auto& message : details.messages) {
    for (auto* text : {&message.text, &message.path, &message.code}) *text = mask(*text);
  }
  return Error(error.code(), std::move(details));
}

}  // namespace wandb::detail
