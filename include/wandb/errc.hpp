// The codes that the library reports, and the conditions that callers branch on.
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

#include <wandb/detail/declare.hpp>

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
  proxy_refused,                ///< the proxy on the way did not let the request through
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
