// Derives from an HTTP status whether a request ran.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI::detail {

[[nodiscard]] constexpr bool is_success(int status) noexcept { return status >= 200 && status < 300; }

/// Returns whether a status leaves open if a request ran: a server may have executed it after a gateway gave up.
[[nodiscard]] constexpr bool is_ambiguous(int status) noexcept {
  // Gateways send 499 if the client has closed the connection.
  return status == 408 || status == 499 || (status >= 500 && status != 501);
}

/// Returns whether a status shows for certain that the request did not run, and would not run if it were repeated.
[[nodiscard]] constexpr bool is_definitive(int status) noexcept {
  constexpr int definitive[] = {400, 401, 403, 404, 409, 410, 413, 422, 501};
  return std::find(std::begin(definitive), std::end(definitive), status) != std::end(definitive);
}

/// Returns whether a status alone, without the body, proves that the server refused a request before it ran.
[[nodiscard]] constexpr bool is_refused_before_running(int status) noexcept {
  return status == 401 || status == 403 || status == 404 || status == 410 || status == 413;
}

/// Returns the status of a failure, 400 to 599, at the beginning of a text: "504", "504.0", "503 Service Unavailable",
/// "HTTP_504". Returns 0 if there is none.
[[nodiscard]] constexpr int leading_status(std::string_view text) noexcept {
  text = trimmed(text);
  if (text.size() > 4 && equal_ignoring_case(text.substr(0, 4), "http")) {
    text.remove_prefix(4);
    while (!text.empty() && !is_digit(text.front()) && !is_letter(text.front())) text.remove_prefix(1);
  }
  int status = 0;
  std::size_t digits = 0;
  for (; digits != text.size() && is_digit(text[digits]) && digits != 4; ++digits)
    status = status * 10 + (text[digits] - '0');
  const bool ends = digits == text.size() || (!is_letter(text[digits]) && text[digits] != '_');
  return digits == 3 && ends && status >= 400 && status <= 599 ? status : 0;
}

}  // namespace wandb::detail
