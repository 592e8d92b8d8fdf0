// The library's error codes, and the conditions that callers compare them with.
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI {

/// The library's error codes. An `Error` can be compared with one of these, or with a `condition`.
enum class errc : int {
  invalid_argument = 1,         ///< an argument is invalid; misuse is thrown instead, unless exceptions are disabled
  no_result,                    ///< a `Result` was read before it was set
  no_credentials,               ///< no API key was given, in `WANDB_API_KEY`, or in the netrc file, nor a token
  malformed_api_key,            ///< the API key does not have the shape of one
  unreadable_credentials,       ///< the netrc file or the identity token cannot be read or parsed, or is not there
  invalid_environment,          ///< an environment variable, a settings file or the proxy has an invalid value
  invalid_base_url,             ///< the base URL is not an http or https URL, or is wandb.ai's web page and not its API
  insecure_base_url,            ///< an API key would travel over plain http to another machine
  no_user_credentials,          ///< acting as this user needs the user's own API key, which is not known
  credentials_of_another_user,  ///< the secret belongs to somebody else
  keys_not_loaded,              ///< the user's API keys were never loaded; `reload()` loads them
  attribute_not_loaded,         ///< the attribute was not requested, or the server did not send it
  wrong_attribute_type,         ///< the attribute's value has another type
  malformed_response,           ///< the server's answer does not match the schema
  unexpected_status,            ///< the service answered with an HTTP status that this API does not use
  bad_request,                  ///< the server did not accept the request (400, 410, 413, 422, other 4xx)
  rejected,                     ///< the server refused the operation and gave a reason of its own
  unauthorized,                 ///< the credentials were not accepted (401)
  permission_denied,            ///< the credentials were accepted, but do not permit this (403)
  not_found,                    ///< the object does not exist, or not any more (404)
  conflict,                     ///< the object exists already, or conflicts with another (409)
  rate_limited,                 ///< too many requests (429)
  server_error,                 ///< the server failed (5xx)
  not_implemented,              ///< the server does not support this operation (501)
  ambiguous_user,               ///< several users have this name; the error lists them, and nothing was changed
  ambiguous_key,                ///< several of the user's keys match a secret; the error lists them, nothing was sent
  client_refused,               ///< the server refuses this client, not the user: it wants another `User-Agent`
  not_the_service,              ///< the answer comes not from the service but from a proxy or another server
  no_status,                    ///< the transport returned a response without an HTTP status
  timed_out,                    ///< the deadline passed
  cancelled,                    ///< a stop was requested
  resolve_failed,               ///< the host's name could not be resolved
  connect_failed,               ///< no address of the host accepted a connection
  tls_failed,                   ///< the TLS handshake failed, or the certificate is not the expected host's
  connection_lost,              ///< the connection ended before the answer was complete
  protocol_error,               ///< the answer is not valid HTTP
  response_too_large,           ///< the answer's body or header exceeds the transport's limit
  proxy_refused,                ///< the proxy on the way did not let the request through
};

/// Classes of failures that a caller can act on, independent of the layer or library that reported them.
enum class condition : int {
  misuse = 1,          ///< the program made a mistake
  configuration,       ///< the base URL, the credentials or the environment cannot be used
  unauthorized,        ///< HTTP 401, or the GraphQL error for it
  permission_denied,   ///< HTTP 403, or the GraphQL error for it
  not_found,           ///< HTTP 404, or the GraphQL error for it
  conflict,            ///< HTTP 409, or the GraphQL error for it
  rate_limited,        ///< HTTP 429, or the GraphQL error for it
  rejected,            ///< a refusal that a retry will not change
  server_failure,      ///< HTTP 5xx
  timed_out,           ///< a deadline passed, in any layer
  cancelled,           ///< a stop was requested, and noticed by any layer
  network,             ///< the server was not reached, or the connection was lost
  malformed_response,  ///< the answer could not be parsed
  outcome_unknown,     ///< a mutation may or may not have run; only an `Error` can say so, never an `std::error_code`
};

}  // namespace wandb

template <>
struct std::is_error_code_enum<wandb::errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<wandb::condition> : std::true_type {};

namespace wandb::inline WANDB_ABI {

/// The category of `errc`.
[[nodiscard]] WANDB_DECL const std::error_category& error_category() noexcept;
/// The category of `condition`.
[[nodiscard]] WANDB_DECL const std::error_category& condition_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}
[[nodiscard]] inline std::error_condition make_error_condition(condition wanted) noexcept {
  return {static_cast<int>(wanted), condition_category()};
}

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/errc.ipp>
#endif
