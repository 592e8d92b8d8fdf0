// Chooses the proxy of a request by the rules of the environment, and splits a proxy's URL.
#pragma once

#include <cstdint>
#include <string_view>

#include <wandb/detail/config/base_url.hpp>
#include <wandb/detail/config/host.hpp>
#include <wandb/detail/config/no_proxy.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/environment.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI {

/// The environment variables that choose a proxy. A blank one counts as unset.
struct ProxyVariables {
  std::string_view wandb_https_proxy{};  ///< `WANDB_HTTPS_PROXY`
  std::string_view wandb_http_proxy{};   ///< `WANDB_HTTP_PROXY`
  std::string_view https_proxy{};        ///< `https_proxy`, lower case
  std::string_view upper_https_proxy{};  ///< `HTTPS_PROXY`
  std::string_view http_proxy{};         ///< `http_proxy`, lower case
  std::string_view upper_http_proxy{};   ///< `HTTP_PROXY`
  std::string_view all_proxy{};          ///< `all_proxy`, lower case
  std::string_view upper_all_proxy{};    ///< `ALL_PROXY`
  std::string_view no_proxy{};           ///< `no_proxy`, lower case
  std::string_view upper_no_proxy{};     ///< `NO_PROXY`
  std::string_view request_method{};     ///< `REQUEST_METHOD`: set where a web server runs the program as a CGI script
};

/// The variable that decides about a request, and the proxy's URL in it. Both are empty if the request goes directly.
struct ProxyChoice {
  std::string_view variable{};
  std::string_view url{};
  [[nodiscard]] constexpr bool direct() const noexcept { return url.empty(); }
};

/// What is wrong with a proxy's URL.
enum class ProxyFault : std::uint8_t { none, scheme, character, user_info, no_host, host, port, path };

/// The parts of a proxy's URL, as views of its text.
struct ProxyUrl {
  bool tls = false;              ///< whether the connection to the proxy itself uses TLS
  std::string_view user_info{};  ///< `user:password`, percent-encoded; empty for none
  std::string_view host{};       ///< a name, an IPv4 literal, or an IPv6 literal without its brackets
  std::uint16_t port = 80;
  ProxyFault fault = ProxyFault::none;
};

namespace detail {

/// A variable's name and its value.
struct NamedProxy {
  std::string_view variable;
  std::string_view value;
};

/// Moves `user:password@` from the beginning of `url` to `user_info`. A password may contain characters that would
/// otherwise end the host, but an `@` in what can only be a path does not end a password.
[[nodiscard]] constexpr ProxyFault take_user_info(std::string_view& url, std::string_view& user_info) noexcept {
  const auto at = url.rfind('@');
  if (at == url.npos) return ProxyFault::none;
  const auto before_path = url.substr(0, url.find_first_of("/?#"));
  BaseUrl parts;
  const bool is_host_with_port = before_path.size() < at && before_path.find('@') == url.npos &&
                                 split_authority(before_path, parts) == UrlFault::none && parts.explicit_port;
  if (is_host_with_port) return ProxyFault::path;
  user_info = url.substr(0, at);
  url.remove_prefix(at + 1);
  for (const char c : user_info) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return ProxyFault::user_info;
  }
  return ProxyFault::none;
}

}  // namespace detail

/// Chooses the proxy for requests to `target` as curl, Python's requests and Go do, with two differences. A target on
/// this machine never uses a proxy: plain http is allowed there only because it does not leave the machine.
/// `WANDB_HTTPS_PROXY` and `WANDB_HTTP_PROXY` take precedence, and `NO_PROXY` does not apply to them. The URL is not
/// checked here; `split_proxy_url` does that. The result views `variables`.
[[nodiscard]] constexpr ProxyChoice choose_proxy(const Origin& target, const ProxyVariables& variables) noexcept {
  const detail::ProxyTarget seen(target);
  if (detail::is_loopback_host(seen.host)) return {};
  const auto& of = variables;
  const auto own = detail::trimmed(target.tls ? of.wandb_https_proxy : of.wandb_http_proxy);
  if (!own.empty()) return {target.tls ? "WANDB_HTTPS_PROXY" : "WANDB_HTTP_PROXY", own};
  // In a CGI script, HTTP_PROXY is the value of the client's header `Proxy`, which must not choose a proxy.
  const bool cgi = !detail::trimmed(of.request_method).empty();
  const detail::NamedProxy candidates[] = {
      target.tls ? detail::NamedProxy{"https_proxy", of.https_proxy} : detail::NamedProxy{"http_proxy", of.http_proxy},
      target.tls ? detail::NamedProxy{"HTTPS_PROXY", of.upper_https_proxy}
                 : detail::NamedProxy{"HTTP_PROXY", cgi ? std::string_view{} : of.upper_http_proxy},
      {"all_proxy", of.all_proxy},
      {"ALL_PROXY", of.upper_all_proxy},
  };
  for (const auto& [variable, value] : candidates) {
    const auto url = detail::trimmed(value);
    if (url.empty()) continue;
    const auto excluded = detail::trimmed(of.no_proxy).empty() ? of.upper_no_proxy : of.no_proxy;
    if (seen.is_excluded_by(excluded)) return {};
    return {variable, url};
  }
  return {};
}

