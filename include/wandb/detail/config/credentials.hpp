// Reads the caller's settings from options, environment variables and the netrc file.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/config/base_url.hpp>
#include <wandb/detail/config/federation.hpp>
#include <wandb/detail/config/home.hpp>
#include <wandb/detail/config/host.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/config/netrc.hpp>
#include <wandb/detail/config/settings_file.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/environment.hpp>
#include <wandb/identity_token.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/retry_after.hpp>
#include <wandb/secret.hpp>

namespace wandb::inline WANDB_ABI::detail {

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
  return std::make_shared<const Identity>(std::move(*checked), std::string(source));
}

/// Makes a federated identity, whose access tokens no file keeps. `source` names what gave the identity token.
[[nodiscard]] inline IdentityPtr given_token(const IdentityToken& token, std::string_view source) {
  return std::make_shared<const Identity>(std::make_shared<Federation>(token, source));
}

/// Makes a federated identity from `WANDB_IDENTITY_TOKEN_FILE`. The access tokens for a base URL are kept in
/// `WANDB_CREDENTIALS_FILE`, else in `~/.config/wandb/credentials.json`.
[[nodiscard]] inline IdentityPtr identity_of_token_file(const std::string& base_url, const Environment& environment) {
  const auto path = expand_home(std::string(environment.get("WANDB_IDENTITY_TOKEN_FILE")), environment);
  auto kept = expand_home(std::string(environment.get("WANDB_CREDENTIALS_FILE")), environment);
  const auto* const kept_by = kept.empty() ? "the default" : "WANDB_CREDENTIALS_FILE";
  if (kept.empty()) {
    kept = home_directory(environment);
    if (!kept.empty()) kept += "/.config/wandb/credentials.json";
  }
  return std::make_shared<const Identity>(std::make_shared<Federation>(
      IdentityToken::file(path), "WANDB_IDENTITY_TOKEN_FILE", std::move(kept), base_url, kept_by));
}

/// Returns the caller's credentials for a server: the key or the identity token of the options, else `WANDB_API_KEY` or
/// `WANDB_IDENTITY_TOKEN_FILE`, else the host's entry of the netrc file. Fails with `invalid_argument`,
/// `malformed_api_key`, `unreadable_credentials`, `no_credentials`, or `invalid_environment` if both variables are set.
[[nodiscard]] inline Result<IdentityPtr> find_credentials(const BaseUrl& url, const std::string& url_text,
                                                          const Options& options, const Environment& environment) {
  const auto& given = options.api_key;
  if (options.identity_token != nullptr) {
    if (given.empty()) return given_token(*options.identity_token, "wandb::Options");
    return setting_error(errc::invalid_argument, "both an api_key and an identity_token are given in wandb::Options");
  }
  if (!given.empty()) return found_key(given.reveal(), "wandb::Options");
  const bool has_key = !environment.get("WANDB_API_KEY").empty();
  const bool has_token = !environment.get("WANDB_IDENTITY_TOKEN_FILE").empty();
  if (has_key && has_token) {
    return setting_error(errc::invalid_environment,
                         "WANDB_IDENTITY_TOKEN_FILE is set, and WANDB_API_KEY as well, which contradict each other; "
                         "unset one of them");
  }
  if (has_token) return identity_of_token_file(url_text, environment);
  if (has_key) return found_key(environment.get("WANDB_API_KEY"), "WANDB_API_KEY");
  const auto found = find_in_netrc(normal_host(url.host), url.port, environment);
  if (!found.fault.empty()) return setting_error(errc::unreadable_credentials, found.fault);
  if (!found.password.empty()) return found_key(found.password.reveal(), found.path);
  return setting_error(errc::no_credentials, "no API key for " + std::string(url.host_port) + " (" + found.why + ")");
}

/// The timeout of one request.
struct FoundTimeout {
  std::chrono::nanoseconds duration;
  std::string_view source;  ///< the variable; empty for the default
};

/// Returns the timeout of one request: `WANDB_HTTP_TIMEOUT` in seconds, else 19 s. Fails with
/// `errc::invalid_environment` if that is not a valid duration.
[[nodiscard]] inline Result<FoundTimeout> find_timeout(const Environment& environment) {
  const auto text = environment.get("WANDB_HTTP_TIMEOUT");
  if (text.empty()) return FoundTimeout{std::chrono::seconds(19), {}};
  const auto seconds = parse_seconds(text);
  if (seconds && *seconds > std::chrono::nanoseconds::zero()) return FoundTimeout{*seconds, "WANDB_HTTP_TIMEOUT"};
  return setting_error(errc::invalid_environment, "WANDB_HTTP_TIMEOUT is \"" + redact(text) +
                                                      "\"; it is a number of seconds above 0, such as 19 or 2.5");
}

}  // namespace wandb::detail
