// From what a server says to a code of ours.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/ascii.hpp>
#include <wandb/detail/graphql_errors.hpp>
#include <wandb/error.hpp>

namespace wandb::detail {

/// The code for an HTTP status that is not a success.
[[nodiscard]] constexpr errc classify_status(int status) noexcept {
  switch (status) {
    case 401: return errc::unauthorized;
    case 403: return errc::permission_denied;
    case 404: return errc::not_found;
    case 408: return errc::timed_out;
    case 409: return errc::conflict;
    case 429: return errc::rate_limited;
    case 501: return errc::not_implemented;
    default: break;
  }
  if (status >= 500) return errc::server_error;
  return status >= 400 ? errc::bad_request : errc::unexpected_status;
}

/// The code for the words in which GraphQL servers refuse; nothing when they are not recognised.
[[nodiscard]] constexpr std::optional<errc> classify_words(std::string_view text) noexcept {
  struct Sign {
    std::string_view words;
    errc code;
  };
  constexpr Sign signs[] = {
      {"permission", errc::permission_denied},
      {"forbidden", errc::permission_denied},
      {"not authorized", errc::permission_denied},
      {"unauthenticated", errc::unauthorized},
      {"unauthorized", errc::unauthorized},
      {"relogin", errc::unauthorized},
      {"not logged in", errc::unauthorized},
      {"already_exists", errc::conflict},
      {"already exists", errc::conflict},
      {"conflict", errc::conflict},
      {"duplicate", errc::conflict},
      {"not_found", errc::not_found},
      {"not found", errc::not_found},
      {"rate limit", errc::rate_limited},
      {"rate_limit", errc::rate_limited},
      {"too many requests", errc::rate_limited},
  };
  for (const auto& sign : signs) {
    if (contains_ignoring_case(text, sign.words)) return sign.code;
  }
  return std::nullopt;
}

/// The code for one error of a GraphQL answer: its own status, its own code, else its words.
[[nodiscard]] inline errc classify(const GraphqlError& error) noexcept {
  if (error.status >= 400) return classify_status(error.status);
  if (const auto code = classify_words(error.code)) return *code;
  return classify_words(error.message).value_or(errc::rejected);
}

[[nodiscard]] inline std::vector<ServerMessage> to_messages(const std::vector<GraphqlError>& errors) {
  std::vector<ServerMessage> messages;
  messages.reserve(errors.size());
  for (const auto& error : errors) messages.push_back({error.message, error.path_text(), error.code});
  return messages;
}

}  // namespace wandb::detail
