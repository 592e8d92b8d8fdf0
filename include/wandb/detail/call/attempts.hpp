// The requests of one call, without I/O: each has its credentials and its repeats.
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

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/pace.hpp>
#include <wandb/detail/call/proof.hpp>
#include <wandb/detail/call/retry_machine.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace wandb::detail {

/// Runs the requests of a call one after the other, with their repeats. This is the part of a call that does not depend
/// on its method. `begin`, `arrived` and `resumed` return the next action; after `Done` the answer can be taken.
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

  /// Starts the call's timeout.
  void start_clock() {
    began_ = Clock::now();
    if (timeout_ < Clock::time_point::max() - began_) deadline_ = std::min(deadline_, began_ + timeout_);
  }

  /// Begins a new request. If it is not yet known to whom the credentials belong, they are verified first: nothing is
  /// ever done in the wrong account.
  [[nodiscard]] Action begin(GraphqlRequest request) {
    const auto* const fault = caller_fault(request);
    if (fault != nullptr) {
      answer_ = unsent(request.operation(), *fault);
      return Done{};
    }
    if (!request.identity()) request.as(*caller_);
    if (request.identity()->proven()) return send(std::move(request));
    unverified_ = std::move(request);
    return send(GraphqlRequest(graphql::verify_credentials).as(unverified_.identity()));
  }

  /// Returns the request to send after `SendRequest`. It views this object.
  [[nodiscard]] Request request() {
    headers_ = {Header{"Authorization", request_.identity()->authorization(), true},
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
    request.body = request_.body();
    request.deadline = deadline_;
    const auto now = Clock::now();
    if (endpoint_->timeout < deadline_ - now) request.deadline = now + endpoint_->timeout;
    request.stop = stop_;
    request.operation = request_.operation().field;
    request.attempt = machine_.attempts();
    return request;
  }

  /// Takes the result of `SendRequest`: the response, or the transport's error.
  [[nodiscard]] Action arrived(Result<Response> response) {
    const auto now = moment();
    if (response && !is_status(response->status)) response = without_status(response->status);
    if (!response) {
      last_ = {};
      last_.failure = masked(response.error());
      last_.status = last_.failure->status();
      const AttemptResult result{.delivery = last_.failure->delivery(),
                                 .headers = {},
                                 .partial_status = last_.status,
                                 .code = own_code(last_.failure->code())};
      return follow(machine_.arrived(result, now), now);
    }
    const auto headers = response->headers.view();
    pace_.answered(response->status, headers, now.now, now.wall, endpoint_->retry);
    SecretsOfRequest secrets(*request_.identity(), caller_identity(), request_.about());
    last_ = AnswerReader(request_.operation(), request_.body(), secrets)
                .read(response->status, headers, std::move(response->body));
    const AttemptResult result{.delivery = Delivery::answered,
                               .status = last_.deciding_status,
                               .headers = headers,
                               .answer = last_.kind,
                               .code = last_.failure ? own_code(last_.failure->code()) : std::nullopt};
    return follow(machine_.arrived(result, now), now);
  }

  /// Continues after `Wait`. `cut_short` says that the wait was cancelled.
  [[nodiscard]] Action resumed(bool cut_short) {
    auto now = moment_to_send();
    now.stopped = now.stopped || cut_short;
    return follow(machine_.resumed(now), now);
  }

  /// Returns the answer after `Done`.
  [[nodiscard]] Result<GraphqlAnswer> take_answer() { return std::move(answer_); }

  [[nodiscard]] const StopToken& stop() const noexcept { return stop_; }

  /// Completes a method's error with the attempts, the time and the status, which only this object knows.
  [[nodiscard]] Error with_details(const Error& error) const {
    if (request_.is_empty()) return error;
    auto details = error.details();
    if (details.operation.empty()) details.operation = request_.operation().field;
    details.attempts = std::max(details.attempts, machine_.attempts());
    if (details.delivery == Delivery::answered && details.status == 0) details.status = last_.status;
    details.elapsed = Clock::now() - began_;
    // An error that was made here already has the note and the attempts.
    if (error.attempts() == 0 && details.delivery == Delivery::answered) add_note(error.code(), details);
    return Error(error.code(), std::move(details));
  }

 private:
  // Returns what makes the caller unusable for a request; null if nothing does.
  [[nodiscard]] const Error* caller_fault(const GraphqlRequest& request) const noexcept {
    if (endpoint_->fault) return &*endpoint_->fault;
    return request.identity() || caller_ ? nullptr : &caller_.error();
  }
  // Returns the error of an operation for which nothing was sent.
  [[nodiscard]] static Error unsent(const Operation& operation, const Error& fault) {
    auto details = fault.details();
    details.operation = operation.field;
    details.delivery = Delivery::nothing_sent;
    return Error(fault.code(), std::move(details));
  }

  [[nodiscard]] Action send(GraphqlRequest request) {
    request_ = std::move(request);
    request_.finish();
    answer_ = Error(errc::no_result);
    last_ = {};
    machine_ = RetryMachine(request_.operation().repeat, endpoint_->retry, deadline_);
    const auto now = moment_to_send();
    return follow(machine_.start(now), now);
  }

  [[nodiscard]] const Identity* caller_identity() const noexcept { return caller_ ? caller_->get() : nullptr; }
  static std::optional<errc> own_code(const std::error_code& code) {
    if (code.category() == error_category()) return static_cast<errc>(code.value());
    if (code == condition::cancelled) return errc::cancelled;
    return std::nullopt;
  }

  // Returns whether HTTP has such a status. A transport that does not know the status has not read an answer.
  [[nodiscard]] static constexpr bool is_status(int status) noexcept { return status >= 100 && status <= 999; }
  [[nodiscard]] static Error without_status(int status) {
    return Error(make_error_code(errc::no_status),
                 make_error_code(errc::no_status).message() + " (it gave " + std::to_string(status) + ")",
                 Delivery::answered);
  }

  // Masks a transport's error, which may repeat parts of the request.
  [[nodiscard]] Error masked(const Error& error) const {
    auto details = error.details();
    if (details.reason.empty() && details.messages.empty()) return error;
    const SecretsOfRequest secrets(*request_.identity(), caller_identity(), request_.about());
    const Mask mask(secrets.secrets());
    details.reason = mask(details.reason, Shapes::marked);
    if (details.advice) *details.advice = mask(*details.advice, Shapes::marked);
    for (auto& message : details.messages) {
      for (auto* text : {&message.text, &message.path, &message.code}) *text = mask(*text);
    }
    return Error(error.code(), std::move(details));
  }

  [[nodiscard]] Moment moment() const {
    const auto now = Clock::now();
    // Jitter only has to differ between processes and calls, so that the mixed low bits of the clock are sufficient.
    auto mixed = static_cast<std::uint64_t>(now.time_since_epoch().count()) * 0x9E37'79B9'7F4A'7C15U;
    mixed ^= reinterpret_cast<std::uintptr_t>(this) * 0xD6E8'FEB8'6659'FD93U;
    mixed ^= mixed >> 32;
    return {now, std::chrono::system_clock::now(), static_cast<double>(mixed >> 11) * 0x1.0p-53, stop_.stop_requested(),
            Budget::none};
  }

  // Returns the current moment, with the time from which the shared pace allows another request.
  [[nodiscard]] Moment moment_to_send() {
    auto now = moment();
    now.not_before = pace_.enter(now.now);
    return now;
  }

  // Keeps the pace up to date. When a request is done, it makes the answer and sends the request that waited for the
  // verification of its credentials.
  [[nodiscard]] Action follow(Action action, const Moment& now) {
    if (!std::holds_alternative<SendRequest>(action)) pace_.leave();
    if (const auto* wait = std::get_if<Wait>(&action)) pace_.waits(now.now + wait->duration);
    const auto* done = std::get_if<Done>(&action);
    if (done == nullptr) return action;
    make_answer(*done);
    const auto& identity = *request_.identity();
    const bool unauthorized = !answer_ && answer_.error() == condition::unauthorized && !answer_.error().from_words();
    if (unauthorized && identity.owner().known()) identity.refuse(false);
    if (unverified_.is_empty()) return action;
    auto verified = std::exchange(unverified_, {});
    if (auto proof = prove(identity, answer_); !proof) {
      answer_ = proof.error();
      return action;
    }
    return send(std::move(verified));
  }

  void make_answer(const Done& done) {
    const bool succeeded = done.by == Done::By::success;
    // If a mutation ran, the method takes what it returned, even if something else failed.
    if (succeeded || (done.outcome == Outcome::ran && last_.page)) {
      last_.ambiguous = machine_.ambiguous();
      if (!succeeded) last_.failure = failure_of(done);
      answer_ = std::move(last_);
      return;
    }
    answer_ = failure_of(done);
  }

  [[nodiscard]] Error failure_of(const Done& done) const {
    const auto failure = last_.failure.value_or(Error());
    auto code = failure.code();
    auto details = machine_.attempts() > 0 ? failure.details() : Error::Details{};
    if (done.by == Done::By::deadline) code = make_error_code(errc::timed_out);
    if (done.by == Done::By::cancelled) code = make_error_code(errc::cancelled);
    if (done.by != Done::By::failure) {
      details.reason.clear();
      details.advice.reset();
    }
    if (machine_.attempts() == 0) details.delivery = Delivery::nothing_sent;
    add_note(code, details);
    details.operation = request_.operation().field;
    details.attempts = machine_.attempts();
    details.elapsed = Clock::now() - began_;
    details.outcome = done.outcome;
    return Error(code, std::move(details));
  }

  // Adds which settings may be wrong, and where they came from. The reason may already name the key's source.
  void add_note(const std::error_code& code, Error::Details& details) const {
    if (!may_be_wrong_url(code, details.delivery) && !endpoint_->may_be_wrong_path(last_.status)) return;
    const auto& source = request_.identity()->source();
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
  Result<IdentityPtr> caller_;  // whose secrets are also masked
  GraphqlRequest request_;
  GraphqlRequest unverified_;  // the request that is sent once its credentials are verified
  std::array<Header, 6> headers_;
  RetryMachine machine_;
  GraphqlAnswer last_;  // the last attempt's answer; if there is none, the failure, and the status if that was read
  Result<GraphqlAnswer> answer_;
};

}  // namespace wandb::detail
