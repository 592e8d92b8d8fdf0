// The faults of GraphQL documents and their messages, at compile time and at run time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <wandb/graphql/fixed_string.hpp>

namespace wandb::inline WANDB_ABI::graphql {

/// The kinds of faults of a document.
enum class FaultKind : std::uint8_t {
  syntax,
  too_large,
  unknown_type,
  unknown_field,
  unknown_argument,
  unknown_variable,
  unknown_fragment,
  unknown_directive,
  unknown_operation,
  unused_variable,
  unused_fragment,
  missing_argument,
  missing_selection,
  unexpected_selection,
  wrong_type,
  duplicate,
  conflict,
  cycle,
};

/// The first fault of a document: the word at fault, the type on which it was looked up, and a similar valid word.
struct Fault {
  FaultKind kind = FaultKind::syntax;
  std::string_view word;
  std::string_view on;
  std::string_view suggestion;
};

namespace detail {

/// Passes on the message of a fault in pieces: `unknown field 'emial' on User; did you mean 'email'?`
template <class Say>
constexpr void describe_to(const Fault& fault, Say say) {
  constexpr std::array<std::string_view, 18> what{
      "syntax error at",  "too large at",       "unknown type",        "unknown field",     "unknown argument",
      "unknown variable", "unknown fragment",   "unknown directive",   "no one operation",  "unused variable",
      "unused fragment",  "missing argument",   "no selection on",     "selection on leaf", "wrong type for",
      "given twice:",     "conflicting fields", "circular fragment on"};
  say(what[static_cast<std::size_t>(fault.kind)]);
  say(" '");
  say(fault.word);
  say("'");
  if (!fault.on.empty()) {
    say(" on ");
    say(fault.on);
  }
  if (!fault.suggestion.empty()) {
    say("; did you mean '");
    say(fault.suggestion);
    say("'?");
  }
}

[[nodiscard]] constexpr std::size_t description_size(const Fault& fault) {
  std::size_t size = 0;
  describe_to(fault, [&](std::string_view piece) { size += piece.size(); });
  return size;
}

/// The description as a template argument: `Size` is `description_size(fault)`.
template <std::size_t Size>
[[nodiscard]] consteval FixedString<Size> fixed_description(const Fault& fault) {
  FixedString<Size> text;
  auto* at = text.characters;
  describe_to(fault, [&](std::string_view piece) { at += piece.copy(at, piece.size()); });
  return text;
}

}  // namespace detail

/// Returns the message of a fault: `unknown field 'emial' on User; did you mean 'email'?`
[[nodiscard]] inline std::string describe(const Fault& fault) {
  std::string text;
  detail::describe_to(fault, [&](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace wandb::graphql
