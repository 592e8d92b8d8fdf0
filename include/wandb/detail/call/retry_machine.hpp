// Decides when a request is repeated, and how it ended. It does no I/O: it takes what happened, and returns what to do
// next.
#pragma once

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/http_status.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/call/rate_limit.hpp>
#include <wandb/errc.hpp>
#include <wandb/error.hpp>
#include <wandb/headers.hpp>
#include <wandb/retry.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Send the request now.
struct SendRequest {
  int attempt = 1;
  friend constexpr bool operator==(const SendRequest&, const SendRequest&) = default;
};
/// Wait for this duration, then resume.
struct Wait {
  std::chrono::nanoseconds duration{};
  friend constexpr bool operator==(const Wait&, const Wait&) = default;
};
/// There is nothing more to send. `by` says how the request ended.
struct Done {
  enum class By : std::uint8_t {
    success,    ///< the last answer holds what was requested
    failure,    ///< the last failure, or the last answer, is the result
    deadline,   ///< no time was left to send
    cancelled,  ///< a stop was requested before sending
  };
  By by = By::failure;
  Outcome outcome = Outcome::not_run;
  friend constexpr bool operator==(const Done&, const Done&) = default;
};
using Action = std::variant<SendRequest, Wait, Done>;

/// Describes how one attempt ended.
struct AttemptResult {
  Delivery delivery = Delivery::perhaps_sent;
  int status = 0;       ///< the answer's `deciding_status`; 0 if no answer was read to its end
  HeadersView headers;  ///< the headers of the answer
  AnswerClass answer = AnswerClass::unproven;
  int partial_status = 0;    ///< the HTTP status of an answer that was not read to its end
  std::optional<errc> code;  ///< the failure as the library classifies it; none for a transport's own error code
};

/// Holds the time of a step and its other external inputs. They are passed in, so that tests control them to the
/// nanosecond.
struct Moment {
  std::chrono::steady_clock::time_point now;
  std::chrono::system_clock::time_point wall{};
  double random = 0.0;   ///< a number in [0, 1)
  bool stopped = false;  ///< whether a stop was requested
  /// The time at which the server accepts the next request, as other calls learned from it.
  std::chrono::steady_clock::time_point not_before = std::chrono::steady_clock::time_point::min();
};

/// One request, repeated as far as its operation and the policy allow. `start`, `arrived` and `resumed` return the next
/// action, until that is `Done`.
class RetryMachine {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  constexpr RetryMachine() = default;
  constexpr RetryMachine(Repeat repeat, const RetryPolicy& policy, TimePoint deadline) noexcept
      : policy_(policy), deadline_(deadline), repeat_(repeat) {}

  /// Returns the first action.
  [[nodiscard]] constexpr Action start(const Moment& moment) noexcept { return send(moment); }

  /// Takes the result of `SendRequest`.
  [[nodiscard]] constexpr Action arrived(const AttemptResult& result, const Moment& moment) noexcept {
    assert(!done_);
    if (result.status != 0 && result.answer == AnswerClass::data) {
      return finish(Done::By::success, is_mutation() ? Outcome::ran : Outcome::not_run);
    }
    const auto outcome = outcome_of(result);
    if (outcome == Outcome::ran) return finish(Done::By::failure, outcome);
    ambiguous_ = ambiguous_ || outcome == Outcome::unknown;
    if (attempts_ < policy_.max_attempts && may_repeat(result, outcome)) {
      const auto wait = delay(result, moment);
      if (moment.stopped) return finish(Done::By::cancelled, overall(result));
      if (wait < deadline_ - moment.now) return Wait{wait};
    }
    return finish(Done::By::failure, overall(result));
  }

  /// Continues after `Wait`.
  [[nodiscard]] constexpr Action resumed(const Moment& moment) noexcept { return send(moment); }

