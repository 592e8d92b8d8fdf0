// The definitions of error.hpp.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <wandb/detail/text/one_line.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/errc.hpp>
#include <wandb/error.hpp>
#include <wandb/impl/errc.ipp>

namespace wandb::inline WANDB_ABI {

namespace detail {

WANDB_DECL void throw_misuse([[maybe_unused]] const std::string& why) {
#if defined(__cpp_exceptions)
  throw std::invalid_argument(why);
#endif
}

WANDB_DECL void throw_error(const Error& error) {
#if defined(__cpp_exceptions)
  throw Exception(error);
#else
  std::fputs((error.message() + "\n").c_str(), stderr);
  std::abort();
#endif
}

}  // namespace detail

WANDB_DECL bool Error::retryable() const noexcept {
  return outcome() == Outcome::not_run && *this != errc::tls_failed && *this != errc::proxy_refused &&
         (*this == condition::network || *this == condition::timed_out || *this == condition::rate_limited ||
          *this == condition::server_failure);
}

WANDB_DECL bool Error::passes_as(condition wanted) const noexcept {
  if (code_ != make_error_code(errc::not_the_service)) return false;
  if (wanted == condition::timed_out) return status() == 408;
  if (wanted == condition::rate_limited) return status() == 429;
  return wanted == condition::server_failure && status() >= 500 && status() <= 599 && status() != 501;
}

WANDB_DECL Error::Error(std::error_code code, Details details) : code_(code), delivery_(details.delivery) {
  for (auto& message : details.messages) {
    for (auto* said : {&message.text, &message.path, &message.code})
      *said = detail::shortened(detail::redact(*said), max_said);
  }
  details.reason = detail::one_line(details.reason);
  if (details.advice) *details.advice = detail::one_line(*details.advice);
  details_ = std::make_shared<const Details>(std::move(details));
}

WANDB_DECL const std::vector<ServerMessage>& Error::messages() const& noexcept {
  static const std::vector<ServerMessage> none;
  return details_ ? details_->messages : none;
}

WANDB_DECL Error::Details Error::details() const {
  if (details_) return *details_;
  Details fresh;
  fresh.delivery = delivery_;
  return fresh;
}

WANDB_DECL std::string Error::reason() const {
  if (details_ && !details_->reason.empty()) return details_->reason;
  auto text = code_.message();
  // A transport's own category may quote the server.
  return code_.category() == error_category() ? text : detail::redact(text, detail::Shapes::marked);
}

WANDB_DECL std::string Error::advice() const {
  std::string advice;
  if (details_ && details_->advice) advice = *details_->advice;
  else if (code_.category() == error_category()) advice = detail::text_of(static_cast<errc>(code_.value())).advice;
  if (outcome() == Outcome::not_run) return advice;
  // What has run, or may have, must not be repeated blindly.
  if (advice.ends_with("try again later")) advice.clear();
  if (outcome() == Outcome::unknown)
    advice.append(advice.empty() ? "" : ", and ").append("look whether it took effect before you try again");
  return advice;
}

WANDB_DECL std::string Error::message() const {
  std::string text;
  if (!operation().empty()) text.append(operation()).append(": ");
  text += reason();
  // A reason from a transport or the server may already end with the advice.
  if (const auto what_to_do = advice(); !what_to_do.empty() && !text.ends_with(what_to_do)) {
    text.append("; ").append(what_to_do);
  }
  const char* before = " (the server says: ";
  for (const auto& said : messages()) {
    text.append(std::exchange(before, "; ")).append(said.text);
    if (!said.path.empty()) text.append(" at ").append(said.path);
  }
  if (!messages().empty()) text += ')';
  if (status() != 0) text.append(" [HTTP ").append(std::to_string(status())).append("]");
  if (attempts() > 1) text.append(" [").append(std::to_string(attempts())).append(" attempts]");
  if (outcome() == Outcome::unknown) text += " [it may have taken effect]";
  if (outcome() == Outcome::ran) text += " [it took effect]";
  return detail::one_line(std::move(text));
}

}  // namespace wandb
