// One request and its repeats, sent as one identity, without I/O.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <wandb/detail/answer/examiner.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/answer/reply.hpp>
#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/pace.hpp>
#include <wandb/detail/call/retry_machine.hpp>
#include <wandb/detail/call/subject.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace wandb::detail {

/// The requests of a call, one after the other, each with its repeats: all of a call that does not depend on what is
/// called.
class Attempts {
 public:
  using Clock = std::chrono::steady_clock;

  Attempts(const Caller& caller, const CallOptions& options)
      : endpoint_(caller.endpoint),
        pace_(caller.pace),
        timeout_(options.timeout),
        deadline_(options.deadline),
        caller_(caller.identity) {
    if (options.stop != nullptr) stop_ = *options.stop;
  }

  /// The time of the call runs from here: an awaited one may begin long after it was made.
  void start_clock() {
    began_ = Clock::now();
    if (timeout_ < Clock::time_point::max() - began_) deadline_ = std::min(deadline_, began_ + timeout_);
  }

  /// Begins with a new request, as the identity that it names.
  [[nodiscard]] Action begin(GraphqlRequest request) {
    asked_ = std::move(request);
    asked_.finish();
    answer_ = Error(errc::no_result);
    status_ = 0;
    machine_ = RetryMachine(asked_.operation().repeat, endpoint_->retry, deadline_);
    const auto now = moment_to_send();
    return settle(machine_.start(now), now);
  }

  /// The request to send after `SendRequest`. Views this object.
  [[nodiscard]] Request request() {
    headers_ = {Header{"Authorization", asked_.identity()->authorization(), true},
                Header{"User-Agent", endpoint_->user_agent},
                Header{"Content-Type", "application/json"},
                Header{"Accept", "application/json"},
                Header{"Accept-Encoding", "identity"},
                Header{"Use-Admin-Privileges", "true"}};
    Request request;
    request.origin = {endpoint_->url.tls, endpoint_->url.host, endpoint_->url.port};
    request.target = endpoint_->target;
    request.host = endpoint_->url.host_port;
    request.headers = headers_;
    request.body = asked_.body();
    request.deadline = deadline_;
    const auto now = Clock::now();
    if (endpoint_->timeout < deadline_ - now) request.deadline = now + endpoint_->timeout;
    request.stop = stop_;
    return request;
  }

  /// What became of it.
  [[nodiscard]] Action arrived(Result<Response> response) {
    const auto now = moment();
    if (response && !is_status(response->status)) response = without_status(response->status);
    if (!response) {
      failure_ = masked(response.error());
      status_ = failure_.status();
      reply_ = {};
      const Arrival arrival{
          .delivery = failure_.delivery(), .headers = {}, .head = status_, .code = own_code(failure_.code())};
      return settle(machine_.arrived(arrival, now), now);
    }
    status_ = response->status;
    const auto headers = response->headers.view();
    pace_.answered(status_, headers, now.now, now.wall, endpoint_->retry);
    SecretsOfRequest secrets(*asked_.identity(), caller_identity(), asked_.about());
    auto examined =
        Examiner(asked_.operation(), asked_.body(), secrets).examine(status_, headers, std::move(response->body));
    failure_ = std::move(examined.failure);
    reply_ = std::move(examined.reply);
    const Arrival arrival{.delivery = Delivery::answered,
                          .status = examined.status,
                          .headers = headers,
                          .content = examined.content,
                          .code = own_code(failure_.code())};
    return settle(machine_.arrived(arrival, now), now);
  }

  /// After `Wait`; `cut_short` where the wait was cancelled.
  [[nodiscard]] Action resumed(bool cut_short) {
    auto now = moment_to_send();
    now.stopped = now.stopped || cut_short;
    return settle(machine_.resumed(now), now);
  }

  /// After `Done`.
  [[nodiscard]] Answer take_answer() { return std::move(answer_); }

  [[nodiscard]] const StopToken& stop() const noexcept { return stop_; }
  [[nodiscard]] const Endpoint& endpoint() const noexcept { return *endpoint_; }
  /// The credentials of the caller, or why there are none.
  [[nodiscard]] const Result<IdentityPtr>& caller() const noexcept { return caller_; }
  /// As whom the request goes.
  [[nodiscard]] const Identity& identity() const noexcept { return *asked_.identity(); }

  /// The error that a method made of its answers, with what only the run knows.
  [[nodiscard]] Error completed(const Error& error) const {
    if (asked_.is_empty()) return error;
    auto details = error.details();
    if (details.operation.empty()) details.operation = asked_.operation().field;
    details.attempts = std::max(details.attempts, machine_.attempts());
    if (details.delivery == Delivery::answered && details.status == 0) details.status = status_;
    details.elapsed = Clock::now() - began_;
    // The run's own errors are told with it already, and have attempts.
    if (error.attempts() == 0 && details.delivery == Delivery::answered) add_note(error.code(), details);
    return Error(error.code(), std::move(details));
  }

