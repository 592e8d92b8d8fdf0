// Reads the caller's settings from options, environment variables and the netrc file.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/config/base_url.hpp>
#include <wandb/detail/config/host.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/config/netrc.hpp>
#include <wandb/detail/config/settings_file.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/environment.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/retry_after.hpp>
#include <wandb/secret.hpp>

namespace wandb::detail {

[[nodiscard]] inline Error setting_error(errc code, const std::string& reason) {
  return Error(make_error_code(code), reason, Delivery::nothing_sent);
}

/// Returns a key without surrounding white space. Fails with `errc::malformed_api_key`, which names `source`.
[[nodiscard]] inline Result<Secret> checked_key(std::string_view key, std::string_view source) {
  key = trimmed(key);
  const auto fault = describe_key_fault(key);
  if (fault.empty()) return Secret(key);
  return setting_error(errc::malformed_api_key,
                       "the API key from " + std::string(source) + " does not have the shape of one: it " + fault);
}

/// A base URL that was not checked yet.
struct FoundUrl {
  std::string text;    ///< without a trailing slash
  std::string source;  ///< the setting or the file that it comes from; empty for the default
};

/// Returns the base URL of the options, else `WANDB_BASE_URL`, else `base_url` of the settings files, else the public
/// service's. `errc::invalid_environment` if a settings file is needed and cannot be read.
[[nodiscard]] inline Result<FoundUrl> find_base_url(std::string_view given, const Environment& environment) {
  FoundUrl found{std::string(trimmed(given)), "wandb::Options"};
  if (found.text.empty()) found = {std::string(environment.get("WANDB_BASE_URL")), "WANDB_BASE_URL"};
  if (found.text.empty()) {
    auto setting = find_in_settings("base_url", environment);
    if (!setting) return setting.error();
    found = {std::move(setting->value), std::move(setting->path)};
  }
  if (found.text.empty()) found = {std::string(default_base_url), {}};
  while (found.text.ends_with('/') && !found.text.ends_with("://")) found.text.pop_back();
  return found;
}

/// Makes an identity from a key and its source.
[[nodiscard]] inline Result<IdentityPtr> found_key(std::string_view key, std::string_view source) {
  auto checked = checked_key(key, source);
  if (!checked) return checked.error();
  return IdentityPtr(std::make_shared<const Identity>(std::move(*checked), std::string(source)));
}

/// Makes the error for an identity token, which this library does not support. A netrc entry must not replace it.
[[nodiscard]] inline Error refused_token_file(bool beside_key) {
  constexpr std::string_view text = "WANDB_IDENTITY_TOKEN_FILE is set, ";
  return setting_error(
      errc::invalid_environment,
      std::string(text) + (beside_key ? "and WANDB_API_KEY as well, which contradict each other; unset one of them"
                                      : "but identity tokens are not supported yet; unset it and set WANDB_API_KEY, or "
                                        "give a key in wandb::Options"));
}

/// Returns the caller's key for a server: of the options, else `WANDB_API_KEY`, else the host's entry of the netrc
/// file. Fails with `malformed_api_key`, `unreadable_credentials`, `no_credentials`, or `invalid_environment` for
/// `WANDB_IDENTITY_TOKEN_FILE`.
[[nodiscard]] inline Result<IdentityPtr> find_api_key(const BaseUrl& url, SecretView given,
                                                      const Environment& environment) {
  if (!given.empty()) return found_key(given.reveal(), "wandb::Options");
  const bool has_key = !environment.get("WANDB_API_KEY").empty();
  if (!environment.get("WANDB_IDENTITY_TOKEN_FILE").empty()) return refused_token_file(has_key);
  if (has_key) return found_key(environment.get("WANDB_API_KEY"), "WANDB_API_KEY");
  const auto found = find_in_netrc(normal_host(url.host), url.port, environment);
  if (!found.fault.empty()) return setting_error(errc::unreadable_credentials, found.fault);
  if (!found.password.empty()) return found_key(found.password.reveal(), found.path);
  return setting_error(errc::no_credentials, "no API key for " + std::string(url.host_port) + " (" + found.why + ")");
}

/// Returns the timeout of one request: `WANDB_HTTP_TIMEOUT` in seconds, else 19 s. Fails with
/// `errc::invalid_environment` if that is not a valid duration.
[[nodiscard]] inline Result<std::chrono::nanoseconds> find_timeout(const Environment& environment) {
  const auto text = environment.get("WANDB_HTTP_TIMEOUT");
  if (text.empty()) return std::chrono::nanoseconds(std::chrono::seconds(19));
  const auto seconds = parse_seconds(text);
  if (seconds && *seconds > std::chrono::nanoseconds::zero()) return *seconds;
  return setting_error(errc::invalid_environment, "WANDB_HTTP_TIMEOUT is \"" + redact(text) +
                                                      "\"; it is a number of seconds above 0, such as 19 or 2.5");
}

}  // namespace wandb::detail
