// Where the caller's settings come from: code, environment variables, the netrc file.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/base_url.hpp>
#include <wandb/detail/environment.hpp>
#include <wandb/detail/key_format.hpp>
#include <wandb/detail/netrc.hpp>
#include <wandb/error.hpp>
#include <wandb/retry.hpp>
#include <wandb/secret.hpp>

namespace wandb {

/// The service's own server.
inline constexpr std::string_view default_base_url = "https://api.wandb.ai";

namespace detail {

[[nodiscard]] inline Error setting_error(errc code, const std::string& reason) {
  return Error(make_error_code(code), reason, Delivery::nothing_sent);
}

[[nodiscard]] inline Result<Secret> checked_key(std::string_view key, std::string_view source) {
  if (is_api_key(key)) return Secret(key);
  return setting_error(errc::malformed_api_key,
                       "the API key from " + std::string(source) +
                           " does not have the shape of one (a JWT, or at least 40 letters, digits, _ or -); "
                           "copy it again from the server's settings page");
}

/// The base URL: given, else `WANDB_BASE_URL`, else the service's own. Not yet checked.
[[nodiscard]] inline std::string find_base_url(std::string_view given, const Environment& environment) {
  if (given.empty()) given = environment.get("WANDB_BASE_URL");
  if (given.empty()) given = default_base_url;
  std::string url(given);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// The caller's key for a server: given, else `WANDB_API_KEY`, else the netrc file's entry for the host. Errors:
/// `malformed_api_key`, `unreadable_credentials`, `no_credentials`; none shows the key.
[[nodiscard]] inline Result<Secret> find_api_key(const BaseUrl& url, SecretView given, const Environment& environment) {
  if (!given.empty()) return checked_key(given.reveal(), "wandb::Options");
  if (const auto key = environment.get("WANDB_API_KEY"); !key.empty()) return checked_key(key, "WANDB_API_KEY");
  const bool ipv6 = url.host.find(':') != url.host.npos;
  const auto host = ipv6 ? "[" + std::string(url.host) + "]" : std::string(url.host);
  auto found = find_in_netrc(host, host + ":" + std::to_string(url.port), environment);
  if (!found) return found.error();
  if (*found) return checked_key((*found)->password.reveal(), (*found)->path);
  return setting_error(errc::no_credentials,
                       "no API key for " + std::string(url.host_port) +
                           ": pass one in wandb::Options, set WANDB_API_KEY, or add the host to the netrc file");
}

/// The timeout of one request: `WANDB_HTTP_TIMEOUT` in seconds, else 19 s. `errc::invalid_environment` where that is no
/// time.
[[nodiscard]] inline Result<std::chrono::nanoseconds> find_timeout(const Environment& environment) {
  const auto text = environment.get("WANDB_HTTP_TIMEOUT");
  if (text.empty()) return std::chrono::nanoseconds(std::chrono::seconds(19));
  const auto seconds = parse_seconds(text);
  if (seconds && *seconds > std::chrono::nanoseconds::zero()) return *seconds;
  return setting_error(errc::invalid_environment, "WANDB_HTTP_TIMEOUT is \"" + redact(text) +
                                                      "\"; it is a number of seconds above 0, such as 19 or 2.5");
}

}  // namespace detail
}  // namespace wandb
