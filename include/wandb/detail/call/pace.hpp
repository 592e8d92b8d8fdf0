// The pace that many calls keep together: what a server asks of one of them, all of them heed.
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

namespace wandb::detail {

/// Counts what may still be sent, and when. Pure: time comes in.
class Budget {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  /// No time to wait for.
  static constexpr TimePoint none = TimePoint::min();

  /// `none` where a request may be sent now, which then counts as in flight; else when to ask again.
  [[nodiscard]] constexpr TimePoint enter(TimePoint now) noexcept {
    if (hold_ > now) return hold_;
    if (left_ && reset_ <= now) left_.reset();
    if (left_ && *left_ == 0) return reset_;
    if (left_) --*left_;
    ++in_flight_;
    return none;
  }

  /// One that was in flight no longer is.
  constexpr void leave() noexcept { --in_flight_; }

  /// What an answer asks for. The request that it answers has left.
  constexpr void heed(int status, const HeadersView& headers, TimePoint now, std::chrono::system_clock::time_point wall,
                      const RetryPolicy& policy) noexcept {
    const auto asked = asked_delay(status, headers, wall);
    if (status == 429 || (status == 503 && asked)) {
      hold_ = std::max(hold_, now + policy.heeded(asked.value_or(policy.backoff(1, 0.0))));
    }
    const auto limit = rate_limit(headers);
    if (!limit) return;
    const auto reset = now + policy.heeded(limit->reset);
    // The server may not have counted yet what is in flight. An answer may overtake a later one of the same period,
    // which lasts whole seconds: then the smaller number is the true one.
    const auto left = std::max<std::int64_t>(limit->remaining - in_flight_, 0);
    const bool same_period = left_ && now < reset_ && reset <= reset_ + std::chrono::seconds(1);
    left_ = same_period ? std::min(*left_, left) : left;
    reset_ = same_period ? std::max(reset_, reset) : reset;
  }

 private:
  TimePoint hold_ = none;
  TimePoint reset_ = none;
  std::optional<std::int64_t> left_;  // until `reset_`; empty: as many as one likes
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

/// One call's place in a pace, or in none. What it counts as in flight leaves with it.
class PacedCall {
 public:
  using TimePoint = Budget::TimePoint;

  explicit PacedCall(PacePtr pace) noexcept : pace_(std::move(pace)) {}
  PacedCall(PacedCall&&) noexcept = default;  // leaves the other without a pace
  PacedCall& operator=(PacedCall&&) = delete;
  ~PacedCall() { leave(); }

  /// `Budget::enter`. A wait that was made is over, however little time a transport let pass.
  [[nodiscard]] TimePoint enter(TimePoint now) {
    if (!pace_) return Budget::none;
    const auto hold = pace_->with([&](Budget& budget) { return budget.enter(std::max(now, waited_until_)); });
    in_flight_ = hold == Budget::none;
    return hold;
  }
  void waits(TimePoint until) noexcept { waited_until_ = until; }

  /// The request was answered.
  void answered(int status, const HeadersView& headers, TimePoint now, std::chrono::system_clock::time_point wall,
                const RetryPolicy& policy) {
    leave();
    if (pace_) pace_->with([&](Budget& budget) { budget.heed(status, headers, now, wall, policy); });
  }
  /// Nothing is in flight.
  void leave() {
    if (pace_ && std::exchange(in_flight_, false)) pace_->with([](Budget& budget) { budget.leave(); });
  }

 private:
  PacePtr pace_;
  TimePoint waited_until_ = Budget::none;
  bool in_flight_ = false;
};

}  // namespace wandb::detail
