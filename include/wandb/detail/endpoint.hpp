// Where an `Api` sends, and how: everything that its handles share and nothing that changes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/credentials.hpp>
#include <wandb/detail/base_url.hpp>
#include <wandb/detail/identity.hpp>
#include <wandb/error.hpp>
#include <wandb/options.hpp>
#include <wandb/version.hpp>

namespace wandb::detail {

struct Endpoint {
  std::string url_text;  // what `url` views
  BaseUrl url;
  std::string target;
  std::string user_agent;
  RetryPolicy retry;
  std::chrono::nanoseconds timeout{};
  bool allow_insecure_http = false;
  std::optional<Error> fault;  // what is wrong with all this; told by every call

  Endpoint() = default;
  Endpoint(const Endpoint&) = delete;  // `url` views `url_text`
  Endpoint& operator=(const Endpoint&) = delete;

  void fail(Error error) {
    if (!fault) fault = std::move(error);
  }
};

/// Text that may stand in a header.
[[nodiscard]] constexpr bool is_header_text(std::string_view text) noexcept {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  }
  return true;
}

inline Error misuse(std::string_view reason) {
  return Error(make_error_code(errc::invalid_argument), reason, Delivery::nothing_sent);
}

inline void read_base_url(Endpoint& endpoint, const Options& options, const Environment& environment) {
  endpoint.url_text = find_base_url(options.base_url, environment);
  const auto split = split_base_url(endpoint.url_text);
  endpoint.url = split.url;
  if (split.fault != UrlFault::none) {
    return endpoint.fail(Error(make_error_code(errc::invalid_base_url), describe(split.fault, endpoint.url_text),
                               Delivery::nothing_sent));
  }
  endpoint.target.append(split.url.path).append("/graphql");
  if (!split.url.tls && !split.url.is_loopback() && !options.allow_insecure_http) {
    endpoint.fail(
        Error(make_error_code(errc::insecure_base_url),
              "plain http to " + std::string(split.url.host_port) +
                  " would show the API key to the network; use https, or set allow_insecure_http in wandb::Options",
              Delivery::nothing_sent));
  }
}

/// Everything about an `Api` but its transport and its credentials. Nothing is thrown for what the environment holds.
inline void read_endpoint(Endpoint& endpoint, const Options& options, const Environment& environment) {
  endpoint.retry = options.retry;
  endpoint.user_agent.append("W&B Public Client ").append(version).append(" wandb-users/").append(version);
  if (!options.user_agent.empty()) endpoint.user_agent.append(" ").append(options.user_agent);
  read_base_url(endpoint, options, environment);
  if (!options.retry.valid()) {
    endpoint.fail(
        misuse("the retry policy needs at least one attempt, no negative duration, and a jitter from 0 to 1"));
  }
  if (!is_header_text(options.user_agent)) endpoint.fail(misuse("the user agent holds a control character"));
  if (options.timeout < std::chrono::nanoseconds::zero()) endpoint.fail(misuse("the timeout is negative"));
  endpoint.timeout = options.timeout;
  if (options.timeout == std::chrono::nanoseconds::zero()) {
    if (const auto found = find_timeout(environment)) endpoint.timeout = *found;
    else endpoint.fail(found.error());
  }
}

/// The caller's credentials, from where they are first found.
[[nodiscard]] inline Result<IdentityPtr> read_identity(const Endpoint& endpoint, const Options& options,
                                                       const Environment& environment) {
  if (endpoint.url.host.empty()) return *endpoint.fault;
  auto key = find_api_key(endpoint.url, options.api_key, environment);
  if (!key) return key.error();
  return IdentityPtr(std::make_shared<const Identity>(std::move(*key)));
}

}  // namespace wandb::detail
