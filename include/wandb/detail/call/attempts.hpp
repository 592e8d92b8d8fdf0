// The requests of one call, without I/O: each has its credentials and its repeats.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/pace.hpp>
#include <wandb/detail/call/proof.hpp>
#include <wandb/detail/call/retry_machine.hpp>
#include <wandb/detail/call/token_exchange.hpp>
#include <wandb/detail/call/transport_result.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/detail/config/federation.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/declare.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Runs the requests of a call one after the other, with their repeats. This is the part of a call that does not depend
/// on its method. `begin`, `arrived` and `resumed` return the next action; after `Done` the answer can be taken.
class Attempts {
 public:
  using Clock = std::chrono::steady_clock;

  Attempts(const Caller& caller, const CallOptions& options)
      : endpoint_(caller.endpoint),
        pace_(caller.pace),
        clock_(caller.clock),
        timeout_(options.timeout),
        deadline_(options.deadline),
        caller_(caller.identity) {
    if (options.stop != nullptr) stop_ = *options.stop;
  }

  /// Starts the call's timeout.
  void start_clock() {
    began_ = time();
    if (timeout_ < Clock::time_point::max() - began_) deadline_ = std::min(deadline_, began_ + timeout_);
  }

  /// Begins a new request. A federated identity first needs an access token. If it is not yet known to whom the
  /// credentials belong, they are verified first: nothing is ever done in the wrong account.
  [[nodiscard]] Action begin(GraphqlRequest request) {
    const auto* const fault = caller_fault(request);
    if (fault != nullptr) {
      answer_ = unsent(request.operation(), *fault);
      return Done{};
    }
    if (!request.identity()) request.as(*caller_);
    request.finish();
    next_ = std::move(request);
    renewed_ = false;
    return authorize();
  }

  /// Returns the request to send after `SendRequest`. It views this object.
  [[nodiscard]] Request request() {
    headers_ = {Header{"Authorization", authorization_, true}, Header{"User-Agent", endpoint_->user_agent},
                Header{"Content-Type", "application/json"},    Header{"Accept", "application/json"},
                Header{"Accept-Encoding", "identity"},         Header{"Use-Admin-Privileges", "true"}};
    Request request;
    request.origin = {endpoint_->url.tls, endpoint_->url.host, endpoint_->url.port};
    request.target = endpoint_->target;
    request.host = endpoint_->url.host_port;
    request.headers = with_extra_headers();
    request.body = request_.body();
    request.deadline = deadline_;
    const auto now = time();
    if (endpoint_->timeout < deadline_ - now) request.deadline = now + endpoint_->timeout;
    request.stop = stop_;
    request.operation = request_.is_empty() ? std::string_view{} : request_.operation().field;
    request.attempt = machine_.attempts();
    if (exchange_) exchange_->apply_to(request);
    return request;
  }

  /// Takes the result of `SendRequest`: the response, or the transport's error.
  [[nodiscard]] Action arrived(Result<Response> response) {
    const auto now = moment();
    response = with_status(std::move(response));
    if (exchange_) return follow_exchange(exchange_->arrived(std::move(response), now));
    SecretsOfRequest secrets(*request_.identity(), access_.get(), caller_identity(), request_.about(),
                             endpoint_->header_secrets);
    if (!response) {
      last_ = {};
      last_.failure = masked(response.error(), secrets);
      last_.status = last_.failure->status();
      return follow(machine_.arrived(failed_attempt(*last_.failure), now), now);
    }
    const auto headers = response->headers.view();
    pace_.answered(response->status, headers, now.now, now.wall, endpoint_->retry);
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
    auto now = exchange_ ? moment() : moment_to_send();
    now.stopped = now.stopped || cut_short;
    return exchange_ ? follow_exchange(exchange_->next(now)) : follow(machine_.resumed(now), now);
  }

  /// Returns the answer after `Done`.
  [[nodiscard]] Result<GraphqlAnswer> take_answer() { return std::move(answer_); }

  [[nodiscard]] const StopToken& stop() const noexcept { return stop_; }

  /// Completes a method's error with the attempts, the time and the status, which only this object knows.
  [[nodiscard]] Error with_details(const Error& error) const;

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

