// Finds the `errc` for an error of the server: by its code, otherwise by the status, otherwise by its words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/detail/answer/http_status.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/error.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns the code for an HTTP status that is not a success.
[[nodiscard]] constexpr errc classify_status(int status) noexcept {
  switch (status) {
    case 401: return errc::unauthorized;
    case 403: return errc::permission_denied;
    case 404: return errc::not_found;
    case 408: return errc::timed_out;
    case 499: return errc::connection_lost;  // a gateway says that its client closed the connection
    case 409: return errc::conflict;
    case 429: return errc::rate_limited;
    case 501: return errc::not_implemented;
    default: break;
  }
  if (status >= 500 && status <= 599) return errc::server_error;
  return status >= 400 && status <= 499 ? errc::bad_request : errc::unexpected_status;
}

/// Returns whether two codes are the same except for case and the characters between words: `NOT_FOUND`, `NotFound`.
[[nodiscard]] constexpr bool same_code(std::string_view a, std::string_view b) noexcept {
  const auto skip = [](std::string_view& text) {
    while (!text.empty() && !is_letter(text.front()) && !is_digit(text.front())) text.remove_prefix(1);
  };
  for (;;) {
    skip(a);
    skip(b);
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    if (to_lower(a.front()) != to_lower(b.front())) return false;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
}

/// Maps a code that GraphQL servers use to the HTTP status with the same meaning.
struct KnownCode {
  std::string_view code;
  int status;
};
inline constexpr KnownCode known_codes[] = {
    {"PERMISSION_ERROR", 403},
    {"PERMISSION_DENIED", 403},
    {"FORBIDDEN", 403},
    {"ACCESS_DENIED", 403},
    {"UNAUTHENTICATED", 401},
    {"UNAUTHORIZED", 401},
    {"AUTHENTICATION_ERROR", 401},
    {"NOT_LOGGED_IN", 401},
    {"NOT_FOUND", 404},
    {"CONFLICT", 409},
    {"ALREADY_EXISTS", 409},
    {"DUPLICATE", 409},
    {"BAD_REQUEST", 400},
    {"BAD_USER_INPUT", 400},
    {"INVALID_ARGUMENT", 400},
    {"VALIDATION_ERROR", 400},
    {"GRAPHQL_PARSE_FAILED", 400},
    {"GRAPHQL_VALIDATION_FAILED", 400},
    {"RATE_LIMITED", 429},
    {"RATE_LIMIT_EXCEEDED", 429},
    {"TOO_MANY_REQUESTS", 429},
    {"RESOURCE_EXHAUSTED", 429},
    {"REQUEST_TIMEOUT", 408},
    {"TIMEOUT", 504},
    {"TIMED_OUT", 504},
    {"UPSTREAM_TIMEOUT", 504},
    {"UPSTREAM_ERROR", 502},
    {"SERVER_ERROR", 500},
    {"GATEWAY_TIMEOUT", 504},
    {"DEADLINE_EXCEEDED", 504},
    {"INTERNAL_SERVER_ERROR", 500},
    {"INTERNAL_ERROR", 500},
    {"INTERNAL", 500},
    {"BAD_GATEWAY", 502},
    {"SERVICE_UNAVAILABLE", 503},
    {"UNAVAILABLE", 503},
    {"NOT_IMPLEMENTED", 501},
    {"UNIMPLEMENTED", 501},
};

/// Returns the HTTP status with the meaning of a code of GraphQL servers; 0 for an unknown code.
[[nodiscard]] constexpr int status_of_code(std::string_view code) noexcept {
  if (const int number = leading_status(code); number != 0) return number;
  for (const auto& known : known_codes) {
    if (same_code(known.code, code)) return known.status;
  }
  return 0;
}

/// Returns the HTTP status that an error gives, in its code or next to it; 0 if it gives none. Of two statuses, an
/// ambiguous one takes precedence.
[[nodiscard]] inline int own_status(const GraphqlError& error) noexcept {
  const int by_code = status_of_code(error.code);
  if (by_code == 0 || is_ambiguous(error.status)) return error.status != 0 ? error.status : by_code;
  return by_code;
}

[[nodiscard]] constexpr bool is_in_word(char c) noexcept { return is_letter(c) || is_digit(c); }

/// Returns whether `text` holds the words of `phrase`, in any case, separated by spaces, `_` or `-`.
[[nodiscard]] constexpr bool has_phrase(std::string_view text, std::string_view phrase) noexcept {
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (begin != 0 && is_in_word(text[begin - 1])) continue;
    std::size_t at = begin;
    std::size_t i = 0;
    while (i != phrase.size() && at != text.size()) {
      if (phrase[i] == ' ') {
        const auto gap = at;
        while (at != text.size() && (is_space(text[at]) || text[at] == '_' || text[at] == '-')) ++at;
        if (at == gap) break;
      } else if (to_lower(text[at++]) != phrase[i]) {
        break;
      }
      ++i;
    }
    if (i == phrase.size() && (at == text.size() || !is_in_word(text[at]))) return true;
  }
  return false;
}

inline void blank(std::string& words, std::size_t begin, std::size_t end) {
  std::fill(words.begin() + static_cast<std::ptrdiff_t>(begin), words.begin() + static_cast<std::ptrdiff_t>(end), ' ');
}

/// Blanks out each `value` that is not part of a longer word.
inline void blank_value(std::string& words, std::string_view value) {
  if (value.empty()) return;
  for (auto at = words.find(value); at != words.npos; at = words.find(value, at + 1)) {
    const auto end = at + value.size();
    const bool apart = (at == 0 || !is_in_word(words[at - 1])) && (end == words.size() || !is_in_word(words[end]));
    if (apart) blank(words, at, end);
  }
}

