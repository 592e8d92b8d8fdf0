// The content codings of HTTP. The library requests none and decodes none, but names one in an error.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the first coding of a `Content-Encoding` other than `identity`; empty if there is none.
[[nodiscard]] constexpr std::string_view first_coding(std::string_view value) noexcept {
  while (!value.empty()) {
    const auto comma = value.find(',');
    const auto coding = trimmed(value.substr(0, comma));
    if (!coding.empty() && !equal_ignoring_case(coding, "identity")) return coding;
    value = comma == value.npos ? std::string_view{} : value.substr(comma + 1);
  }
  return {};
}

/// Returns a coding's name for an error's text, if it is plausible.
[[nodiscard]] inline std::string coding_name(std::string_view coding) {
  constexpr std::size_t max_size = 11;  // one less than the piece of a secret that the mask would look for
  const auto belongs = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
  const bool is_name = coding.size() <= max_size && std::all_of(coding.begin(), coding.end(), belongs);
  return is_name ? std::string(coding) : std::string("something unknown");
}

}  // namespace wandb::detail
