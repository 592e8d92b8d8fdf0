// Rewords the library's errors for the tool: the library's advice names functions, but a user of the tool has flags.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/error.hpp>

/// Maps a phrase of the library to the tool's phrase.
struct Advice {
  std::string_view library;
  std::string_view tool;
};
inline constexpr std::array<Advice, 11> advices{{
    {"pass one in wandb::Options, set WANDB_API_KEY", "set WANDB_API_KEY"},
    {"the API key from wandb::Options", "the API key"},
    {" from User::authenticate", " from --user-key-env"},
    {"or base_url in wandb::Options, for", "or give --base-url, for"},
    {"or set allow_insecure_http in wandb::Options", "or give --allow-insecure-http"},
    {" from wandb::Options", " from --base-url"},
    {"with the caller's; give it with user.authenticate(secret)",
     "with yours; put theirs in an environment variable, and name it with `keys generate --user-key-env`"},
    {"were never loaded; call reload() first", "were not shown; ask somebody whose credentials show them"},
    {"allow a longer timeout", "allow more with --timeout"},
    {"the transport's ca_file", "--ca-file"},
    {"ask for fewer at once, or raise the transport's max_response_size",
     "this tool takes no more; check the base URL and what is between"},
}};

/// Formats an error for a person at a terminal, in one line. The server's own words stay unchanged.
[[nodiscard]] inline std::string advised(const wandb::Error& error) {
  auto details = error.details();
  details.reason = error.reason();
  if (const auto what_to_do = error.advice(); !what_to_do.empty()) details.reason.append("; ").append(what_to_do);
  details.advice = "";
  for (const auto& advice : advices) {
    for (auto at = details.reason.find(advice.library); at != std::string::npos;) {
      details.reason.replace(at, advice.library.size(), advice.tool);
      at = details.reason.find(advice.library, at + advice.tool.size());
    }
  }
  return wandb::Error(error.code(), std::move(details)).message();
}
