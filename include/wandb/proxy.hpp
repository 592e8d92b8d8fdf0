// Chooses the proxy of a request by the rules of the environment, and splits a proxy's URL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <wandb/detail/config/base_url.hpp>
#include <wandb/detail/config/host.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/environment.hpp>
#include <wandb/transport.hpp>

namespace wandb {

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

/// An IP address. An IPv4 address is stored in its form as an IPv6 address, so that its two forms compare equal.
[[nodiscard]] constexpr std::optional<Ipv6> parse_address(std::string_view text) noexcept {
  if (!is_ipv4(text)) return parse_ipv6(text);
  Ipv6 address{0, 0, 0, 0, 0, 0xFFFF, 0, 0};
  put_ipv4(text, &address[6]);
  return address;
}

/// Parses a decimal number of at most `max`.
[[nodiscard]] constexpr std::optional<unsigned> parse_number(std::string_view digits, unsigned max) noexcept {
  if (digits.empty() || digits.size() > 5) return std::nullopt;
  unsigned value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value <= max ? std::optional(value) : std::nullopt;
}

/// Whether the first `bits` of two addresses are the same.
[[nodiscard]] constexpr bool share_prefix(const Ipv6& a, const Ipv6& b, unsigned bits) noexcept {
  for (std::size_t i = 0; i != a.size() && bits != 0; ++i) {
    const unsigned compared = bits < 16 ? bits : 16;
    if ((a[i] ^ b[i]) >> (16 - compared) != 0) return false;
    bits -= compared;
  }
  return true;
}

/// A request's target as `NO_PROXY` sees it.
struct ProxyTarget {
  std::string_view host;  // without brackets and the root's dot
  std::optional<Ipv6> address;
  std::uint16_t port = 0;

  constexpr explicit ProxyTarget(const Origin& origin) noexcept : host(origin.host), port(origin.port) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.ends_with('.')) host.remove_suffix(1);
    address = parse_address(host);
  }

  /// Whether the target is an address in a block such as `10.0.0.0/8`. A name is not resolved, and is in no block.
  [[nodiscard]] constexpr bool is_in(std::string_view block, std::string_view length) const noexcept {
    const auto base = parse_address(block);
    // A block of IPv4 addresses contains no IPv6 address, and the other way round.
    if (!address || !base || is_mapped(*base) != is_mapped(*address)) return false;
    const bool ipv4 = is_ipv4(block);
    const auto bits = parse_number(length, ipv4 ? 32 : 128);
    return bits && share_prefix(*base, *address, *bits + (ipv4 ? 96 : 0));
  }

  /// Whether the target is that name or address, or a subdomain of that name.
  [[nodiscard]] constexpr bool is_below(std::string_view name) const noexcept {
    if (address) return parse_address(name) == address;
    if (name.starts_with("*.")) name.remove_prefix(1);
    if (name.starts_with('.')) name.remove_prefix(1);
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || !ends_with_ignoring_case(host, name)) return false;
    return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
  }

  /// Whether one item of `NO_PROXY` names the target. An invalid item names nothing.
  [[nodiscard]] constexpr bool is_named_by(std::string_view item) const noexcept {
    if (item == "*") return true;
    if (const auto slash = item.find('/'); slash != item.npos)
      return is_in(item.substr(0, slash), item.substr(slash + 1));
    std::string_view name = item;
    std::string_view behind;
    if (item.starts_with('[')) {
      const auto close = item.find(']');
      if (close == item.npos) return false;
      name = item.substr(1, close - 1);
      behind = item.substr(close + 1);
    } else if (const auto colon = item.find(':'); colon != item.npos && colon == item.rfind(':')) {
      name = item.substr(0, colon);
      behind = item.substr(colon);
    }
    if (!behind.empty() && (behind.front() != ':' || parse_number(behind.substr(1), 65'535) != port)) return false;
    return is_below(name);
  }

  /// Whether an item of the list names the target.
  [[nodiscard]] constexpr bool is_excluded_by(std::string_view list) const noexcept {
    constexpr std::string_view separators = ", \t\r\n\f\v";
    while (!list.empty()) {
      const auto item = list.substr(0, list.find_first_of(separators));
      if (!item.empty() && is_named_by(item)) return true;
      list.remove_prefix(item.size() == list.size() ? item.size() : item.size() + 1);
    }
    return false;
  }
};

/// A variable's name and its value.
struct NamedProxy {
  std::string_view variable;
  std::string_view value;
};

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
  // A password may contain characters that would otherwise end the host.
  const auto at = url.rfind('@');
  if (at != url.npos) {
    split.user_info = url.substr(0, at);
    url.remove_prefix(at + 1);
  }
  for (const char c : split.user_info) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return fail(ProxyFault::user_info);
  }
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
