// The retry policy. Usable at compile time.
#pragma once

#include <chrono>
#include <cstdint>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI {

/// States what happens if an operation is repeated.
enum class Repeat : std::uint8_t {
  safe,        ///< a query changes nothing
  idempotent,  ///< a mutation that leads to the same state however often it runs
  once,        ///< a mutation that must not run twice
};

/// How often and how soon a request is repeated. Whether one *may* be repeated depends on its operation: whatever the
/// policy, a mutation is never sent twice unless the server certainly did not run it.
struct RetryPolicy {
  int max_attempts = 4;                                ///< requests in all, the first included; 1 never repeats
  std::chrono::milliseconds initial_backoff{250};      ///< before the second request; doubles with each further one
  std::chrono::milliseconds max_backoff{20'000};       ///< no wait is longer, jitter included
  double jitter = 0.25;                                ///< a random part of the wait is added, up to this share; 0 to 1
  std::chrono::milliseconds max_retry_after{120'000};  ///< a server that asks for more is asked again after this much

  /// No wait is longer, whatever a policy or a server asks for.
  static constexpr std::chrono::nanoseconds max_wait = std::chrono::hours(365 * 24);

  /// Whether nothing is negative, there is at least one attempt, and `jitter` is a share.
  [[nodiscard]] constexpr bool valid() const noexcept {
    constexpr auto zero = std::chrono::milliseconds::zero();
    return max_attempts >= 1 && initial_backoff >= zero && max_backoff >= zero && max_retry_after >= zero &&
           jitter >= 0.0 && jitter <= 1.0;
  }

  /// The wait before request number `attempt + 1`, after `attempt` (1, 2, …) have failed. `random` lies in [0, 1).
  [[nodiscard]] constexpr std::chrono::nanoseconds backoff(int attempt, double random) const noexcept {
    const auto cap = bounded(max_backoff);
    auto wait = bounded(initial_backoff);
    // Doubling stops at the cap, so it cannot overflow however many attempts there were.
    for (int i = 1; i < attempt && wait < cap; ++i) wait *= 2;
    wait = shorter(wait, cap);
    const auto share = jitter * (random < 0.0 ? 0.0 : random > 1.0 ? 1.0 : random);
    const auto extra = static_cast<std::int64_t>(static_cast<double>(wait.count()) * share);
    return shorter(wait + std::chrono::nanoseconds(extra), cap);
  }

  /// The wait where a server asks for `asked`: that, or `max_retry_after`.
  [[nodiscard]] constexpr std::chrono::nanoseconds capped(std::chrono::nanoseconds asked) const noexcept {
    return shorter(asked, bounded(max_retry_after));
  }

 private:
  // The headers that every program includes do without <algorithm>, which costs compile time.
  [[nodiscard]] static constexpr std::chrono::nanoseconds shorter(std::chrono::nanoseconds a,
                                                                  std::chrono::nanoseconds b) noexcept {
    return b < a ? b : a;
  }
  // Milliseconds reach further than the nanoseconds that waits are counted in.
  [[nodiscard]] static constexpr std::chrono::nanoseconds bounded(std::chrono::milliseconds wait) noexcept {
    return wait < std::chrono::floor<std::chrono::milliseconds>(max_wait) ? std::chrono::nanoseconds(wait) : max_wait;
  }
};

}  // namespace wandb
