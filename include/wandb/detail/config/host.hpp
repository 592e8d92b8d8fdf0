// Host names and addresses in the normal form in which they are compared and sent.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Whether `text` is an IPv4 literal: four numbers up to 255.
[[nodiscard]] constexpr bool is_ipv4(std::string_view text) noexcept {
  for (int part = 0; part != 4; ++part) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && digits < 4 && is_digit(text[digits]))
      value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
    if (digits == 0 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    text.remove_prefix(digits);
    if (part != 3 && (text.empty() || text[0] != '.')) return false;
    if (part != 3) text.remove_prefix(1);
  }
  return text.empty();
}

/// An IPv6 address, as its eight groups.
using Ipv6 = std::array<std::uint16_t, 8>;

/// Stores the numbers of an IPv4 literal in two groups.
constexpr void put_ipv4(std::string_view text, std::uint16_t* groups) noexcept {
  for (int part = 0; part != 4; ++part) {
    unsigned value = 0;
    while (!text.empty() && text[0] != '.') {
      value = value * 10 + static_cast<unsigned>(text[0] - '0');
      text.remove_prefix(1);
    }
    if (!text.empty()) text.remove_prefix(1);
    groups[part / 2] = static_cast<std::uint16_t>(groups[part / 2] * 256 + value);
  }
}

/// The groups before and after the `::` of an address, which has zeros between them.
class Ipv6Groups {
 public:
  [[nodiscard]] constexpr bool full() const noexcept { return count_ == groups_.size(); }
  constexpr void put(std::uint16_t group) noexcept { groups_[count_++] = group; }
  [[nodiscard]] constexpr bool put_tail(std::string_view ipv4) noexcept {
    if (count_ > 6 || !is_ipv4(ipv4)) return false;
    put_ipv4(ipv4, &groups_[count_]);
    count_ += 2;
    return true;
  }
  /// Returns false if there was a `::` already.
  [[nodiscard]] constexpr bool gap() noexcept {
    if (gap_) return false;
    gap_ = count_;
    return true;
  }
  [[nodiscard]] constexpr std::optional<Ipv6> address() const noexcept {
    if (!gap_) return full() ? std::optional(groups_) : std::nullopt;
    if (full()) return std::nullopt;
    Ipv6 address{};
    for (std::size_t i = 0; i != count_; ++i) address[i < *gap_ ? i : i + 8 - count_] = groups_[i];
    return address;
  }

 private:
  Ipv6 groups_{};
  std::size_t count_ = 0;
  std::optional<std::size_t> gap_;
};

/// Parses an IPv6 literal without brackets: eight groups, at most one `::`, and an optional IPv4 tail, but no zone.
[[nodiscard]] constexpr std::optional<Ipv6> parse_ipv6(std::string_view text) noexcept {
  Ipv6Groups groups;
  if (text.starts_with("::")) {
    if (!groups.gap()) return std::nullopt;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && digits < 5 && is_hex_digit(text[digits])) {
      const char c = to_lower(text[digits++]);
      value = value * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    if (digits < text.size() && text[digits] == '.') {
      if (!groups.put_tail(text)) return std::nullopt;
      break;
    }
    if (digits == 0 || digits > 4 || groups.full()) return std::nullopt;
    groups.put(static_cast<std::uint16_t>(value));
    text.remove_prefix(digits);
    if (text.empty()) break;
    const bool gap = text.starts_with("::");
    if (gap ? !groups.gap() : text[0] != ':' || text.size() == 1) return std::nullopt;
    text.remove_prefix(gap ? 2 : 1);
  }
  return groups.address();
}

/// Whether an address is IPv4-mapped, as `::ffff:127.0.0.1`: the system connects to the IPv4 address.
[[nodiscard]] constexpr bool is_mapped(const Ipv6& address) noexcept {
  for (std::size_t i = 0; i != 5; ++i) {
    if (address[i] != 0) return false;
  }
  return address[5] == 0xFFFF;
}

/// A host, in brackets if it was written so, and what follows it.
struct HostAndRest {
  std::string_view host;
  std::string_view rest;  ///< empty, or in a valid text `:` and the port
};

/// Splits `host`, `host:port`, `[address]` or `[address]:port`. An IPv6 address without brackets has no port.
[[nodiscard]] constexpr HostAndRest split_host(std::string_view text) noexcept {
  auto end = text.find(':');
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    end = close == text.npos ? text.npos : close + 1;
  } else if (parse_ipv6(text)) {
    end = text.npos;
  }
  return {text.substr(0, end), text.substr(std::min(end, text.size()))};
}

/// Whether a name is `localhost` or ends in `.localhost`, with or without a trailing dot. By RFC 6761 these names are
/// never sent to a name server.
[[nodiscard]] constexpr bool is_localhost(std::string_view host) noexcept {
  constexpr std::string_view name = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < name.size() || !equal_ignoring_case(host.substr(host.size() - name.size()), name)) return false;
  return host.size() == name.size() || (host.size() > name.size() + 1 && host[host.size() - name.size() - 1] == '.');
}

/// Whether a host without brackets is this machine, judged by its name or address alone.
[[nodiscard]] constexpr bool is_loopback_host(std::string_view host) noexcept {
  if (is_localhost(host)) return true;
  if (is_ipv4(host)) return host.starts_with("127.");
  const auto address = parse_ipv6(host);
  if (!address) return false;
  return is_mapped(*address) ? (*address)[6] >> 8U == 127 : *address == Ipv6{0, 0, 0, 0, 0, 0, 0, 1};
}

inline void append_hex(std::string& text, unsigned group) {
  unsigned shift = 12;
  while (shift != 0 && group >> shift == 0) shift -= 4;
  for (;; shift -= 4) {
    text += "0123456789abcdef"[group >> shift & 0xFU];
    if (shift == 0) return;
  }
}

/// Formats an IPv6 address by RFC 5952.
[[nodiscard]] inline std::string to_text(const Ipv6& address) {
  std::string text;
  if (is_mapped(address)) {
    text = "::ffff:";
    for (const unsigned pair : {address[6], address[7]})
      text.append(std::to_string(pair >> 8U)).append(".").append(std::to_string(pair & 0xFFU)).append(".");
    text.pop_back();
    return text;
  }
  // `::` replaces the longest run of at least two zeros; the first, if several are equally long.
  std::size_t begin = 0;
  std::size_t length = 1;
  for (std::size_t i = 0; i != address.size(); ++i) {
    std::size_t zeros = 0;
    while (i + zeros != address.size() && address[i + zeros] == 0) ++zeros;
    if (zeros <= length) continue;
    begin = i;
    length = zeros;
  }
  for (std::size_t i = 0; i != address.size(); ++i) {
    if (length > 1 && i == begin) {
      text += "::";
      i += length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    append_hex(text, address[i]);
  }
  return text;
}

/// Returns a host's normal form: lower case, without a trailing dot; an IPv6 address without brackets, by RFC 5952.
[[nodiscard]] inline std::string normal_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (const auto address = parse_ipv6(host)) return to_text(*address);
  if (host.size() > 1 && host.ends_with('.')) host.remove_suffix(1);
  return in_lower_case(host);
}

/// Formats a host in normal form for a URL, with the port if that is not the scheme's default.
[[nodiscard]] inline std::string host_and_port(std::string_view host, std::uint16_t port, std::uint16_t usual) {
  const bool ipv6 = host.find(':') != host.npos;
  std::string text;
  text.append(ipv6 ? "[" : "").append(host).append(ipv6 ? "]" : "");
  if (port != usual) text.append(":").append(std::to_string(port));
  return text;
}

}  // namespace wandb::detail
