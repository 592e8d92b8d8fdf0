// Splits and checks base URLs, also at compile time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <wandb/detail/config/host.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/key_format.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The parts of a base URL, as views of its text.
struct BaseUrl {
  bool tls = true;
  std::string_view host;  ///< a name, an IPv4 literal, or an IPv6 literal without its brackets
  std::uint16_t port = 443;
  bool explicit_port = false;
  std::string_view host_port;  ///< as in the `Host` header
  std::string_view path;       ///< without a trailing slash; empty for none

  /// Whether the host is this machine, judged by its name or address alone.
  [[nodiscard]] constexpr bool is_loopback() const noexcept { return is_loopback_host(host); }
};

/// The faults of a base URL.
enum class UrlFault : std::uint8_t {
  none,
  empty,
  character,
  scheme,
  user_info,
  no_host,
  host,
  key,
  ipv6,
  port,
  path,
  query,
  wrong_wandb_host
};

struct UrlSplit {
  BaseUrl url;
  UrlFault fault = UrlFault::none;
};

/// Whether a host is a registered name (labels of letters, digits, `-` and `_`) or an IPv4 literal.
[[nodiscard]] constexpr bool is_host_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > 253 || text.front() == '.') return false;
  bool numeric = true;
  for (std::size_t i = 0; i != text.size(); ++i) {
    const char c = text[i];
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != '.') return false;
    if (c == '.' && i + 1 != text.size() && text[i + 1] == '.') return false;
    numeric = numeric && (is_digit(c) || c == '.');
  }
  return !numeric || is_ipv4(text);
}

[[nodiscard]] constexpr bool ends_with_ignoring_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && equal_ignoring_case(text.substr(text.size() - end.size()), end);
}

/// Whether a path can be sent unchanged: it has no query, no dot segments, and only complete percent escapes.
[[nodiscard]] constexpr UrlFault check_path(std::string_view path) noexcept {
  for (std::size_t i = 0; i != path.size(); ++i) {
    if (path[i] == '?' || path[i] == '#') return UrlFault::query;
    if (path[i] == '[' || path[i] == ']') return UrlFault::character;
    if (path[i] == '%' && (path.size() - i < 3 || !is_hex_digit(path[i + 1]) || !is_hex_digit(path[i + 2])))
      return UrlFault::path;
    if (path[i] != '/') continue;
    const auto segment = path.substr(i + 1, path.substr(i + 1).find('/'));
    if (segment == "." || segment == "..") return UrlFault::path;
  }
  return UrlFault::none;
}

/// Returns the position of the first character that a URL must not contain, or not begin with; `npos` if there is none.
[[nodiscard]] constexpr std::size_t find_url_stray(std::string_view text) noexcept {
  constexpr std::string_view never = "\\\"<>^`{|}";
  for (std::size_t i = 0; i != text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte <= 0x20 || byte >= 0x7F || never.find(text[i]) != never.npos || (i == 0 && text[i] == '\'')) return i;
  }
  return text.npos;
}

/// Splits `host[:port]` into `url`.
[[nodiscard]] constexpr UrlFault split_authority(std::string_view authority, BaseUrl& url) noexcept {
  std::string_view rest;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == authority.npos) return UrlFault::ipv6;
    url.host = authority.substr(1, close - 1);
    if (!parse_ipv6(url.host)) return UrlFault::ipv6;
    rest = authority.substr(close + 1);
  } else {
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (url.host.empty()) return UrlFault::no_host;
    if (!is_host_name(url.host)) return UrlFault::host;
    // Otherwise the text would be sent to name servers.
    if (is_pasted_key(url.host.substr(0, url.host.size() - (url.host.ends_with('.') ? 1 : 0)), true)) {
      url.host = {};
      return UrlFault::key;
    }
    rest = colon == authority.npos ? std::string_view{} : authority.substr(colon);
  }
  url.port = url.tls ? 443 : 80;
  url.host_port = authority;
  if (rest.empty()) return UrlFault::none;
  const auto port = parse_number(rest.substr(1), 65'535);
  if (rest[0] != ':' || port.value_or(0) == 0) return UrlFault::port;
  const bool usual = *port == url.port;
  url.port = static_cast<std::uint16_t>(*port);
  url.explicit_port = true;
  if (usual) url.host_port = authority.substr(0, authority.size() - rest.size());
  return UrlFault::none;
}

