// The definitions of detail/call/attempts.hpp.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include <wandb/detail/call/attempts.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

WANDB_DECL Error Attempts::with_details(const Error& error) const {
  if (request_.is_empty()) return error;
  auto details = error.details();
  if (details.operation.empty()) details.operation = request_.operation().field;
  details.attempts = std::max(details.attempts, machine_.attempts());
  if (details.delivery == Delivery::answered && details.status == 0) details.status = last_.status;
  details.elapsed = time() - began_;
  // An error that was made here already has the note and the attempts.
  if (error.attempts() == 0 && details.delivery == Delivery::answered) add_note(error.code(), details);
  return Error(error.code(), std::move(details));
}

WANDB_DECL Action Attempts::follow_exchange(Action action) {
  if (!std::holds_alternative<Done>(action)) return action;
  const auto exchange = std::move(exchange_);
  renewed_ = renewed_ || exchange->is_fresh();
  auto token = exchange->take_result();
  if (token) {
    access_ = std::move(*token);
    return send_next();
  }
  next_ = {};
  auto details = token.error().details();
  details.elapsed = time() - began_;
  answer_ = Error(token.error().code(), std::move(details));
  return action;
}

WANDB_DECL std::optional<Action> Attempts::renew(const Done& done) {
  if (!access_ || renewed_ || answer_) return std::nullopt;
  const auto& error = answer_.error();
  // A gateway that checks the access token may answer a 401 without any words of the service.
  const bool rejected = last_.status == 401 || (error == condition::unauthorized && !error.from_words());
  if (!rejected && error != errc::credentials_of_another_user) return std::nullopt;
  request_.identity()->federation()->drop(*access_);
  if (done.outcome != Outcome::not_run) return std::nullopt;
  renewed_ = true;
  if (next_.is_empty()) next_ = request_;
  return authorize();
}

WANDB_DECL void Attempts::make_answer(const Done& done) {
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

WANDB_DECL Error Attempts::failure_of(const Done& done) const {
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
  details.elapsed = time() - began_;
  details.outcome = done.outcome;
  return Error(code, std::move(details));
}

WANDB_DECL void Attempts::add_note(const std::error_code& code, Error::Details& details) const {
  if (!may_be_wrong_url(code, details.delivery) && !endpoint_->may_be_wrong_path(last_.status)) return;
  const auto& source = request_.identity()->source();
  const bool tell_key = code == errc::unauthorized && !source.empty() && details.reason.find(source) == source.npos;
  const auto* const what = access_ ? "the identity token is from " : "the key is from ";
  if (access_ && code == errc::unauthorized && !details.advice)
    details.advice = "the server has itself issued the access token that it refuses; check its settings";
  if (details.reason.empty()) details.reason = code.message();
  details.reason += " (";
  if (tell_key) details.reason.append(what).append(source).append("; ");
  details.reason.append(endpoint_->url_note()).append(")");
}

}  // namespace wandb::detail
