// The steps of one request and its repeats, without I/O: what happened goes in, what to do next comes out.
#pragma once

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include <wandb/detail/answer/content.hpp>
#include <wandb/detail/answer/http_status.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/call/rate_limit.hpp>
#include <wandb/errc.hpp>
#include <wandb/error.hpp>
#include <wandb/headers.hpp>
#include <wandb/retry.hpp>

namespace wandb::detail {

/// Send the request now.
struct SendRequest {
  int attempt = 1;
  friend constexpr bool operator==(const SendRequest&, const SendRequest&) = default;
};
/// Wait this long, then resume.
struct Wait {
  std::chrono::nanoseconds duration{};
  friend constexpr bool operator==(const Wait&, const Wait&) = default;
};
/// How it ended.
struct Done {
  enum class By : std::uint8_t {
    success,    ///< the last answer is what was asked for
    failure,    ///< the last failure, or the last answer, stands
    deadline,   ///< there was no time left to send
    cancelled,  ///< a stop was requested before sending
  };
  By by = By::failure;
  Outcome outcome = Outcome::not_run;
  friend constexpr bool operator==(const Done&, const Done&) = default;
};
using Action = std::variant<SendRequest, Wait, Done>;

/// What became of one request.
struct Arrival {
  Delivery delivery = Delivery::perhaps_sent;
  /// 0 when no answer was read to its end; where the errors in it give a status themselves, that.
  int status = 0;
  HeadersView headers;  ///< of the answer
  Content content = Content::unproven;
  int head = 0;              ///< the status of an answer that was not read to its end
  std::optional<errc> code;  ///< the failure as the library classifies it; none for a transport's own code
};

/// The circumstances of a step: passed in, so that a schedule can be tested to the nanosecond.
struct Moment {
  std::chrono::steady_clock::time_point now;
  std::chrono::system_clock::time_point wall{};
  double random = 0.0;   ///< in [0, 1)
  bool stopped = false;  ///< whether a stop was requested
  /// Nothing may be sent before: what the server asked of other calls.
  std::chrono::steady_clock::time_point hold = std::chrono::steady_clock::time_point::min();
};

/// One request, repeated as far as its kind and the policy allow. Every method gives the next action; after `Done`
/// there is none.
class RetryMachine {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  constexpr RetryMachine() = default;
  constexpr RetryMachine(Repeat repeat, const RetryPolicy& policy, TimePoint deadline) noexcept
      : policy_(policy), deadline_(deadline), repeat_(repeat) {}

  /// The first action.
  [[nodiscard]] constexpr Action start(const Moment& moment) noexcept { return send(moment); }

  /// After `SendRequest`: what became of it.
  [[nodiscard]] constexpr Action arrived(const Arrival& arrival, const Moment& moment) noexcept {
    assert(!done_);
    if (arrival.status != 0 && arrival.content == Content::data) {
      return finish(Done::By::success, is_mutation() ? Outcome::ran : Outcome::not_run);
    }
    const auto outcome = outcome_of(arrival);
    if (outcome == Outcome::ran) return finish(Done::By::failure, outcome);
    ambiguous_ = ambiguous_ || outcome == Outcome::unknown;
    if (attempts_ < policy_.max_attempts && may_repeat(arrival, outcome)) {
      const auto wait = delay(arrival, moment);
      if (moment.stopped) return finish(Done::By::cancelled, overall(arrival));
      if (wait < deadline_ - moment.now) return Wait{wait};
    }
    return finish(Done::By::failure, overall(arrival));
  }

  /// After `Wait`.
  [[nodiscard]] constexpr Action resumed(const Moment& moment) noexcept { return send(moment); }

  /// Requests sent so far.
  [[nodiscard]] constexpr int attempts() const noexcept { return attempts_; }
  /// Whether one of them may have run without our knowing.
  [[nodiscard]] constexpr bool ambiguous() const noexcept { return ambiguous_; }
  [[nodiscard]] constexpr bool done() const noexcept { return done_; }

