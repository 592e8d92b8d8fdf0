// A proxy between the transport and an origin: its address, the requests to it, and the errors of its responses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/config/base_url.hpp>
#include <wandb/detail/config/extra_headers.hpp>
#include <wandb/detail/config/host.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/base64.hpp>
#include <wandb/detail/text/http_text.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/headers.hpp>
#include <wandb/proxy.hpp>
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/options.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// One proxy. It owns its texts.
struct ProxyHop {
  std::string host;  ///< normalized by `normal_host`
  std::uint16_t port = 80;
  SecureString authorization;  ///< the value of `Proxy-Authorization`; empty for none
  std::string source;          ///< the variable or option that names it

  [[nodiscard]] Peer peer() const { return Peer(Origin{false, host, port}); }
  /// The proxy's address and the setting that names it, for errors.
  [[nodiscard]] std::string text() const { return "the proxy " + peer().text() + " from " + source; }
};

[[nodiscard]] constexpr unsigned hex_value(char digit) noexcept {
  const char c = to_lower(digit);
  return static_cast<unsigned>(is_digit(c) ? c - '0' : c - 'a' + 10);
}

/// Decodes percent escapes, and keeps all other text as it is.
[[nodiscard]] inline SecureString percent_decoded(std::string_view text) {
  SecureString decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i != text.size(); ++i) {
    const bool escape = text[i] == '%' && text.size() - i > 2 && is_hex_digit(text[i + 1]) && is_hex_digit(text[i + 2]);
    if (!escape) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
    i += 2;
  }
  return decoded;
}

/// The value of `Proxy-Authorization` for a URL's `user:password`.
[[nodiscard]] inline SecureString proxy_authorization(std::string_view user_info) {
  const auto colon = user_info.find(':');
  auto credentials = percent_decoded(user_info.substr(0, colon));
  credentials += ':';
  if (colon != user_info.npos) credentials += percent_decoded(user_info.substr(colon + 1));
  SecureString header;
  header.reserve(6 + (credentials.size() + 2) / 3 * 4);
  header = "Basic ";
  encode_base64(credentials, {}, [&](char c) { header += c; });
  return header;
}

/// The proxies of a transport: that of its options, or else those of its environment.
struct ProxySources {
  Proxies proxies;
  Result<SecureString> authorization;  ///< `Proxy-Authorization` of `WANDB_X_EXTRA_HTTP_HEADERS`, for CONNECT alone
  bool by_option = false;              ///< whether the options decide, `direct` included

  ProxySources(const BeastOptions& options, const Environment& environment)
      : authorization(find_proxy_authorization(environment)), by_option(!trimmed(options.proxy).empty()) {
    if (!by_option) proxies = Proxies(environment);
    else if (!equal_ignoring_case(trimmed(options.proxy), "direct"))
      proxies = Proxies(options.proxy, "BeastOptions::proxy");
  }
};

/// The proxy for an origin, or nothing if the transport connects directly. Fails with `errc::invalid_environment` if
/// the URL names no usable proxy. The error names the variable and shows nothing of the URL, which may contain a
/// password.
[[nodiscard]] inline Result<std::optional<ProxyHop>> proxy_hop(const ProxySources& sources, const Origin& origin) {
  using Hop = std::optional<ProxyHop>;
  const auto choice = sources.proxies.choose(origin);
  if (choice.direct()) return Hop();
  const auto url = split_proxy_url(choice.url);
  auto fault = describe(url.fault);
  // TLS to the proxy would need TLS inside TLS. To use http instead would send the credentials in clear text.
  if (url.fault == ProxyFault::none && url.tls)
    fault = "is an https:// proxy, which is not supported; use an http:// one";
  if (url.fault != ProxyFault::none || url.tls) {
    auto reason = std::string("the proxy in ").append(choice.variable).append(" ").append(fault);
    return Error(make_error_code(errc::invalid_environment), reason, Delivery::nothing_sent);
  }
  ProxyHop hop{normal_host(url.host), url.port, {}, std::string(choice.variable)};
  if (!url.user_info.empty()) {
    hop.authorization = proxy_authorization(url.user_info);
  } else if (origin.tls) {
    if (!sources.authorization) return sources.authorization.error();
    hop.authorization = *sources.authorization;
  }
  return Hop(std::move(hop));
}

/// Tells which proxy requests to an origin take, for people.
[[nodiscard]] inline Settings proxy_settings(const ProxySources& sources, const Origin& origin) {
  const auto choice = sources.proxies.choose(origin);
  const auto hop = proxy_hop(sources, origin);
  if (!hop) return {{"proxy", "unusable: " + hop.error().reason(), std::string(choice.variable)}};
  if (*hop) {
    const bool has_user = !split_proxy_url(choice.url).user_info.empty();
    const auto* const user = has_user ? "****@" : "";
    Settings settings{{"proxy", std::string("http://").append(user).append((*hop)->peer().text()), (*hop)->source}};
    if (!has_user && !(*hop)->authorization.empty()) {
      settings.push_back(
          {std::string("header ").append(proxy_authorization_field), "****", std::string(extra_headers_variable)});
    }
    return settings;
  }
  if (is_loopback_host(origin.host)) return {{"proxy", "none", "the server is on this machine"}};
  if (sources.by_option) return {{"proxy", "none", "BeastOptions::proxy"}};
  const bool excluded = !sources.proxies.choose({origin.tls, "unlisted.invalid", origin.port}).direct();
  return {{"proxy", "none", excluded ? "no_proxy" : "the default"}};
}

