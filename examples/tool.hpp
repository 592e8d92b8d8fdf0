// What the commands of wandb-users share.
#pragma once

#include <iostream>
#include <string>
#include <string_view>

#include <wandb/detail/json_text.hpp>
#include <wandb/detail/redact.hpp>
#include <wandb/error.hpp>

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

/// The way out where the library's own words are for a program; empty elsewhere.
inline std::string_view way_out(const wandb::Error& error) {
  using wandb::errc;
  if (error == errc::no_credentials) return "no API key: set WANDB_API_KEY, or add the host to the netrc file";
  if (error == errc::insecure_base_url) {
    return "plain http would show the API key to the network; use https, or --allow-insecure-http";
  }
  if (error == errc::no_user_credentials) {
    return "the user's own API key is not known, and a key is never made with yours; put theirs in an environment "
           "variable, and name it with `keys generate --user-key-env`";
  }
  return {};
}

inline int tell(const wandb::Error& error) {
  const auto words = way_out(error);
  return tell(words.empty() ? error.message() : std::string(words), exit_code(error));
}

inline std::string json_text(std::string_view text) {
  std::string json;
  wandb::detail::append_json_string(json, text);
  return json;
}
