// The definitions of detail/call/token_exchange.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/answer/classify_error.hpp>
#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/detail/answer/http_status.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/call/token_exchange.hpp>
#include <wandb/detail/call/transport_result.hpp>
#include <wandb/detail/config/secret_file.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/error.hpp>
#include <wandb/retry.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The name of the exchange in errors.
inline constexpr std::string_view exchange_operation = "oidc/token";

WANDB_DECL TokenExchange::TokenExchange(std::shared_ptr<Federation> federation, const Endpoint& endpoint,
                                        TimePoint deadline, StopToken stop)
    : federation_(std::move(federation)), endpoint_(endpoint), deadline_(deadline), stop_(std::move(stop)) {
  target_.append(endpoint.url.path).append("/").append(exchange_operation);
}

WANDB_DECL Action TokenExchange::next(const Moment& moment) {
  if (claim_.held()) return follow(machine_.resumed(moment), moment);
  if (moment.stopped && exchange_ != 0) return fail(errc::cancelled, moment);
  auto access = federation_->ask(exchange_, moment.wall);
  if (access.failure) return finish(*std::move(access.failure));
  if (access.token) return finish(std::move(access.token));
  exchange_ = access.exchange;
  if (access.claimed) claim_ = ExchangeClaim(federation_);
  if (moment.stopped) return fail(errc::cancelled, moment);
  if (moment.now >= deadline_) return fail(errc::timed_out, moment);
  if (access.claimed) return begin(moment);
  const Wait wait{std::min<std::chrono::nanoseconds>(pause_, deadline_ - moment.now)};
  pause_ = std::min(2 * pause_, std::chrono::milliseconds(100));
  return wait;
}

WANDB_DECL Action TokenExchange::begin(const Moment& moment) {
  auto assertion = federation_->read_assertion({deadline_, stop_});
  if (!assertion) return fail(masked(assertion.error(), secrets()), moment);
  assertion_ = std::move(*assertion);
  if (auto stored = federation_->read_stored(assertion_, moment.wall)) {
    claim_.end(stored);
    return finish(std::move(stored));
  }
  // No character of a JWT needs an escape here.
  body_ = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  body_ += assertion_.reveal();
  auto policy = endpoint_.retry;
  policy.max_attempts = max_attempts_ = std::min(policy.max_attempts, 4);
  machine_ = RetryMachine(Repeat::safe, policy, deadline_);
  return follow(machine_.start(moment), moment);
}

WANDB_DECL void TokenExchange::apply_to(Request& request) {
  headers_.clear();
  for (const auto& header : request.headers) {
    if (header.name == "Authorization" || header.name == "Use-Admin-Privileges") continue;
    const bool is_type = header.name == "Content-Type";
    headers_.push_back(is_type ? Header{"Content-Type", "application/x-www-form-urlencoded"} : header);
  }
  request.headers = headers_;
  request.target = target_;
  request.body = body_;
  request.operation = exchange_operation;
  request.attempt = machine_.attempts();
}

WANDB_DECL Action TokenExchange::arrived(Result<Response> response, const Moment& moment) {
  if (!response) {
    last_ = masked(response.error(), secrets());
    return follow(machine_.arrived(failed_attempt(last_.error()), moment), moment);
  }
  last_ = read(*response, moment.wall);
  // Unlike other requests, this one is refused for good by every 4xx but 429.
  const int status = response->status;
  const bool refused = status / 100 == 4 && status != 429;
  const AttemptResult result{.delivery = Delivery::answered,
                             .status = refused ? 400 : status,
                             .headers = response->headers.view(),
                             .answer = last_ ? AnswerClass::data : AnswerClass::unproven,
                             .code = last_ ? std::nullopt : own_code(last_.error().code())};
  return follow(machine_.arrived(result, moment), moment);
}

WANDB_DECL Action TokenExchange::follow(const Action& action, const Moment& moment) {
  const auto* done = std::get_if<Done>(&action);
  if (done == nullptr) return action;
  if (done->by == Done::By::deadline) return fail(errc::timed_out, moment);
  if (done->by == Done::By::cancelled) return fail(errc::cancelled, moment);
  if (!last_) return fail(last_.error(), moment);
  const auto patience = std::min<std::chrono::nanoseconds>(max_file_wait, deadline_ - moment.now);
  auto token = federation_->store(std::move(*last_), assertion_, patience);
  claim_.end(token);
  return finish(std::move(token));
}

WANDB_DECL Action TokenExchange::finish(Result<AccessTokenPtr> result) {
  result_ = std::move(result);
  fresh_ = exchange_ != 0 && result_ && !(*result_)->from_file;
  return Done{result_ ? Done::By::success : Done::By::failure, Outcome::not_run};
}

