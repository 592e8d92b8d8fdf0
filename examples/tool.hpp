// What the commands of wandb-users share.
#pragma once

#include <iostream>
#include <string>
#include <string_view>

#include <wandb/detail/json_text.hpp>
#include <wandb/detail/redact.hpp>
#include <wandb/error.hpp>

#include "advice.hpp"

// Exit codes: what a script branches on.
enum Exit {
  ok = 0,
  failed = 1,
  usage = 2,
  not_found = 3,
  denied = 4,
  unreachable = 5,
  outcome_unknown = 6,
  partly = 7
};

inline int exit_code(const wandb::Error& error) {
  using wandb::condition;
  if (error == condition::outcome_unknown) return outcome_unknown;
  if (error == condition::unauthorized || error == condition::permission_denied || error == condition::configuration)
    return denied;
  if (error == condition::not_found) return not_found;
  if (error == wandb::errc::invalid_argument) return usage;
  if (error == condition::network || error == condition::timed_out) return unreachable;
  return failed;
}

/// A line on standard error. Files and arguments may have given words to it: none of them breaks it.
inline int tell(std::string_view text, int code) {
  std::cerr << "wandb-users: " << wandb::detail::one_line(std::string(text)) << '\n';
  return code;
}

inline int tell(const wandb::Error& error) { return tell(advised(error), exit_code(error)); }

inline std::string json_text(std::string_view text) {
  std::string json;
  wandb::detail::append_json_string(json, text);
  return json;
}