  /// Returns the number of requests sent so far.
  [[nodiscard]] constexpr int attempts() const noexcept { return attempts_; }
  /// Returns whether one of them may have run although its answer was lost.
  [[nodiscard]] constexpr bool ambiguous() const noexcept { return ambiguous_; }
  [[nodiscard]] constexpr bool done() const noexcept { return done_; }

 private:
  [[nodiscard]] constexpr bool is_mutation() const noexcept { return repeat_ != Repeat::safe; }

  [[nodiscard]] constexpr Action send(const Moment& moment) noexcept {
    assert(!done_);
    const auto so_far = is_mutation() && ambiguous_ ? Outcome::unknown : Outcome::not_run;
    if (moment.stopped) return finish(Done::By::cancelled, so_far);
    if (moment.now >= deadline_) return finish(Done::By::deadline, so_far);
    if (moment.not_before > moment.now) {
      if (moment.not_before >= deadline_) return finish(Done::By::deadline, so_far);
      return Wait{moment.not_before - moment.now};
    }
    return SendRequest{++attempts_};
  }

  [[nodiscard]] constexpr Action finish(Done::By by, Outcome outcome) noexcept {
    done_ = true;
    return Done{by, outcome};
  }

  // Returns what this attempt alone did.
  [[nodiscard]] constexpr Outcome outcome_of(const AttemptResult& result) const noexcept {
    if (!is_mutation()) return Outcome::not_run;
    if (result.status == 0) {
      const bool not_run =
          result.delivery == Delivery::nothing_sent || is_refused_before_running(result.partial_status);
      return not_run ? Outcome::not_run : Outcome::unknown;
    }
    if (result.answer == AnswerClass::incomplete) return Outcome::ran;
    if (result.answer == AnswerClass::undecodable) return Outcome::unknown;
    const bool refused = result.answer == AnswerClass::refused && is_success(result.status);
    const bool definitive = is_definitive(result.status) || result.status == 429;
    return refused || definitive ? Outcome::not_run : Outcome::unknown;
  }

  // Returns what all attempts did, if this is the last one.
  [[nodiscard]] constexpr Outcome overall(const AttemptResult& result) const noexcept {
    if (!is_mutation()) return Outcome::not_run;
    // The conflict may be with the object that an earlier attempt made.
    const bool own_conflict = attempts_ > 1 && (result.status == 409 || result.code == errc::conflict);
    return ambiguous_ || own_conflict ? Outcome::unknown : Outcome::not_run;
  }

  [[nodiscard]] static constexpr bool is_permanent(std::optional<errc> code) noexcept {
    return code == errc::cancelled || code == errc::tls_failed || code == errc::response_too_large ||
           code == errc::invalid_argument || code == errc::protocol_error || code == errc::no_status ||
           code == errc::proxy_refused || code == errc::invalid_environment;
  }

  // `outcome` belongs to this attempt. A mutation that must not run twice is only repeated if nothing was sent, or
  // after a 429: no other status proves that nothing ran, even with `Retry-After`.
  [[nodiscard]] constexpr bool may_repeat(const AttemptResult& result, Outcome outcome) const noexcept {
    if (result.status == 0 && is_permanent(result.code)) return false;
    if (repeat_ == Repeat::once && outcome != Outcome::not_run) return false;
    if (result.status == 0) return repeat_ != Repeat::once || result.delivery == Delivery::nothing_sent;
    if (result.status == 429) return true;
    return repeat_ != Repeat::once && result.status >= 400 && !is_definitive(result.status);
  }

  [[nodiscard]] constexpr std::chrono::nanoseconds delay(const AttemptResult& result,
                                                         const Moment& moment) const noexcept {
    const auto asked = asked_delay(result.status, result.headers, moment.wall);
    if (asked) return policy_.capped(*asked);
    return policy_.backoff(attempts_, moment.random);
  }

  RetryPolicy policy_{};
  TimePoint deadline_ = TimePoint::max();
  Repeat repeat_ = Repeat::safe;
  int attempts_ = 0;
  bool ambiguous_ = false;
  bool done_ = false;
};

}  // namespace wandb::detail