WANDB_DECL Action TokenExchange::fail(const Error& error, const Moment& moment) {
  auto failure = explained(error);
  // Another call goes on if the time of this one alone is over.
  const bool read_too_long = machine_.attempts() == 0 && error == errc::timed_out;
  const bool of_this_call = moment.stopped || moment.now >= deadline_ || read_too_long || error == condition::cancelled;
  const bool gave_up = machine_.attempts() > 0 && machine_.attempts() < max_attempts_ && error.retryable();
  if (of_this_call || gave_up) claim_ = {};
  else claim_.end(failure);
  return finish(std::move(failure));
}

/// Returns the code for the status of a refused exchange. None of them says anything about a user or a key.
[[nodiscard]] constexpr errc classify_exchange(int status) noexcept {
  switch (status) {
    case 400:
    case 401:
    case 403: return errc::unauthorized;
    case 404:
    case 405:
    case 410: return errc::not_implemented;
    case 409: return errc::bad_request;
    default: return is_success(status) ? errc::rejected : classify_status(status);
  }
}

[[nodiscard]] inline bool has_error(const JsonValue& member) noexcept {
  return !member.text().empty() && !member.is_null() && !member.is_empty() && member.text() != "false";
}

WANDB_DECL Result<StoredToken> TokenExchange::read(const Response& response,
                                                   std::chrono::system_clock::time_point now) const {
  const bool is_object = is_json_object(response.body);
  if (!is_success(response.status) || !is_object) return refusal(response, is_object);
  const JsonValue answer(response.body);
  if (has_error(answer.member("error")) || has_error(answer.member("errors"))) return refusal(response, is_object);
  const auto wrong = [&](const char* member, std::string_view why) { return malformed(member, why, response.status); };
  auto text = answer.member("access_token").string();
  StoredToken token{Secret(text), now};
  wipe(text.data(), text.size());
  if (!is_bearer_token(token.token.reveal())) return wrong("access_token", "it is missing, or is not a token");
  const auto lifetime = answer.member("expires_in");
  const auto seconds = parse_seconds(lifetime.is_string() ? lifetime.string() : std::string(lifetime.text()));
  if (!seconds || *seconds <= std::chrono::nanoseconds::zero())
    return wrong("expires_in", "it is missing, or is not a number of seconds above 0");
  token.expires += std::chrono::duration_cast<std::chrono::system_clock::duration>(*seconds);
  return token;
}

WANDB_DECL Error TokenExchange::refusal(const Response& response, bool is_object) const {
  const auto body = trimmed(std::string_view(response.body));
  const auto type = in_lower_case(response.headers.view().find("Content-Type").value_or(""));
  const bool is_page = !is_object && (body.starts_with('<') || type.find("text/html") != type.npos);
  Error::Details details{
      .reason = {}, .operation = {}, .messages = {}, .status = response.status, .delivery = Delivery::answered};
  if (is_page || (!is_object && is_success(response.status))) {
    const auto code = make_error_code(errc::not_the_service);
    details.reason = code.message() + (is_page ? " (it is an HTML page)" : " (it is not a JSON object)");
    return Error(code, std::move(details));
  }
  std::vector<GraphqlError> errors;
  if (is_object) {
    std::size_t budget = std::size_t{256} * 1024;
    const JsonValue answer(response.body);
    static_cast<void>(read_errors(errors, answer.member("error").text(), budget) &&
                      read_errors(errors, answer.member("errors").text(), budget));
    const auto description = answer.member("error_description").string();
    if (errors.empty() && !description.empty()) errors.emplace_back();
    if (!description.empty()) errors[0].message += (errors[0].message.empty() ? "" : ": ") + description;
  } else if (!body.empty()) {
    errors.emplace_back().message = std::string(body);
  }
  const Mask mask(secrets().secrets());
  for (auto& error : errors) {
    error.message = mask(error.message);
    error.code = mask(error.code);
    error.path = {};
  }
  details.messages = to_messages(errors);
  return Error(make_error_code(classify_exchange(response.status)), std::move(details));
}

WANDB_DECL Error TokenExchange::explained(const Error& error) const {
  auto details = error.details();
  const bool sent = machine_.attempts() > 0;
  if (!sent) details.delivery = Delivery::nothing_sent;
  details.reason =
      "the identity token from " + federation_->source() + " was not exchanged for an access token: " + error.reason();
  if (sent && (may_be_wrong_url(error.code(), details.delivery) || endpoint_.may_be_wrong_path(details.status)))
    details.reason.append(" (").append(endpoint_.url_note()).append(")");
  if (error == errc::unauthorized && !details.advice)
    details.advice = "check that the server trusts the token's issuer, and that the token has not expired";
  details.operation = exchange_operation;
  details.attempts = machine_.attempts();
  details.outcome = Outcome::not_run;
  return Error(error.code(), std::move(details));
}

}  // namespace wandb::detail
