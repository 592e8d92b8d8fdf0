// Base64, and the `Authorization` header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Calls `put(char)` for each character of the base64 form of `first` followed by `second`.
template <class Put>
constexpr void encode_base64(std::string_view first, std::string_view second, Put put) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto size = first.size() + second.size();
  const auto byte = [&](std::size_t i) -> unsigned {
    if (i >= size) return 0;
    return static_cast<unsigned char>(i < first.size() ? first[i] : second[i - first.size()]);
  };
  for (std::size_t i = 0; i < size; i += 3) {
    const unsigned group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    put(digits[group >> 18]);
    put(digits[group >> 12 & 63]);
    put(i + 1 < size ? digits[group >> 6 & 63] : '=');
    put(i + 2 < size ? digits[group & 63] : '=');
  }
}

/// Decodes base64url without padding, as in a JWT; nothing for any other text.
[[nodiscard]] inline std::optional<std::string> decode_base64url(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    const auto digit = digits.find(text[i]);
    if (digit == digits.npos) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 != 0) out += static_cast<char>(group >> (6 - 2 * (i % 4)) & 0xFF);
  }
  return out;
}

/// Returns the part of an `Authorization` header that is secret.
[[nodiscard]] constexpr std::string_view token_of(std::string_view authorization) noexcept {
  return authorization.substr(authorization.find(' ') + 1);
}

/// Returns the value of `Authorization` for HTTP Basic: the service's fixed user name "api", and `secret`.
[[nodiscard]] inline SecureString basic_authorization(std::string_view secret) {
  constexpr std::string_view scheme = "Basic ";
  constexpr std::string_view user = "api:";
  SecureString header;
  header.reserve(scheme.size() + (user.size() + secret.size() + 2) / 3 * 4);
  header = scheme;
  encode_base64(user, secret, [&](char c) { header += c; });
  return header;
}

}  // namespace wandb::detail
