// Whether an entry of `NO_PROXY` names a target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <wandb/detail/config/base_url.hpp>
#include <wandb/detail/config/host.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// An IP address. An IPv4 address is stored in its form as an IPv6 address, so that its two forms compare equal.
[[nodiscard]] constexpr std::optional<Ipv6> parse_address(std::string_view text) noexcept {
  if (!is_ipv4(text)) return parse_ipv6(text);
  Ipv6 address{0, 0, 0, 0, 0, 0xFFFF, 0, 0};
  put_ipv4(text, &address[6]);
  return address;
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
  static constexpr std::size_t max_digits = 5;  // of a port or a length; a longer number is none

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
    const auto bits = length.size() > max_digits ? std::nullopt : parse_number(length, ipv4 ? 32 : 128);
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
    auto [name, rest] = split_host(item);
    if (name.starts_with('[')) {
      if (!name.ends_with(']')) return false;
      name = name.substr(1, name.size() - 2);
    }
    const bool any_port = rest.empty();
    if (!any_port && (rest.front() != ':' || rest.size() > max_digits + 1)) return false;
    if (!any_port && parse_number(rest.substr(1), 65'535) != port) return false;
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

}  // namespace wandb::detail