/// Rejects hosts of wandb.ai other than the API. Removes a trailing dot from the API's name, since the name in the
/// certificate has none.
[[nodiscard]] constexpr UrlFault check_wandb_host(BaseUrl& url) noexcept {
  auto name = url.host;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (!equal_ignoring_case(name, "wandb.ai") && !ends_with_ignoring_case(name, ".wandb.ai")) return UrlFault::none;
  if (!url.tls || !equal_ignoring_case(name, "api.wandb.ai") || url.port != 443 || !url.path.empty())
    return UrlFault::wrong_wandb_host;
  url.host = url.host_port = name;
  return UrlFault::none;
}

/// Splits and checks a base URL. `url` gets views of `text`; if there is a fault, the parts before it.
[[nodiscard]] constexpr UrlSplit split_base_url(std::string_view text) noexcept {
  UrlSplit split;
  const auto fail = [&](UrlFault fault) {
    split.fault = fault;
    return split;
  };
  if (text.empty()) return fail(UrlFault::empty);
  if (find_url_stray(text) != text.npos) return fail(UrlFault::character);
  const auto colon = text.find("://");
  if (colon == text.npos) return fail(UrlFault::scheme);
  if (equal_ignoring_case(text.substr(0, colon), "http")) split.url.tls = false;
  else if (!equal_ignoring_case(text.substr(0, colon), "https")) return fail(UrlFault::scheme);
  text.remove_prefix(colon + 3);
  const auto slash = text.find_first_of("/?#");
  const auto authority = text.substr(0, slash);
  if (authority.find('@') != authority.npos) return fail(UrlFault::user_info);
  if (const auto fault = split_authority(authority, split.url); fault != UrlFault::none) return fail(fault);
  auto path = slash == text.npos ? std::string_view{} : text.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (const auto fault = check_path(path); fault != UrlFault::none) return fail(fault);
  split.url.path = path;
  if (const auto fault = check_wandb_host(split.url); fault != UrlFault::none) return fail(fault);
  return split;
}

/// Describes a fault, as the end of a sentence.
[[nodiscard]] constexpr std::string_view reason_for(UrlFault fault) noexcept {
  switch (fault) {
    case UrlFault::none: return " is usable";
    case UrlFault::empty: return " is empty; it looks like https://host or https://host/path";
    case UrlFault::character: return ", which no URL has there";
    case UrlFault::scheme: return " does not begin with https:// or http://";
    case UrlFault::user_info: return " holds a user name or password; give the API key apart from it";
    case UrlFault::no_host: return " has no host; it looks like https://host or https://host/path";
    case UrlFault::key: return " is no server's: an API key stands in the place of the host";
    case UrlFault::host: return " has no valid host name";
    case UrlFault::ipv6: return " has no valid IPv6 address in its brackets (zones are not supported)";
    case UrlFault::port: return " has a port that is not a number from 1 to 65535";
    case UrlFault::path: return " has a path with dot segments or a broken percent escape";
    case UrlFault::query: return " has a query or a fragment, which a base URL must not";
    case UrlFault::wrong_wandb_host: return " is not the API of wandb.ai; use https://api.wandb.ai";
  }
  return {};
}

/// Describes an invalid character of a URL by its kind and position. The character itself may be part of a password.
[[nodiscard]] inline std::string describe_url_stray(std::string_view url) {
  auto at = find_url_stray(url);
  // Brackets are allowed around an address only, so not behind the host.
  if (at == url.npos) at = url.find_first_of("[]", url.find_first_of("/?#", url.find("://") + 3));
  if (at == url.npos) return {};
  const char c = url[at];
  auto kind = kind_of_stray(c);
  if (c == '\\') kind = "a backslash";
  else if (std::string_view("<>[]{}").find(c) != std::string_view::npos) kind = "a bracket";
  else if (c == '^' || c == '|') kind = "a character";
  return " holds " + std::string(kind) + " at position " + std::to_string(at + 1);
}

/// Describes a fault with the URL and `source`, the name of its setting, if it has one. Leaves out a user name, a
/// password, a query, and a key in place of the host.
[[nodiscard]] inline std::string describe(UrlFault fault, std::string_view url, std::string_view source = {}) {
  const bool private_part = fault == UrlFault::character || url.find('@') != url.npos;
  const auto printable = url.substr(0, url.find_first_of("?#"));
  auto text = std::string("the base URL");
  if (!private_part) text.append(" \"").append(mask_pasted_keys(printable, fault != UrlFault::scheme)).append("\"");
  if (!source.empty()) text.append(" from ").append(source);
  if (fault == UrlFault::character) text += describe_url_stray(url);
  return text.append(reason_for(fault));
}

}  // namespace wandb::detail