 private:
  [[nodiscard]] constexpr bool is_mutation() const noexcept { return repeat_ != Repeat::harmless; }

  [[nodiscard]] constexpr Action send(const Moment& moment) noexcept {
    assert(!done_);
    const auto so_far = is_mutation() && ambiguous_ ? Outcome::unknown : Outcome::not_run;
    if (moment.stopped) return finish(Done::By::cancelled, so_far);
    if (moment.now >= deadline_) return finish(Done::By::deadline, so_far);
    if (moment.hold > moment.now) {
      if (moment.hold >= deadline_) return finish(Done::By::deadline, so_far);
      return Wait{moment.hold - moment.now};
    }
    return SendRequest{++attempts_};
  }

  [[nodiscard]] constexpr Action finish(Done::By by, Outcome outcome) noexcept {
    done_ = true;
    return Done{by, outcome};
  }

  // What this one request did, were it the only one.
  [[nodiscard]] constexpr Outcome outcome_of(const Arrival& arrival) const noexcept {
    if (!is_mutation()) return Outcome::not_run;
    if (arrival.status == 0) {
      const bool not_run = arrival.delivery == Delivery::nothing_sent || is_turned_away(arrival.head);
      return not_run ? Outcome::not_run : Outcome::unknown;
    }
    if (arrival.content == Content::incomplete) return Outcome::ran;
    if (arrival.content == Content::undecodable) return Outcome::unknown;
    const bool refused = arrival.content == Content::refused && is_accepted(arrival.status);
    const bool definitive = is_definitive(arrival.status) || arrival.status == 429;
    return refused || definitive ? Outcome::not_run : Outcome::unknown;
  }

  // What all requests so far amount to, when this was the last.
  [[nodiscard]] constexpr Outcome overall(const Arrival& arrival) const noexcept {
    if (!is_mutation()) return Outcome::not_run;
    // "It exists already" after a request of our own may well speak of what that request made.
    const bool own_conflict = attempts_ > 1 && (arrival.status == 409 || arrival.code == errc::conflict);
    return ambiguous_ || own_conflict ? Outcome::unknown : Outcome::not_run;
  }

  [[nodiscard]] static constexpr bool is_final(std::optional<errc> code) noexcept {
    return code == errc::cancelled || code == errc::tls_failed || code == errc::response_too_large ||
           code == errc::invalid_argument || code == errc::protocol_error || code == errc::no_status ||
           code == errc::proxy_refused;
  }

  // `outcome` is that of the one request. What must not run twice is repeated only where nothing was sent, or where the
  // server takes no more requests for now; any other status proves nothing, whatever it asks to wait.
  [[nodiscard]] constexpr bool may_repeat(const Arrival& arrival, Outcome outcome) const noexcept {
    if (arrival.status == 0 && is_final(arrival.code)) return false;
    if (repeat_ == Repeat::once && outcome != Outcome::not_run) return false;
    if (arrival.status == 0) return repeat_ != Repeat::once || arrival.delivery == Delivery::nothing_sent;
    if (arrival.status == 429) return true;
    return repeat_ != Repeat::once && arrival.status >= 400 && !is_definitive(arrival.status);
  }

  [[nodiscard]] static constexpr std::optional<std::chrono::nanoseconds> asked_delay(const Arrival& arrival,
                                                                                     const Moment& moment) noexcept {
    return detail::asked_delay(arrival.status, arrival.headers, moment.wall);
  }

  [[nodiscard]] constexpr std::chrono::nanoseconds delay(const Arrival& arrival, const Moment& moment) const noexcept {
    if (const auto asked = asked_delay(arrival, moment)) return policy_.heeded(*asked);
    return policy_.backoff(attempts_, moment.random);
  }

  RetryPolicy policy_{};
  TimePoint deadline_ = TimePoint::max();
  Repeat repeat_ = Repeat::harmless;
  int attempts_ = 0;
  bool ambiguous_ = false;
  bool done_ = false;
};

}  // namespace wandb::detail
