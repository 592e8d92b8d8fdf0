// Reads from the headers of an answer how long to wait, and how many requests the server still accepts. It is usable at
// compile time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <wandb/headers.hpp>
#include <wandb/retry_after.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns how long an answer asks to wait before the next request; nothing if it does not say.
[[nodiscard]] constexpr std::optional<std::chrono::nanoseconds> asked_delay(
    int status, const HeadersView& headers, std::chrono::system_clock::time_point wall) noexcept {
  if (const auto value = headers.find("Retry-After")) {
    if (const auto asked = parse_retry_after(*value, wall)) return asked;
  }
  if (status != 429) return std::nullopt;
  const auto reset = headers.find("RateLimit-Reset");
  return reset ? parse_seconds(*reset) : std::nullopt;
}

/// Holds how many requests a server still accepts, and when it starts a new count.
struct RateLimit {
  std::int64_t remaining = 0;
  std::chrono::nanoseconds reset{};
};

/// Reads the `RateLimit-*` headers of an answer; returns nothing if one of the two is missing or not a number.
[[nodiscard]] constexpr std::optional<RateLimit> rate_limit(const HeadersView& headers) noexcept {
  const auto remaining = headers.find("RateLimit-Remaining");
  const auto reset = headers.find("RateLimit-Reset");
  if (!remaining || !reset) return std::nullopt;
  const auto count = parse_seconds(*remaining);  // parses any number, not only seconds
  const auto until = parse_seconds(*reset);
  if (!count || !until) return std::nullopt;
  return RateLimit{std::chrono::floor<std::chrono::seconds>(*count).count(), *until};
}

}  // namespace wandb::detail
