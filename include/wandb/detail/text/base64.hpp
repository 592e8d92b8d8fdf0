// Base64, and the `Authorization` header.
#pragma once

#include <cstddef>
#include <string_view>

#include <wandb/detail/text/secure_memory.hpp>

namespace wandb::detail {

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
