// Shared by the commands of wandb-users: the exit codes, and the functions that print messages.
#pragma once

#include <string>
#include <string_view>

#include <wandb/error.hpp>

// Scripts distinguish results by these exit codes.
enum Exit {
  ok = 0,
  failed = 1,
  usage = 2,
  not_found = 3,
  denied = 4,
  unreachable = 5,
  outcome_unknown = 6,
  partly = 7,
  already_exists = 8,
  try_later = 9
};
inline constexpr const char* exit_codes =
    "Exit codes: 0 done, 1 failed, 2 usage (settings too), 3 not found, 4 not permitted, 5 not reached (or something "
    "else answers), 6 outcome unknown, 7 partly done, 8 exists already, 9 try again later.";

/// Returns the exit code for an error. A code that was derived from the server's words alone proves no fact about a
/// person.
[[nodiscard]] int exit_code(const wandb::Error& error);

/// From now on, masks each word of the command line that looks like a key in every printed line. The words must outlive
/// the program's output.
void hide_typed_keys(int argc, char** argv);

/// From now on, each line on standard error is a JSON text.
void speak_json();
[[nodiscard]] bool speaks_json();

/// Prints a complaint of the tool on one line of standard error, with everything masked that looks like a key. Returns
/// `code`.
int tell(std::string_view text, int code, wandb::Outcome outcome = wandb::Outcome::not_run);
/// Prints an error of the library. Returns its exit code.
int tell(const wandb::Error& error);
/// Prints an error with `text` instead of its own message, and returns `code`. The text that is added must be `plain`.
int tell(const wandb::Error& error, std::string_view text, int code);
/// Prints a message that is not a complaint.
void note(std::string_view text);

/// Formats a text for one line of output: it contains no line break, no control sequence for a terminal, and no key
/// that was typed.
[[nodiscard]] std::string on_one_line(std::string_view text);
/// Formats a name from the server or a table in the same way, and also masks everything that looks like a key. Only an
/// e-mail address may be longer than a key.
[[nodiscard]] std::string named(std::string_view text);
/// Formats what the user typed, and the tool's own words, in the same way: host names, paths and addresses of any
/// length stay unchanged; only text that can be nothing but a key is masked.
[[nodiscard]] std::string plain(std::string_view text);
