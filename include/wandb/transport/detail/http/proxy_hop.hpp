// A proxy on the way to an origin: how it is reached, what it is asked, and what its answer means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/config/host.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/base64.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/headers.hpp>
#include <wandb/proxy.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/options.hpp>

namespace wandb::detail {

/// One proxy, its texts its own.
struct ProxyHop {
  std::string host;  ///< in its normal form
  std::uint16_t port = 80;
  SecureString authorization;  ///< the value of `Proxy-Authorization`; empty for none
  std::string source;          ///< the variable or option that names it

  [[nodiscard]] Peer peer() const { return Peer(Origin{false, host, port}); }
};

[[nodiscard]] constexpr unsigned hex_value(char digit) noexcept {
  const char c = to_lower(digit);
  return static_cast<unsigned>(is_digit(c) ? c - '0' : c - 'a' + 10);
}

/// Decodes percent escapes; what is no escape stays as it is.
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

/// The proxies of a transport: the one of its options, or those of its environment.
[[nodiscard]] inline Proxies proxies_of(const BeastOptions& options, const Environment& environment) {
  if (trimmed(options.proxy).empty()) return Proxies(environment);
  if (equal_ignoring_case(trimmed(options.proxy), "direct")) return Proxies();
  return Proxies(options.proxy, "BeastOptions::proxy");
}

/// The proxy on the way to an origin; nothing where the way is direct. `errc::invalid_environment`, which names the
/// variable and shows nothing of the URL, where that names no proxy that can be used.
[[nodiscard]] inline Result<std::optional<ProxyHop>> proxy_hop(const Proxies& proxies, const Origin& origin) {
  using Hop = std::optional<ProxyHop>;
  const auto choice = proxies.choose(origin);
  if (choice.direct()) return Hop();
  const auto url = split_proxy_url(choice.url);
  auto fault = describe(url.fault);
  // TLS to the proxy would need TLS inside of TLS. Never is http spoken in its place.
  if (url.fault == ProxyFault::none && url.tls)
    fault = "is an https:// proxy, which is not supported; use an http:// one";
  if (url.fault != ProxyFault::none || url.tls) {
    auto reason = std::string("the proxy in ").append(choice.variable).append(" ").append(fault);
    return Error(make_error_code(errc::invalid_environment), reason, Delivery::nothing_sent);
  }
  ProxyHop hop{normal_host(url.host), url.port, {}, std::string(choice.variable)};
  if (!url.user_info.empty()) hop.authorization = proxy_authorization(url.user_info);
  return Hop(std::move(hop));
}

/// A request to let bytes through to an origin. Only the origin's name, its port and the proxy's own credentials are
/// in it.
class ConnectRequest {
 public:
  ConnectRequest(const ProxyHop& hop, const Peer& origin) : target_(origin.text()) {
    if (!hop.authorization.empty()) headers_[count_++] = Header{"Proxy-Authorization", hop.authorization, true};
  }
  ConnectRequest(const ConnectRequest&) = delete;
  ConnectRequest& operator=(const ConnectRequest&) = delete;

  /// Views this object and the hop.
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

/// A request that a proxy forwards: with the whole URL, and the proxy's credentials. For plain http only.
class ForwardedRequest {
 public:
  ForwardedRequest(const Request& request, const ProxyHop& hop)
      : request_(request), url_(request.url()), headers_(request.headers.begin(), request.headers.end()) {
    if (!hop.authorization.empty()) headers_.push_back({"Proxy-Authorization", hop.authorization, true});
    request_.target = url_;
    request_.headers = headers_;
  }
  ForwardedRequest(const ForwardedRequest&) = delete;
  ForwardedRequest& operator=(const ForwardedRequest&) = delete;

  /// Views this object.
  [[nodiscard]] const Request& request() const noexcept { return request_; }

 private:
  Request request_;
  std::string url_;
  std::vector<Header> headers_;
};

/// An error on the way to a proxy, or of it: the request has not left, and the server is not to blame.
[[nodiscard]] inline Error failed_at_proxy(const Error& error, const ProxyHop& hop) {
  auto details = error.details();
  details.reason.append(" (this is the proxy from ").append(hop.source).append(")");
  if (error != errc::timed_out && error != errc::cancelled) details.advice = "check the proxy in " + hop.source;
  details.delivery = Delivery::nothing_sent;
  details.status = 0;
  return Error(error.code(), std::move(details));
}

/// The schemes by which a proxy wants to be shown who asks: `Basic`, `NTLM`. Only what has the form of one.
[[nodiscard]] inline std::string schemes_asked_for(const HeadersView& headers) {
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

/// What a proxy's answer to a CONNECT comes to. `surplus`: whether more than the answer came with it.
[[nodiscard]] inline Result<void> tunnel_result(const Result<Response>& answer, bool surplus, const ProxyHop& hop,
                                                const Peer& origin) {
  if (!answer) return failed_at_proxy(answer.error(), hop);
  const int status = answer->status;
  Error::Details details{.reason = "the proxy " + hop.peer().text() + " from " + hop.source,
                         .advice = "check the proxy in " + hop.source,
                         .operation = {},
                         .messages = {},
                         .delivery = Delivery::nothing_sent};
  if (status / 100 == 2) {
    if (!surplus) return success();
    // A server says nothing before the client does, so it is none that speaks.
    details.reason += " sent something before the TLS handshake with " + origin.text();
    return Error(make_error_code(errc::tls_failed), std::move(details));
  }
  details.reason.append(" answered ").append(std::to_string(status)).append(" to CONNECT ").append(origin.text());
  if (status == 407 || status == 401) {
    const auto schemes = schemes_asked_for(answer->headers.view());
    details.reason += schemes.empty() ? std::string("; it asks for credentials") : "; it asks for " + schemes;
    details.advice = "give the user name and the password of the proxy in " + hop.source + " (Basic is supported)";
  }
  // A proxy that cannot reach the server now may do so later.
  return Error(make_error_code(status >= 500 ? errc::connect_failed : errc::proxy_refused), std::move(details));
}

}  // namespace wandb::detail