/// Splits a proxy's URL: `[http[s]://][user:password@]host[:port][/]`. The default scheme is http, and the default port
/// is that of the scheme. Other schemes, such as socks5, are not supported. The result views `url`.
[[nodiscard]] constexpr ProxyUrl split_proxy_url(std::string_view url) noexcept {
  ProxyUrl split;
  const auto fail = [&](ProxyFault fault) {
    split.fault = fault;
    return split;
  };
  url = detail::trimmed(url);
  if (const auto colon = url.find("://"); colon != url.npos) {
    const auto scheme = url.substr(0, colon);
    split.tls = detail::equal_ignoring_case(scheme, "https");
    if (!split.tls && !detail::equal_ignoring_case(scheme, "http")) return fail(ProxyFault::scheme);
    url.remove_prefix(colon + 3);
  }
  if (const auto fault = detail::take_user_info(url, split.user_info); fault != ProxyFault::none) return fail(fault);
  if (detail::find_url_stray(url) != url.npos) return fail(ProxyFault::character);
  const auto end = url.find_first_of("/?#");
  if (end != url.npos && url.substr(end) != "/") return fail(ProxyFault::path);
  const auto authority = url.substr(0, end);
  if (authority.empty()) return fail(ProxyFault::no_host);
  detail::BaseUrl parts;
  parts.tls = split.tls;
  const auto fault = detail::split_authority(authority, parts);
  split.host = parts.host;
  split.port = parts.port;
  switch (fault) {
    case detail::UrlFault::none: return split;
    case detail::UrlFault::no_host: return fail(ProxyFault::no_host);
    case detail::UrlFault::port: return fail(ProxyFault::port);
    default: return fail(ProxyFault::host);
  }
}

/// Describes a fault, as the end of a sentence whose subject is the URL's source. It shows nothing of the URL.
[[nodiscard]] constexpr std::string_view describe(ProxyFault fault) noexcept {
  switch (fault) {
    case ProxyFault::none: return "is usable";
    case ProxyFault::scheme:
      return "is neither an http:// nor an https:// proxy; others, such as SOCKS, are not supported";
    case ProxyFault::character: return "holds a character that no URL has there";
    case ProxyFault::user_info: return "holds a blank or a control character in the user name or the password";
    case ProxyFault::no_host: return "names no host";
    case ProxyFault::host: return "has no valid host name or address";
    case ProxyFault::port: return "has a port that is not a number from 1 to 65535";
    case ProxyFault::path: return "has a path, a query or a fragment, which the address of a proxy has not";
  }
  return {};
}

/// The proxies of one client, read from its environment once. Copies are independent.
class Proxies {
 public:
  /// Uses no proxy: every request goes directly.
  Proxies() = default;
  /// Uses one proxy for every request that does not stay on this machine. `source` names the setting that the URL comes
  /// from, and has static storage.
  Proxies(std::string_view url, const char* source) : wandb_https_(url), wandb_http_(url), source_(source) {}
  /// Copies the values of the environment's variables.
  explicit Proxies(const Environment& environment)
      : wandb_https_(environment.get("WANDB_HTTPS_PROXY")),
        wandb_http_(environment.get("WANDB_HTTP_PROXY")),
        https_(environment.get("https_proxy")),
        upper_https_(environment.get("HTTPS_PROXY")),
        http_(environment.get("http_proxy")),
        upper_http_(environment.get("HTTP_PROXY")),
        all_(environment.get("all_proxy")),
        upper_all_(environment.get("ALL_PROXY")),
        none_(environment.get("no_proxy")),
        upper_none_(environment.get("NO_PROXY")),
        request_method_(environment.get("REQUEST_METHOD")) {}

  /// The variable that decides about requests to `target`, and the proxy's URL in it, as `choose_proxy` gives them. The
  /// result views this object.
  [[nodiscard]] ProxyChoice choose(const Origin& target) const noexcept {
    auto choice = choose_proxy(target, {.wandb_https_proxy = wandb_https_,
                                        .wandb_http_proxy = wandb_http_,
                                        .https_proxy = https_,
                                        .upper_https_proxy = upper_https_,
                                        .http_proxy = http_,
                                        .upper_http_proxy = upper_http_,
                                        .all_proxy = all_,
                                        .upper_all_proxy = upper_all_,
                                        .no_proxy = none_,
                                        .upper_no_proxy = upper_none_,
                                        .request_method = request_method_});
    if (source_ != nullptr && !choice.direct()) choice.variable = source_;
    return choice;
  }

 private:
  // A proxy's URL may contain a password.
  SecureString wandb_https_;
  SecureString wandb_http_;
  SecureString https_;
  SecureString upper_https_;
  SecureString http_;
  SecureString upper_http_;
  SecureString all_;
  SecureString upper_all_;
  SecureString none_;
  SecureString upper_none_;
  SecureString request_method_;
  const char* source_ = nullptr;
};

}  // namespace wandb