/// A CONNECT request, which asks a proxy to open a tunnel to an origin. It contains only the origin's name and port and
/// the proxy's credentials.
class ConnectRequest {
 public:
  ConnectRequest(const ProxyHop& hop, const Peer& origin) : target_(origin.text()) {
    if (!hop.authorization.empty()) headers_[count_++] = Header{"Proxy-Authorization", hop.authorization, true};
  }
  ConnectRequest(const ConnectRequest&) = delete;
  ConnectRequest& operator=(const ConnectRequest&) = delete;

  /// The request, whose views point into this object and the hop.
  [[nodiscard]] Request request() const noexcept {
    Request request;
    request.method = "CONNECT";
    request.target = request.host = target_;
    request.headers = {headers_.data(), count_};
    return request;
  }

 private:
  std::string target_;
  std::array<Header, 1> headers_{};
  std::size_t count_ = 0;
};

/// A request that a proxy forwards. It contains the whole URL and the proxy's credentials. Only plain http uses it.
class ForwardedRequest {
 public:
  ForwardedRequest(const Request& request, const ProxyHop& hop)
      : request_(request), url_("http://"), headers_(request.headers.begin(), request.headers.end()) {
    // The origin and not the `Host` header decides where the key goes.
    url_.append(host_and_port(request.origin.host, request.origin.port, 80)).append(request.target);
    if (!hop.authorization.empty()) headers_.push_back({"Proxy-Authorization", hop.authorization, true});
    request_.target = url_;
    request_.headers = headers_;
  }
  ForwardedRequest(const ForwardedRequest&) = delete;
  ForwardedRequest& operator=(const ForwardedRequest&) = delete;

  /// The request, whose views point into this object.
  [[nodiscard]] const Request& request() const noexcept { return request_; }

 private:
  Request request_;
  std::string url_;
  std::vector<Header> headers_;
};

/// Makes an error of what is behind a proxy name the proxy on the way.
[[nodiscard]] inline Error through_proxy(const Error& error, const ProxyHop& hop) {
  auto details = error.details();
  details.reason.append(" (through ").append(hop.text()).append(")");
  return Error(error.code(), std::move(details));
}

/// Makes the error of a connection to a proxy say so. Nothing of the request was sent, and the server was not reached.
[[nodiscard]] inline Error proxy_failure(const Error& error, const ProxyHop& hop) {
  auto details = error.details();
  details.reason.append(" (this is the proxy from ").append(hop.source).append(")");
  if (error != errc::timed_out && error != errc::cancelled) details.advice = "check the proxy in " + hop.source;
  details.delivery = Delivery::nothing_sent;
  details.status = 0;
  return Error(error.code(), std::move(details));
}

/// The authentication schemes that a proxy accepts, such as "Basic, NTLM". Values without the form of a scheme are left
/// out.
[[nodiscard]] inline std::string requested_schemes(const HeadersView& headers) {
  constexpr std::size_t max_length = 20;
  std::string schemes;
  for (const auto& field : headers) {
    if (!equal_ignoring_case(field.name, "Proxy-Authenticate")) continue;
    const auto scheme = field.value.substr(0, field.value.find(' '));
    if (!is_token(scheme) || scheme.size() > max_length || schemes.size() > 4 * max_length) continue;
    schemes.append(schemes.empty() ? "" : ", ").append(scheme);
  }
  return schemes;
}

/// The error for a proxy's own answer to a request that did not get further. `asked` says to what it answered.
[[nodiscard]] inline Error proxy_refusal(const Response& answer, const ProxyHop& hop, std::string_view asked) {
  Error::Details details{.reason = hop.text(),
                         .advice = "check the proxy in " + hop.source,
                         .operation = {},
                         .messages = {},
                         .delivery = Delivery::nothing_sent};
  details.reason.append(" answered ").append(std::to_string(answer.status)).append(" to ").append(asked);
  if (answer.status == 407 || answer.status == 401) {
    const auto schemes = requested_schemes(answer.headers.view());
    details.reason += schemes.empty() ? std::string("; it asks for credentials") : "; it asks for " + schemes;
    details.advice = "give the user name and the password of the proxy in " + hop.source + " (Basic is supported)";
  }
  // A proxy that cannot reach the server now may do so later.
  return Error(make_error_code(answer.status >= 500 ? errc::connect_failed : errc::proxy_refused), std::move(details));
}

/// Judges a proxy's response to a CONNECT. `surplus` says whether bytes arrived after the response.
[[nodiscard]] inline Result<void> tunnel_result(const Result<Response>& answer, bool surplus, const ProxyHop& hop,
                                                const Peer& origin) {
  if (!answer) return proxy_failure(answer.error(), hop);
  if (answer->status / 100 != 2) return proxy_refusal(*answer, hop, "CONNECT " + origin.text());
  if (!surplus) return success();
  // In TLS the client sends first, so these bytes do not come from the origin.
  return Error(make_error_code(errc::tls_failed),
               Error::Details{.reason = hop.text() + " sent something before the TLS handshake with " + origin.text(),
                              .advice = "check the proxy in " + hop.source,
                              .operation = {},
                              .messages = {},
                              .delivery = Delivery::nothing_sent});
}

}  // namespace wandb::detail