 private:
  [[nodiscard]] const Identity* caller_identity() const noexcept { return caller_ ? caller_->get() : nullptr; }
  static std::optional<errc> own_code(const std::error_code& code) {
    if (code.category() == error_category()) return static_cast<errc>(code.value());
    if (code == condition::cancelled) return errc::cancelled;
    return std::nullopt;
  }

  // What HTTP can number; a transport that does not know the status has read no answer.
  [[nodiscard]] static constexpr bool is_status(int status) noexcept { return status >= 100 && status <= 999; }
  [[nodiscard]] static Error without_status(int status) {
    return Error(make_error_code(errc::no_status),
                 make_error_code(errc::no_status).message() + " (it gave " + std::to_string(status) + ")",
                 Delivery::answered);
  }

  // The transport's words may hold what it was given to send.
  [[nodiscard]] Error masked(const Error& error) const {
    auto details = error.details();
    if (details.reason.empty() && details.messages.empty()) return error;
    const SecretsOfRequest secrets(*asked_.identity(), caller_identity(), asked_.about());
    const Mask mask(secrets.secrets());
    details.reason = mask(details.reason, Shapes::marked);
    if (details.advice) *details.advice = mask(*details.advice, Shapes::marked);
    for (auto& message : details.messages) {
      for (auto* said : {&message.text, &message.path, &message.code}) *said = mask(*said);
    }
    return Error(error.code(), std::move(details));
  }

  [[nodiscard]] Moment moment() const {
    const auto now = Clock::now();
    // Jitter only has to differ between processes and calls: the clock's low bits, well mixed, do.
    auto mixed = static_cast<std::uint64_t>(now.time_since_epoch().count()) * 0x9E37'79B9'7F4A'7C15U;
    mixed ^= reinterpret_cast<std::uintptr_t>(this) * 0xD6E8'FEB8'6659'FD93U;
    mixed ^= mixed >> 32;
    return {now, std::chrono::system_clock::now(), static_cast<double>(mixed >> 11) * 0x1.0p-53, stop_.stop_requested(),
            Budget::none};
  }

  // The moment of a request that is to be sent, if the others' pace allows it.
  [[nodiscard]] Moment moment_to_send() {
    auto now = moment();
    now.hold = pace_.enter(now.now);
    return now;
  }

  Action settle(Action action, const Moment& now) {
    if (!std::holds_alternative<SendRequest>(action)) pace_.leave();
    if (const auto* wait = std::get_if<Wait>(&action)) pace_.waits(now.now + wait->duration);
    if (const auto* done = std::get_if<Done>(&action)) conclude(*done);
    return action;
  }

  void conclude(const Done& done) {
    const bool succeeded = done.by == Done::By::success;
    // What a mutation that ran gave back is the method's to take, whatever failed besides.
    if (succeeded || (done.outcome == Outcome::ran && reply_.page)) {
      reply_.ambiguous = machine_.ambiguous();
      if (!succeeded) reply_.failure = failure_of(done);
      answer_ = std::move(reply_);
      return;
    }
    answer_ = failure_of(done);
  }

  [[nodiscard]] Error failure_of(const Done& done) const {
    auto code = failure_.code();
    auto details = machine_.attempts() > 0 ? failure_.details() : Error::Details{};
    if (done.by == Done::By::deadline) code = make_error_code(errc::timed_out);
    if (done.by == Done::By::cancelled) code = make_error_code(errc::cancelled);
    if (done.by != Done::By::failure) {
      details.reason.clear();
      details.advice.reset();
    }
    if (machine_.attempts() == 0) details.delivery = Delivery::nothing_sent;
    add_note(code, details);
    details.operation = asked_.operation().field;
    details.attempts = machine_.attempts();
    details.elapsed = Clock::now() - began_;
    details.outcome = done.outcome;
    return Error(code, std::move(details));
  }

  // Which settings may be to blame, and where they came from. A reason may name the key's source already.
  void add_note(const std::error_code& code, Error::Details& details) const {
    if (!may_be_wrong_url(code, details.delivery) && !endpoint_->may_be_wrong_path(status_)) return;
    const auto& source = asked_.identity()->source();
    const bool tell_key = code == errc::unauthorized && !source.empty() && details.reason.find(source) == source.npos;
    if (details.reason.empty()) details.reason = code.message();
    details.reason += " (";
    if (tell_key) details.reason.append("the key is from ").append(source).append("; ");
    details.reason.append(endpoint_->url_note()).append(")");
  }

  std::shared_ptr<const Endpoint> endpoint_;
  PacedCall pace_;
  std::chrono::nanoseconds timeout_;
  Clock::time_point began_{};
  Clock::time_point deadline_;
  StopToken stop_;
  Result<IdentityPtr> caller_;  // whose secrets are masked as well
  GraphqlRequest asked_;
  std::array<Header, 6> headers_;
  RetryMachine machine_;
  Error failure_;
  int status_ = 0;  // of the last answer, as far as it was read
  Reply reply_;
  Answer answer_;
};

}  // namespace wandb::detail
