// The definitions of errc.hpp.
#pragma once

#include <string>
#include <system_error>

#include <wandb/errc.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// The texts of an error code.
struct ErrorText {
  errc code;
  const char* happened;
  const char* advice = "";  // what to do about it; empty if there is no general advice
};
inline constexpr ErrorText error_texts[] = {
    {errc::invalid_argument, "the call was misused"},
    {errc::no_result, "no result was set"},
    {errc::no_credentials, "no API key",
     "pass one in wandb::Options, set WANDB_API_KEY, or add the host to the netrc file"},
    {errc::malformed_api_key, "the API key does not have the shape of one",
     "copy it again from the server's settings page"},
    {errc::unreadable_credentials, "the file with the credentials cannot be read"},
    {errc::invalid_environment, "the environment or a setting holds an unusable value"},
    {errc::invalid_base_url, "the base URL is not usable"},
    {errc::insecure_base_url, "plain http would show the API key to the network",
     "use https, or set allow_insecure_http in wandb::Options"},
    {errc::no_user_credentials, "the user's own API key is not known, and a key is never made with the caller's",
     "give it with user.authenticate(secret)"},
    {errc::credentials_of_another_user, "the secret belongs to another user; nothing was changed"},
    {errc::keys_not_loaded, "the user's API keys were never loaded", "call reload() first"},
    {errc::attribute_not_loaded, "the attribute was not loaded"},
    {errc::wrong_attribute_type, "the attribute holds a value of another type"},
    {errc::malformed_response, "the server's answer is not what its schema promises"},
    {errc::unexpected_status, "the server answered with an unexpected status", "check the base URL"},
    {errc::bad_request, "the server did not accept the request"},
    {errc::rejected, "the server refused"},
    {errc::unauthorized, "the server did not accept the credentials", "check the API key"},
    {errc::permission_denied, "the credentials do not permit this", "it may need an admin of the instance"},
    {errc::not_found, "not found"},
    {errc::conflict, "it exists already or conflicts with what exists"},
    {errc::rate_limited, "the server limits the rate of requests", "try again later"},
    {errc::server_error, "the server failed", "try again later"},
    {errc::not_implemented, "the server does not implement this operation"},
    {errc::ambiguous_user, "several users are so named", "name the one that is meant by id"},
    {errc::ambiguous_key, "several of the user's keys may be the one that is meant", "delete it by its row"},
    {errc::client_refused, "the server refuses this client, whoever uses it (\"relogin required\")",
     "see whether something between rewrites the User-Agent, which has to begin with \"W&B Public Client \""},
    {errc::not_the_service, "the answer is not that of a W&B server", "check the base URL and what stands between"},
    {errc::no_status, "the transport gave a response without an HTTP status"},
    {errc::timed_out, "the deadline passed", "allow a longer timeout, or try again later"},
    {errc::cancelled, "cancelled"},
    {errc::resolve_failed, "the host name could not be resolved", "check the base URL and the DNS"},
    {errc::connect_failed, "no connection to the server could be made",
     "check the base URL, the network, and that the server runs"},
    {errc::tls_failed, "no trusted TLS connection could be made",
     "check the host name and the certificate authorities"},
    {errc::connection_lost, "the connection ended before the answer was complete"},
    {errc::protocol_error, "the answer is not valid HTTP"},
    {errc::response_too_large, "the answer exceeds the size limit"},
    {errc::proxy_refused, "the proxy did not let the request through", "check the proxy's settings"},
};

[[nodiscard]] constexpr ErrorText text_of(errc code) noexcept {
  for (const auto& known : error_texts) {
    if (known.code == code) return known;
  }
  return {code, "unknown error"};
}

/// A category that is never destroyed, since destructors of static objects may still print errors.
template <class Category>
union Everlasting {
  constexpr Everlasting() noexcept : category() {}
  // A defaulted destructor would be deleted, since the category has a destructor, which must not run.
  ~Everlasting() {}  // NOLINT(modernize-use-equals-default)
  Category category;
};

class ErrorCategory final : public std::error_category {
 public:
  constexpr ErrorCategory() noexcept = default;
  [[nodiscard]] const char* name() const noexcept override { return "wandb"; }
  [[nodiscard]] std::string message(int value) const override { return text_of(static_cast<errc>(value)).happened; }
};

// Categories compare by address: shared libraries that hide their symbols must still share one object.
[[gnu::visibility("default")]] inline constinit const Everlasting<ErrorCategory> error_category_instance;

/// The condition to which an `errc` belongs.
[[nodiscard]] constexpr condition condition_of(errc code) noexcept {
  switch (code) {
    case errc::no_credentials:
    case errc::malformed_api_key:
    case errc::unreadable_credentials:
    case errc::invalid_environment:
    case errc::invalid_base_url:
    case errc::insecure_base_url:
    case errc::no_user_credentials:
    case errc::credentials_of_another_user: return condition::configuration;
    case errc::malformed_response:
    case errc::protocol_error:
    case errc::response_too_large:
    case errc::not_the_service:
    case errc::no_status:
    case errc::unexpected_status: return condition::malformed_response;
    case errc::ambiguous_user:
    case errc::ambiguous_key:
    case errc::client_refused:
    case errc::bad_request:
    case errc::not_implemented:
    case errc::rejected: return condition::rejected;
    case errc::unauthorized: return condition::unauthorized;
    case errc::permission_denied: return condition::permission_denied;
    case errc::not_found: return condition::not_found;
    case errc::conflict: return condition::conflict;
    case errc::rate_limited: return condition::rate_limited;
    case errc::server_error: return condition::server_failure;
    case errc::timed_out: return condition::timed_out;
    case errc::cancelled: return condition::cancelled;
    case errc::resolve_failed:
    case errc::connect_failed:
    case errc::tls_failed:
    case errc::connection_lost:
    case errc::proxy_refused: return condition::network;
    default: return condition::misuse;  // an invalid argument, or a `Result` that was not set
  }
}

class ConditionCategory final : public std::error_category {
 public:
  constexpr ConditionCategory() noexcept = default;
  [[nodiscard]] const char* name() const noexcept override { return "wandb.condition"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<condition>(value)) {
      case condition::misuse: return "misuse";
      case condition::configuration: return "configuration";
      case condition::unauthorized: return "unauthorized";
      case condition::permission_denied: return "permission denied";
      case condition::not_found: return "not found";
      case condition::conflict: return "conflict";
      case condition::rate_limited: return "rate limited";
      case condition::rejected: return "rejected";
      case condition::server_failure: return "server failure";
      case condition::timed_out: return "timed out";
      case condition::cancelled: return "cancelled";
      case condition::network: return "network";
      case condition::malformed_response: return "malformed response";
      case condition::outcome_unknown: return "outcome unknown";
    }
    return "unknown condition";
  }
  // A transport may use another category; two generic codes of it are recognised, which callers often check.
  [[nodiscard]] bool equivalent(const std::error_code& code, int value) const noexcept override {
    const auto wanted = static_cast<condition>(value);
    if (code.category() == wandb::error_category()) return condition_of(static_cast<errc>(code.value())) == wanted;
    if (wanted == condition::timed_out) return code == std::errc::timed_out;
    if (wanted == condition::cancelled) return code == std::errc::operation_canceled;
    return false;
  }
};

[[gnu::visibility("default")]] inline constinit const Everlasting<ConditionCategory> condition_category_instance;

}  // namespace detail

WANDB_DECL const std::error_category& error_category() noexcept { return detail::error_category_instance.category; }
WANDB_DECL const std::error_category& condition_category() noexcept {
  return detail::condition_category_instance.category;
}

}  // namespace wandb
