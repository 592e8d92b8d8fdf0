// Reads from the headers of an answer how long to wait, and how many requests the server still takes. Usable at compile
// time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <wandb/headers.hpp>
#include <wandb/retry.hpp>

namespace wandb::detail {

/// How long an answer asks to wait before the next request; nothing where it does not say.
[[nodiscard]] constexpr std::optional<std::chrono::nanoseconds> asked_delay(
    int status, const HeadersView& headers, std::chrono::system_clock::time_point wall) noexcept {
  if (const auto value = headers.find("Retry-After")) {
    if (const auto asked = parse_retry_after(*value, wall)) return asked;
  }
  if (status != 429) return std::nullopt;
  const auto reset = headers.find("RateLimit-Reset");
  return reset ? parse_seconds(*reset) : std::nullopt;
}

/// How many requests a server still takes, and when it begins to count anew.
struct RateLimit {
  std::int64_t remaining = 0;
  std::chrono::nanoseconds reset{};
};

/// The `RateLimit-*` headers of an answer; nothing where one of the two is missing or no number.
[[nodiscard]] constexpr std::optional<RateLimit> rate_limit(const HeadersView& headers) noexcept {
  const auto remaining = headers.find("RateLimit-Remaining");
  const auto reset = headers.find("RateLimit-Reset");
  if (!remaining || !reset) return std::nullopt;
  const auto count = parse_seconds(*remaining);  // a number like any other
  const auto until = parse_seconds(*reset);
  if (!count || !until) return std::nullopt;
  return RateLimit{std::chrono::floor<std::chrono::seconds>(*count).count(), *until};
}

}  // namespace wandb::detail