  // Gets an access token for the next request if its credentials are a federated identity.
  [[nodiscard]] Action authorize() {
    const auto& federation = next_.identity()->federation();
    if (!federation) {
      access_.reset();
      return send_next();
    }
    exchange_ = std::make_unique<TokenExchange>(federation, *endpoint_, deadline_, stop_);
    return follow_exchange(exchange_->next(moment()));
  }
  [[nodiscard]] Action follow_exchange(Action action);
  [[nodiscard]] std::span<const Header> with_extra_headers() {
    const auto& extra = endpoint_->extra_headers;
    if (extra.empty()) return headers_;
    all_headers_.assign(headers_.begin(), headers_.end());
    all_headers_.insert(all_headers_.end(), extra.begin(), extra.end());
    return all_headers_;
  }
  // Sends the next request. If it is not known to whom its credentials belong, verifies that first.
  [[nodiscard]] Action send_next() {
    const auto& identity = next_.identity();
    if (identity->proven(access_number())) return send(std::exchange(next_, {}));
    GraphqlRequest verification(graphql::verify_credentials);
    verification.as(identity).finish();
    return send(std::move(verification));
  }

  [[nodiscard]] Action send(GraphqlRequest request) {
    request_ = std::move(request);
    authorization_ = access_ ? std::string_view(access_->authorization) : request_.identity()->authorization();
    answer_ = Error(errc::no_result);
    last_ = {};
    machine_ = RetryMachine(request_.operation().repeat, endpoint_->retry, deadline_);
    const auto now = moment_to_send();
    return follow(machine_.start(now), now);
  }

  // The number of the access token; 0 for credentials that are a secret.
  [[nodiscard]] std::uint64_t access_number() const noexcept { return access_ ? access_->number : 0; }
  [[nodiscard]] const Identity* caller_identity() const noexcept { return caller_ ? caller_->get() : nullptr; }

  [[nodiscard]] Clock::time_point time() const {
    return clock_.now != nullptr ? clock_.now(clock_.transport) : Clock::now();
  }
  [[nodiscard]] Moment moment() const {
    const auto now = time();
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
    const bool verifies = !next_.is_empty();
    const bool unauthorized = !answer_ && answer_.error() == condition::unauthorized && !answer_.error().from_words();
    if (unauthorized && identity.owner().known()) identity.refuse(false);
    if (verifies && answer_) {
      if (auto proof = prove(identity, access_number(), answer_); !proof) answer_ = proof.error();
    }
    if (const auto renewed = renew(*done)) return *renewed;
    if (!verifies) return action;
    auto verified = std::exchange(next_, {});
    return answer_ ? send(std::move(verified)) : action;
  }

  // Drops the access token if a new one may help: the server may have revoked it, or it was made for an earlier
  // identity token, which was somebody else's. Begins the request anew with another one unless that could run a
  // mutation twice.
  [[nodiscard]] std::optional<Action> renew(const Done& done);

  void make_answer(const Done& done);

  [[nodiscard]] Error failure_of(const Done& done) const;

  // Adds which settings may be wrong, and where they came from. The reason may already name the key's source.
  void add_note(const std::error_code& code, Error::Details& details) const;

  std::shared_ptr<const Endpoint> endpoint_;
  PacedCall pace_;
  TransportClock clock_;
  std::chrono::nanoseconds timeout_;
  Clock::time_point began_{};
  Clock::time_point deadline_;
  StopToken stop_;
  Result<IdentityPtr> caller_;  // whose secrets are also masked
  GraphqlRequest request_;
  GraphqlRequest next_;                      // the request that is sent once its credentials are there and verified
  AccessTokenPtr access_;                    // of a federated identity
  std::unique_ptr<TokenExchange> exchange_;  // in progress; null if there is none
  bool renewed_ = false;                     // whether the access token is as new as it can be
  std::string_view authorization_;
  std::array<Header, 6> headers_;
  std::vector<Header> all_headers_;  // with those of the endpoint, if it has any
  RetryMachine machine_;
  GraphqlAnswer last_;  // the last attempt's answer; if there is none, the failure, and the status if that was read
  Result<GraphqlAnswer> answer_;
};

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/attempts.ipp>
#endif
