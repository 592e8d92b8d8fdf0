// The content codings of HTTP, of which the library asks for none.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::detail {

/// The first of a `Content-Encoding`'s codings that changes anything; empty where there is none.
[[nodiscard]] constexpr std::string_view first_coding(std::string_view value) noexcept {
  while (!value.empty()) {
    const auto comma = value.find(',');
    const auto coding = trimmed(value.substr(0, comma));
    if (!coding.empty() && !equal_ignoring_case(coding, "identity")) return coding;
    value = comma == value.npos ? std::string_view{} : value.substr(comma + 1);
  }
  return {};
}

/// A coding's name for people, if it is one: too short to hold enough of a secret to be of use.
[[nodiscard]] inline std::string coding_name(std::string_view coding) {
  constexpr std::size_t longest = 11;
  const auto belongs = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
  const bool is_name = coding.size() <= longest && std::all_of(coding.begin(), coding.end(), belongs);
  return is_name ? std::string(coding) : std::string("something unknown");
}

}  // namespace wandb::detail
