// The server and the settings of an `Api`, which are immutable and shared by its copies.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <wandb/detail/config/base_url.hpp>
#include <wandb/detail/config/credentials.hpp>
#include <wandb/detail/config/extra_headers.hpp>
#include <wandb/detail/config/host.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/environment.hpp>
#include <wandb/errc.hpp>
#include <wandb/headers.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/version.hpp>

namespace wandb::inline WANDB_ABI::detail {

struct Endpoint {
  std::string url_text;    // unchanged from the setting
  std::string url_source;  // the setting or the file; empty for the default
  std::string host;        // in its normal form
  std::string host_port;
  BaseUrl url;  // has views of the two texts above
  std::string target;
  std::string user_agent;
  std::string user_agent_source;  // empty for the default
  RetryPolicy retry;
  std::chrono::nanoseconds timeout{};
  std::string timeout_source;
  ExtraHeaders own_headers;                      // the headers that the caller adds to each request
  std::vector<Header> extra_headers;             // views of them
  std::vector<std::string_view> header_secrets;  // the values of these that are secret
  bool allow_insecure_http = false;
  std::optional<Error> fault;  // what is wrong with the settings; every call returns it

  Endpoint() = default;
  Endpoint(const Endpoint&) = delete;  // `url` has views of its texts
  Endpoint& operator=(const Endpoint&) = delete;

  void fail(Error error) {
    if (!fault) fault = std::move(error);
  }

  /// Whether the base URL ends with the path that the library adds.
  [[nodiscard]] bool has_graphql_twice() const noexcept { return ends_with_ignoring_case(url_text, "/graphql"); }
  /// Whether an answer's HTTP status suggests that the server does not know the path.
  [[nodiscard]] bool may_be_wrong_path(int status) const noexcept {
    return status == 404 || (status / 100 == 4 && has_graphql_twice());
  }
  /// Describes the base URL and its setting, for errors that a wrong base URL may have caused.
  [[nodiscard]] std::string url_note() const {
    auto note = "base URL " + mask_pasted_keys(url_text);
    if (url_source.empty()) {
      note += ", the default; set WANDB_BASE_URL, or base_url in wandb::Options, for another server";
    } else {
      note.append(" from ").append(url_source);
    }
    if (has_graphql_twice()) note += "; the library adds /graphql itself, leave it out";
    return note;
  }
};

/// Whether a wrong base URL may have caused a failure. For codes of another category, it only matters whether the
/// server was reached.
[[nodiscard]] inline bool may_be_wrong_url(const std::error_code& code, Delivery delivery) {
  if (code.category() != error_category()) return delivery == Delivery::nothing_sent && code != condition::cancelled;
  switch (static_cast<errc>(code.value())) {
    case errc::unauthorized:
    case errc::not_the_service:
    case errc::unexpected_status:
    case errc::resolve_failed:
    case errc::connect_failed:
    case errc::tls_failed:
    case errc::protocol_error: return true;
    default: return false;
  }
}

[[nodiscard]] inline Error misuse(std::string_view reason) {
  return Error(make_error_code(errc::invalid_argument), reason, Delivery::nothing_sent);
}

inline void read_base_url(Endpoint& endpoint, const Options& options, const Environment& environment) {
  auto found = find_base_url(options.base_url, environment);
  if (!found) return endpoint.fail(found.error());
  endpoint.url_text = std::move(found->text);
  endpoint.url_source = std::move(found->source);
  const auto split = split_base_url(endpoint.url_text);
  auto& url = endpoint.url;
  url = split.url;
  endpoint.host = normal_host(url.host);
  endpoint.host_port = host_and_port(endpoint.host, url.port, url.tls ? 443 : 80);
  url.host = endpoint.host;
  url.host_port = endpoint.host_port;
  if (split.fault != UrlFault::none) {
    return endpoint.fail(Error(make_error_code(errc::invalid_base_url),
                               describe(split.fault, endpoint.url_text, endpoint.url_source), Delivery::nothing_sent));
  }
  endpoint.target.append(url.path).append("/graphql");
  if (!url.tls && !url.is_loopback() && !options.allow_insecure_http) {
    const bool has_token = options.identity_token != nullptr || !environment.get("WANDB_IDENTITY_TOKEN_FILE").empty();
    const auto* const shown = has_token && options.api_key.empty() ? "the credentials" : "the API key";
    endpoint.fail(Error(make_error_code(errc::insecure_base_url),
                        "plain http to " + endpoint.host_port + " would show " + shown + " to the network (" +
                            endpoint.url_note() + ")",
                        Delivery::nothing_sent));
  }
}

inline void read_timeout(Endpoint& endpoint, const Options& options, const Environment& environment) {
  if (options.timeout < std::chrono::nanoseconds::zero()) endpoint.fail(misuse("the timeout is negative"));
  endpoint.timeout = options.timeout;
  endpoint.timeout_source = "wandb::Options";
  if (options.timeout != std::chrono::nanoseconds::zero()) return;
  auto found = find_timeout(environment);
  if (!found) return endpoint.fail(found.error());
  endpoint.timeout = found->duration;
  endpoint.timeout_source = found->source;
}

/// Makes the endpoint of an `Api`. Faults of the environment are kept in `Endpoint::fault` and not thrown.
inline void read_endpoint(Endpoint& endpoint, const Options& options, const Environment& environment) {
  endpoint.retry = options.retry;
  endpoint.user_agent.append("W&B Public Client ").append(version).append(" wandb-users/").append(version);
  if (!options.user_agent.empty()) {
    endpoint.user_agent.append(" ").append(options.user_agent);
    endpoint.user_agent_source = "wandb::Options";
  }
  read_base_url(endpoint, options, environment);
  if (!options.retry.valid()) {
    endpoint.fail(
        misuse("the retry policy needs at least one attempt, no negative duration, and a jitter from 0 to 1"));
  }
  if (!is_header_text(options.user_agent)) {
    endpoint.fail(misuse("the user agent holds a control character, or is not UTF-8"));
  }
  read_timeout(endpoint, options, environment);
  if (auto headers = find_extra_headers(options.extra_headers, environment)) endpoint.own_headers = std::move(*headers);
  else endpoint.fail(headers.error());
  for (const auto& header : endpoint.own_headers) {
    endpoint.extra_headers.push_back({header.name, header.value, header.secret});
    // A shorter value, such as "true", is no secret. To mask it everywhere would make errors unreadable.
    constexpr std::size_t min_secret = 8;
    if (header.secret && header.value.size() >= min_secret) endpoint.header_secrets.emplace_back(header.value);
  }
}

/// Returns the caller's credentials from the first setting that has them.
[[nodiscard]] inline Result<IdentityPtr> read_identity(const Endpoint& endpoint, const Options& options,
                                                       const Environment& environment) {
  if (endpoint.url.host.empty()) return *endpoint.fault;
  auto identity = find_credentials(endpoint.url, endpoint.url_text, options, environment);
  if (identity || identity.error() != errc::no_credentials) return identity;
  return setting_error(errc::no_credentials, identity.error().reason() + " (" + endpoint.url_note() + ")");
}

}  // namespace wandb::detail
