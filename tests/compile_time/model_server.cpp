// Runs a server at compile time through every sequence of outcomes that three requests can have, for every kind of
// operation. The reported result must match what the server did, and nothing may run twice.
#include <array>
#include <chrono>
#include <cstddef>
#include <variant>

#include <wandb/detail/call/retry_machine.hpp>

namespace {

using namespace std::chrono_literals;
using wandb::Delivery;
using wandb::HeadersView;
using wandb::Outcome;
using wandb::Repeat;
using wandb::detail::AnswerClass;
using wandb::detail::AttemptResult;
using wandb::detail::Done;
using wandb::detail::Moment;
using wandb::detail::RetryMachine;

enum class Fate {
  answered,        // run, and the answer arrives
  refused,         // 403: not run
  held_off,        // 429 with a time: not run
  unavailable,     // 503 with a time: not run
  never_sent,      // no connection
  request_lost,    // sent, and gone before the server had it
  answer_lost,     // run, and the answer is lost
  failed_before,   // 500, not run
  failed_after,    // 500, run
  garbled_answer,  // run, and the answer cannot be read
};
constexpr std::size_t fates = 10;

struct Server {
  Repeat kind;
  int runs = 0;

  constexpr AttemptResult meet(Fate fate) {
    const auto answer = [](int status, AnswerClass kind = AnswerClass::undecodable, std::string_view headers = {}) {
      return AttemptResult{.delivery = Delivery::answered,
                           .status = status,
                           .headers = HeadersView(headers),
                           .answer = kind,
                           .code = {}};
    };
    switch (fate) {
      case Fate::answered: return run() ? answer(200, AnswerClass::data) : conflict();
      case Fate::refused: return answer(403);
      case Fate::held_off: return answer(429, AnswerClass::undecodable, "Retry-After: 2\n");
      case Fate::unavailable: return answer(503, AnswerClass::undecodable, "Retry-After: 2\n");
      case Fate::never_sent: return lost(Delivery::nothing_sent);
      case Fate::request_lost: return lost(Delivery::perhaps_sent);
      case Fate::answer_lost: return run() ? lost(Delivery::perhaps_sent) : conflict();
      case Fate::failed_before: return answer(500);
      case Fate::failed_after: return run() ? answer(500) : conflict();
      case Fate::garbled_answer: return run() ? answer(200) : conflict();
    }
    return {};
  }

 private:
  // The server refuses an object that exists already if the mutation must not run twice.
  constexpr bool run() { return ++runs == 1 || kind != Repeat::once; }
  static constexpr AttemptResult lost(Delivery delivery) {
    return {.delivery = delivery, .headers = {}, .code = wandb::errc::connection_lost};
  }
  static constexpr AttemptResult conflict() {
    return {.delivery = Delivery::answered, .status = 409, .headers = {}, .code = wandb::errc::conflict};
  }
};

// Returns whether the result that is reported at the end is true.
constexpr bool is_true(const Done& done, const Server& server) {
  if (server.kind == Repeat::safe) return done.outcome == Outcome::not_run;
  if (server.kind == Repeat::once && server.runs > 1) return false;
  return done.outcome == Outcome::unknown || (done.outcome == Outcome::ran) == (server.runs != 0);
}

// Returns whether the call behaves correctly with these outcomes, one for each request. A stop is requested after the
// given number of requests.
constexpr bool holds(Repeat kind, const std::array<Fate, 3>& fates_met, int stop_after) {
  Server server{kind};
  Moment moment{.now = std::chrono::steady_clock::time_point(1s)};
  RetryMachine exchange(kind, {.max_attempts = 3}, std::chrono::steady_clock::time_point(1h));
  const auto first = exchange.start(moment);
  if (!std::holds_alternative<wandb::detail::SendRequest>(first)) return false;
  for (const auto fate : fates_met) {
    const auto next = exchange.arrived(server.meet(fate), moment);
    moment.stopped = --stop_after == 0;
    if (const auto* done = std::get_if<Done>(&next)) return exchange.done() && is_true(*done, server);
    moment.now += std::get<wandb::detail::Wait>(next).duration;
    const auto resumed = exchange.resumed(moment);
    if (const auto* done = std::get_if<Done>(&resumed))
      return done->by == Done::By::cancelled && is_true(*done, server);
  }
  return false;  // more requests than allowed
}

// Checks all sequences that begin with one outcome, which is few enough for a compiler's limit on one evaluation.
constexpr bool holds_from(Repeat kind, Fate first) {
  for (std::size_t second = 0; second != fates; ++second) {
    for (std::size_t third = 0; third != fates; ++third) {
      const std::array<Fate, 3> met{first, static_cast<Fate>(second), static_cast<Fate>(third)};
      for (const int stop_after : {0, 1, 2}) {
        if (!holds(kind, met, stop_after)) return false;
      }
    }
  }
  return true;
}

template <Repeat Kind, std::size_t First>
struct Explored {
  static_assert(holds_from(Kind, static_cast<Fate>(First)), "a report is not true, or something ran twice");
};
template <Repeat Kind>
struct All : Explored<Kind, 0>,
             Explored<Kind, 1>,
             Explored<Kind, 2>,
             Explored<Kind, 3>,
             Explored<Kind, 4>,
             Explored<Kind, 5>,
             Explored<Kind, 6>,
             Explored<Kind, 7>,
             Explored<Kind, 8>,
             Explored<Kind, 9> {};
static_assert(sizeof(All<Repeat::safe>) + sizeof(All<Repeat::idempotent>) + sizeof(All<Repeat::once>) != 0);

}  // namespace
