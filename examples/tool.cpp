#include "tool.hpp"

#include <iostream>
#include <string>
#include <string_view>

#include <wandb/detail/redact.hpp>
#include <wandb/error.hpp>

#include "advice.hpp"
#include "json.hpp"

namespace {

bool json_on_stderr = false;

/// Whether the server, or what stands before it, asks for patience.
bool is_temporary(const wandb::Error& error) {
  using wandb::condition;
  if (!error.retryable()) return false;
  return error == condition::rate_limited || error == condition::server_failure ||
         (error == condition::timed_out && error.status() != 0);
}

bool is_wrong_setting(const wandb::Error& error) {
  using wandb::errc;
  return error == errc::invalid_argument || error == errc::invalid_base_url || error == errc::insecure_base_url ||
         error == errc::invalid_environment || error == errc::ambiguous_user;
}

/// The library's code for a complaint of the tool's own.
wandb::errc code_of(int exit) {
  if (exit == usage) return wandb::errc::invalid_argument;
  return exit == not_found ? wandb::errc::not_found : wandb::errc::no_result;
}

}  // namespace

int exit_code(const wandb::Error& error) {
  using wandb::condition;
  if (error == condition::outcome_unknown) return outcome_unknown;
  if (error.outcome() == wandb::Outcome::ran) return failed;
  if (is_wrong_setting(error)) return usage;
  if (is_temporary(error)) return try_later;
  if (error == wandb::errc::not_the_service) return unreachable;
  if (error == wandb::errc::client_refused || error == condition::unauthorized ||
      error == condition::permission_denied || error == condition::configuration) {
    return denied;
  }
  if (error == condition::not_found) return error.from_words() ? failed : not_found;
  if (error == condition::conflict) return error.from_words() ? failed : already_exists;
  if (error == condition::network || error == condition::timed_out) return unreachable;
  return failed;
}

void speak_json() { json_on_stderr = true; }
bool speaks_json() { return json_on_stderr; }

int tell(const wandb::Error& error, std::string_view text, int code) {
  const auto line = wandb::detail::one_line(std::string(text));
  if (json_on_stderr) std::cerr << "{\"error\":" << json_of(error, line) << "}\n";
  else std::cerr << "wandb-users: " << line << '\n';
  return code;
}

int tell(const wandb::Error& error) { return tell(error, advised(error), exit_code(error)); }

int tell(std::string_view text, int code, wandb::Outcome outcome) {
  const wandb::Error error(
      make_error_code(code_of(code)),
      wandb::Error::Details{.reason = std::string(text), .operation = {}, .messages = {}, .outcome = outcome});
  return tell(error, text, code);
}

void note(std::string_view text) {
  const auto line = wandb::detail::one_line(std::string(text));
  if (json_on_stderr) std::cerr << "{\"note\":" << json_text(line) << "}\n";
  else std::cerr << "wandb-users: " << line << '\n';
}

std::string plain(std::string_view text) { return wandb::detail::one_line(std::string(text)); }
