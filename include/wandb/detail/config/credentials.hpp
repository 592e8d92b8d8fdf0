// Where the caller's settings come from: code, environment variables, the netrc file.
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
#include <wandb/retry.hpp>
#include <wandb/secret.hpp>

namespace wandb::detail {

[[nodiscard]] inline Error setting_error(errc code, const std::string& reason) {
  return Error(make_error_code(code), reason, Delivery::nothing_sent);
}

/// A key without the white space around it, if it has the shape of one. `errc::malformed_api_key`, which tells
/// `source`.
[[nodiscard]] inline Result<Secret> checked_key(std::string_view key, std::string_view source) {
  key = trimmed(key);
  const auto fault = describe_key_fault(key);
  if (fault.empty()) return Secret(key);
  return setting_error(errc::malformed_api_key,
                       "the API key from " + std::string(source) + " does not have the shape of one: it " + fault);
}

/// A base URL as it was found, not yet checked.
struct FoundUrl {
  std::string text;    ///< without a trailing slash
  std::string source;  ///< the setting or the file that it comes from; empty for the default
};

/// The base URL: given, else `WANDB_BASE_URL`, else the settings files' `base_url`, else the service's own.
/// `errc::invalid_environment` where a settings file is needed and cannot be read.
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

/// A key of that source, to act with.
[[nodiscard]] inline Result<IdentityPtr> found_key(std::string_view key, std::string_view source) {
  auto checked = checked_key(key, source);
  if (!checked) return checked.error();
  return IdentityPtr(std::make_shared<const Identity>(std::move(*checked), std::string(source)));
}

/// Nobody's entry in a netrc file stands for a token that is meant.
[[nodiscard]] inline Error refused_token_file(bool beside_key) {
  constexpr std::string_view text = "WANDB_IDENTITY_TOKEN_FILE is set, ";
  return setting_error(
      errc::invalid_environment,
      std::string(text) + (beside_key ? "and WANDB_API_KEY as well, which contradict each other; unset one of them"
                                      : "but identity tokens are not supported yet; unset it and set WANDB_API_KEY, or "
                                        "give a key in wandb::Options"));
}

/// The caller's key for a server: given, else `WANDB_API_KEY`, else the netrc file's entry for the host. Errors:
/// `malformed_api_key`, `unreadable_credentials`, `no_credentials`, `invalid_environment` for
/// `WANDB_IDENTITY_TOKEN_FILE`; none shows the key.
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

}  // namespace wandb::detail
