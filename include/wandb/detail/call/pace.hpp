// The pace that many calls share: they all observe what the server asks of one of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <wandb/detail/call/rate_limit.hpp>
#include <wandb/headers.hpp>
#include <wandb/retry.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Counts the requests that the server still accepts, and stores when this count ends. Reads no clock.
class Budget {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// This value means that there is nothing to wait for.
  static constexpr TimePoint none = TimePoint::min();

  /// Returns `none` if a request may be sent now, which then counts as in flight; otherwise returns when to ask again.
  [[nodiscard]] constexpr TimePoint enter(TimePoint now) noexcept {
    if (not_before_ > now) return not_before_;
    if (remaining_ && reset_ <= now) remaining_.reset();
    if (remaining_ && *remaining_ == 0) return reset_;
    if (remaining_) --*remaining_;
    ++in_flight_;
    return none;
  }

  /// Records that one request is no longer in flight.
  constexpr void leave() noexcept { --in_flight_; }

  /// Records what an answer asks for. Call it after `leave()` for its request.
  constexpr void observe(int status, const HeadersView& headers, TimePoint now,
                         std::chrono::system_clock::time_point wall, const RetryPolicy& policy) noexcept {
    const auto asked = asked_delay(status, headers, wall);
    if (status == 429 || (status == 503 && asked)) {
      not_before_ = std::max(not_before_, now + policy.capped(asked.value_or(policy.backoff(1, 0.0))));
    }
    const auto limit = rate_limit(headers);
    if (!limit) return;
    const auto reset = now + policy.capped(limit->reset);
    // The server may not have counted the requests in flight. The answers of one period, which lasts whole seconds, may
    // arrive in any order, so that the smallest number is the true one.
    const auto left = std::max<std::int64_t>(limit->remaining - in_flight_, 0);
    const bool same_period = remaining_ && now < reset_ && reset <= reset_ + std::chrono::seconds(1);
    remaining_ = same_period ? std::min(*remaining_, left) : left;
    reset_ = same_period ? std::max(reset_, reset) : reset;
  }

 private:
  TimePoint not_before_ = none;
  TimePoint reset_ = none;
  std::optional<std::int64_t> remaining_;  // valid until `reset_`; empty if there is no limit
  std::int64_t in_flight_ = 0;
};

/// A budget that calls on any thread share.
class Pace {
 public:
  /// Runs `f(Budget&)` under the lock.
  template <class F>
  auto with(F f) {
    const std::lock_guard lock(mutex_);
    return f(budget_);
  }

 private:
  std::mutex mutex_;
  Budget budget_;
};
using PacePtr = std::shared_ptr<Pace>;

/// A call that may have a pace. Its destructor ends what the call counts as in flight.
class PacedCall {
 public:
  using TimePoint = Budget::TimePoint;

  explicit PacedCall(PacePtr pace) noexcept : pace_(std::move(pace)) {}
  PacedCall(PacedCall&&) noexcept = default;  // the other call then has no pace
  PacedCall& operator=(PacedCall&&) = delete;
  ~PacedCall() { leave(); }

  /// Works as `Budget::enter`. A wait counts as over when it was made, even if the transport waited for a shorter time.
  [[nodiscard]] TimePoint enter(TimePoint now) {
    if (!pace_) return Budget::none;
    const auto not_before = pace_->with([&](Budget& budget) { return budget.enter(std::max(now, waited_until_)); });
    in_flight_ = not_before == Budget::none;
    return not_before;
  }
  /// Records that the call waits until that time, and does not ask earlier.
  void waits(TimePoint until) noexcept { waited_until_ = until; }

  /// Records that the request was answered.
  void answered(int status, const HeadersView& headers, TimePoint now, std::chrono::system_clock::time_point wall,
                const RetryPolicy& policy) {
    leave();
    if (pace_) pace_->with([&](Budget& budget) { budget.observe(status, headers, now, wall, policy); });
  }
  /// Ends what the call counts as in flight.
  void leave() {
    if (pace_ && std::exchange(in_flight_, false)) pace_->with([](Budget& budget) { budget.leave(); });
  }

 private:
  PacePtr pace_;
  TimePoint waited_until_ = Budget::none;
  bool in_flight_ = false;
};

}  // namespace wandb::detail
