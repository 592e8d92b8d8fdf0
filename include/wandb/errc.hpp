// The codes that the library reports, and the conditions that callers branch on.
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

namespace wandb {

/// What went wrong, as finely as the library can tell. Compare an `Error` with one of these, or with a `condition`.
enum class errc : int {
  invalid_argument = 1,         ///< an argument cannot be right; a mistake of the program's is thrown, if it can be
  no_result,                    ///< a `Result` was read that nobody has set
  no_credentials,               ///< no API key was given, in `WANDB_API_KEY`, or in the netrc file
  malformed_api_key,            ///< the API key does not have the shape of one
  unreadable_credentials,       ///< the netrc file cannot be read or understood, or is not where `NETRC` says
  invalid_environment,          ///< an environment variable holds something that it must not
  invalid_base_url,             ///< the base URL is not an http or https URL, or is the wrong one of wandb.ai
  insecure_base_url,            ///< an API key would travel over plain http to another machine
  no_user_credentials,          ///< acting as this user needs the user's own API key, which is not known
  credentials_of_another_user,  ///< the secret belongs to somebody else
  keys_not_loaded,              ///< the user's API keys were never loaded; `reload()` loads them
  attribute_not_loaded,         ///< the attribute was not asked for, or not sent
  wrong_attribute_type,         ///< the attribute holds something of another type
  malformed_response,           ///< the server's answer is not what the schema promises
  unexpected_status,            ///< an HTTP status that this API does not use, a redirect for instance
  bad_request,                  ///< the server did not accept the request (400, 410, 413, 422, other 4xx)
  rejected,                     ///< the server refused the operation and gave a reason of its own
  unauthorized,                 ///< the credentials were not accepted (401)
  permission_denied,            ///< the credentials were accepted and do not suffice (403)
  not_found,                    ///< there is no such thing, or not any more (404)
  conflict,                     ///< it exists already, or stands in the way (409)
  rate_limited,                 ///< too many requests (429)
  server_error,                 ///< the server failed (5xx)
  not_implemented,              ///< the server does not know this operation (501)
  ambiguous_user,               ///< several users are so named; the error names them, and nothing was done
  ambiguous_key,                ///< several of the user's keys fit a secret; the error names them, nothing was sent
  client_refused,               ///< the server refuses this client, not the person: it wants another `User-Agent`
  not_the_service,              ///< the answer is not the service's but that of something in between
  no_status,                    ///< the transport gave a response without an HTTP status
  timed_out,                    ///< the deadline passed
  cancelled,                    ///< a stop was requested
  resolve_failed,               ///< the host's name could not be resolved
  connect_failed,               ///< no address of the host accepted a connection
  tls_failed,                   ///< the TLS handshake failed or the peer is not who it should be
  connection_lost,              ///< the connection ended before the answer was complete
  protocol_error,               ///< what came back is not HTTP
  response_too_large,           ///< the answer's body or header exceeds the transport's limit
};

/// What a caller branches on: a class of failures, whichever layer or library they come from.
enum class condition : int {
  misuse = 1,          ///< the program is at fault
  configuration,       ///< base URL, credentials or environment are not usable
  unauthorized,        ///< HTTP 401 and its like in GraphQL
  permission_denied,   ///< HTTP 403 and its like
  not_found,           ///< HTTP 404 and its like
  conflict,            ///< HTTP 409 and its like
  rate_limited,        ///< HTTP 429 and its like
  rejected,            ///< any refusal that a retry will not change
  server_failure,      ///< HTTP 5xx
  timed_out,           ///< a deadline, wherever it passed
  cancelled,           ///< a stop, wherever it was noticed
  network,             ///< the server was not reached, or the connection was lost
  malformed_response,  ///< the answer could not be understood
  outcome_unknown,     ///< a mutation that may or may not have run; only an `Error` can say so, never a bare code
};

}  // namespace wandb

template <>
struct std::is_error_code_enum<wandb::errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<wandb::condition> : std::true_type {};

namespace wandb {
namespace detail {

/// A code in words.
struct ErrorText {
  errc code;
  const char* happened;
  const char* advice = "";  // what to do about it; empty where there is nothing to advise in general
};
inline constexpr ErrorText error_texts[] = {
    {errc::invalid_argument, "the call was misused"},
    {errc::no_result, "no result was set"},
    {errc::no_credentials, "no API key",
     "pass one in wandb::Options, set WANDB_API_KEY, or add the host to the netrc file"},
    {errc::malformed_api_key, "the API key does not have the shape of one",
     "copy it again from the server's settings page"},
    {errc::unreadable_credentials, "the netrc file cannot be read"},
    {errc::invalid_environment, "an environment variable holds an unusable value"},
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
};

[[nodiscard]] constexpr ErrorText text_of(errc code) noexcept {
  for (const auto& known : error_texts) {
    if (known.code == code) return known;
  }
  return {code, "unknown error"};
}

/// A category that is there before the first object with a constructor and after the last: errors are printed in the
/// destructors of static objects too.
template <class Category>
union Everlasting {
  constexpr Everlasting() noexcept : category() {}
  ~Everlasting() {}
  Category category;
};

class ErrorCategory final : public std::error_category {
 public:
  constexpr ErrorCategory() noexcept = default;
  [[nodiscard]] const char* name() const noexcept override { return "wandb"; }
  [[nodiscard]] std::string message(int value) const override { return text_of(static_cast<errc>(value)).happened; }
};

// A category is known by its address: shared libraries that hide their symbols have to have the same one.
[[gnu::visibility("default")]] inline constinit const Everlasting<ErrorCategory> error_category_instance;

}  // namespace detail

/// The category of `errc`.
[[nodiscard]] inline const std::error_category& error_category() noexcept {
  return detail::error_category_instance.category;
}

[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

namespace detail {

/// The condition that one of our own codes falls under.
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
    case errc::connection_lost: return condition::network;
    default: return condition::misuse;  // the program's own: a bad argument, a value that is not there
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
  // A transport brings codes of its own; the two that callers most often branch on are recognised in them.
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

[[nodiscard]] inline std::error_condition make_error_condition(condition wanted) noexcept {
  return {static_cast<int>(wanted), detail::condition_category_instance.category};
}

}  // namespace wandb
