// The definitions of detail/call/.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/call/pace.hpp>
#include <wandb/detail/call/sleep.hpp>
#include <wandb/detail/config/credentials.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

WANDB_DECL Error unusable(std::string_view operation, std::string_view what, std::string_view why) {
  return Error(make_error_code(errc::invalid_argument),
               Error::Details{.reason = std::string(what).append(" ").append(why),
                              .operation = operation,
                              .messages = {},
                              .delivery = Delivery::nothing_sent});
}

WANDB_DECL std::optional<Error> check_text(std::string_view operation, std::string_view what, std::string_view text,
                                           bool may_be_empty) {
  if (text.empty() && !may_be_empty) return unusable(operation, what, "is empty");
  if (!is_utf8(text)) return unusable(operation, what, "is not UTF-8");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return unusable(operation, what, "holds a control character");
  }
  return std::nullopt;
}

WANDB_DECL std::optional<Error> check_id(std::string_view operation, std::string_view what, std::string_view id) {
  if (!id.empty()) return check_text(operation, what, id);
  auto details = unusable(operation, what, "is not known").details();
  return Error(make_error_code(errc::attribute_not_loaded), std::move(details));
}

WANDB_DECL Error misused(std::string_view operation, std::string_view what, std::string_view why) {
  auto error = unusable(operation, what, why);
  throw_misuse(error.message());
  return error;
}

WANDB_DECL void sleep_for(std::chrono::nanoseconds duration, const StopToken& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any wakeup;
#if defined(__cpp_lib_jthread)
  wakeup.wait_for(lock, stop, duration, [] { return false; });
#else
  static_cast<void>(stop);
  wakeup.wait_for(lock, duration, [] { return false; });
#endif
}

WANDB_DECL Caller make_caller(const Options& options, const Environment& environment) {
  const auto endpoint = std::make_shared<Endpoint>();
  read_endpoint(*endpoint, options, environment);
  return {endpoint, read_identity(*endpoint, options, environment), nullptr};
}

WANDB_DECL Result<void> status_of(const Caller& caller) {
  if (caller.endpoint->fault) return *caller.endpoint->fault;
  return caller.identity ? success() : Result<void>(caller.identity.error());
}

WANDB_DECL std::string_view base_url_of(const Caller& caller) noexcept { return caller.endpoint->url_text; }

WANDB_DECL Caller with_secret(const Caller& caller, const Secret& secret, std::string_view source) {
  auto other = caller;
  other.identity = found_key(secret.reveal(), source);
  return other;
}

WANDB_DECL Caller with_identity_token(const Caller& caller, const IdentityToken& token, std::string_view source) {
  auto other = caller;
  other.identity = given_token(token, source);
  return other;
}

WANDB_DECL Caller paced(Caller caller) {
  if (!caller.pace) caller.pace = std::make_shared<Pace>();
  return caller;
}

}  // namespace wandb::detail