/// Blanks out quotations that open and close with different marks.
inline void blank_between(std::string& words, std::string_view open, std::string_view close) {
  for (auto begin = words.find(open); begin != words.npos; begin = words.find(open, begin + 1)) {
    const auto end = words.find(close, begin + open.size());
    if (end == words.npos) return;
    blank(words, begin, end + close.size());
  }
}

/// Blanks out quotations between two identical marks. An apostrophe inside a word does not open a quotation.
inline void blank_quoted(std::string& words, char quote) {
  for (auto begin = words.find(quote); begin != words.npos;) {
    const bool opens = begin == 0 || !is_in_word(words[begin - 1]);
    const auto end = opens ? words.find(quote, begin + 1) : begin;
    if (end == words.npos) return;
    if (opens) blank(words, begin, end + 1);
    begin = words.find(quote, end + 1);
  }
}

/// Blanks out e-mail addresses: each `@` with the text around it, up to white space.
inline void blank_addresses(std::string& words) {
  for (auto at = words.find('@'); at != words.npos; at = words.find('@', at + 1)) {
    auto begin = at;
    auto end = at;
    while (begin != 0 && !is_space(words[begin - 1])) --begin;
    while (end != words.size() && !is_space(words[end])) ++end;
    blank(words, begin, end);
  }
}

/// Returns `text` with blanks for the words that may not be the server's own: quotations, addresses, and
/// `request_texts`.
[[nodiscard]] inline std::string own_words(std::string_view text, const std::vector<std::string>& request_texts) {
  std::string words(text);
  for (const auto& value : request_texts) blank_value(words, value);
  blank_between(words, "\u201c", "\u201d");
  blank_between(words, "\u2018", "\u2019");
  blank_between(words, "\u00ab", "\u00bb");
  blank_between(words, "<", ">");
  for (const char quote : {'"', '\'', '`'}) blank_quoted(words, quote);
  blank_addresses(words);
  return words;
}

/// Returns the code for a refusal in words; nothing if the words are not recognised.
[[nodiscard]] constexpr std::optional<errc> classify_words(std::string_view words) noexcept {
  struct Refusal {
    std::string_view phrase;
    errc code;
  };
  constexpr Refusal refusals[] = {
      {"permission", errc::permission_denied},
      {"permissions", errc::permission_denied},
      {"forbidden", errc::permission_denied},
      {"not authorized", errc::permission_denied},
      {"access denied", errc::permission_denied},
      {"unauthenticated", errc::unauthorized},
      {"unauthorized", errc::unauthorized},
      {"not logged in", errc::unauthorized},
      {"already exists", errc::conflict},
      {"conflict", errc::conflict},
      {"duplicate", errc::conflict},
      {"not found", errc::not_found},
      {"rate limit", errc::rate_limited},
      {"rate limited", errc::rate_limited},
      {"too many requests", errc::rate_limited},
  };
  for (const auto& refusal : refusals) {
    if (has_phrase(words, refusal.phrase)) return refusal.code;
  }
  return std::nullopt;
}

/// Holds the class of an error, and the evidence for it.
struct Verdict {
  errc code = errc::rejected;
  int status = 0;           ///< the error's own status, otherwise the status of the answer
  bool from_words = false;  ///< whether the words of the message are the only evidence
};

/// Returns whether the server refuses the program, rather than its user.
[[nodiscard]] inline bool refuses_client(const GraphqlError& error) noexcept {
  return same_code(error.code, "RELOGIN") || same_code(error.code, "RELOGIN_REQUIRED");
}

/// Classifies one error of an answer with `http_status`. `request_texts` are texts of the request that the server's
/// message may repeat.
[[nodiscard]] inline Verdict classify_error(const GraphqlError& error, int http_status,
                                            const std::vector<std::string>& request_texts = {}) {
  const int own = own_status(error);
  const int status = own != 0 ? own : http_status;
  // The service expresses this refusal in words only, with any status. Words may decide here, because the caller's key
  // is not blamed and the only consequence is a smaller request.
  const bool in_words = error.code.empty() && has_phrase(own_words(error.message, request_texts), "relogin required");
  if (!is_ambiguous(status) && (in_words || refuses_client(error))) return {errc::client_refused, status, in_words};
  if (own != 0) return {classify_status(own), own, false};
  if (!is_success(http_status)) return {classify_status(http_status), http_status, false};
  // A server that uses codes has a code for each refusal that words could express, so that an unknown code means
  // something else.
  if (!error.code.empty()) return {errc::rejected, http_status, false};
  const auto by_words = classify_words(own_words(error.message, request_texts));
  return {by_words.value_or(errc::rejected), http_status, by_words.has_value()};
}

/// One `Error` repeats at most this many of the server's errors, which is as many as a person reads.
inline constexpr std::size_t max_messages = 16;

/// Converts the server's errors to the messages of an `Error`.
[[nodiscard]] inline std::vector<ServerMessage> to_messages(const std::vector<GraphqlError>& errors) {
  std::vector<ServerMessage> messages;
  messages.reserve(std::min(errors.size(), max_messages));
  for (const auto& error : errors) {
    if (messages.size() == max_messages) break;
    const bool has_reason = !error.message.empty();
    messages.push_back({has_reason ? error.message : "(the server gave no reason)", error.path.text(), error.code});
  }
  if (errors.size() > max_messages)
    messages.push_back({"and " + std::to_string(errors.size() - max_messages) + " more", {}, {}});
  return messages;
}

}  // namespace wandb::detail
