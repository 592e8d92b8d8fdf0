// What the commands of wandb-users share: exit codes, and how they speak.
#pragma once

#include <string>
#include <string_view>

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
  partly = 7,
  already_exists = 8,
  try_later = 9
};
inline constexpr const char* exit_codes =
    "Exit codes: 0 done, 1 failed, 2 usage (settings too), 3 not found, 4 not permitted, 5 not reached (or something "
    "else answers), 6 outcome unknown, 7 partly done, 8 exists already, 9 try again later.";

/// The exit code for an error. What was read out of the server's words alone proves no fact about a person.
[[nodiscard]] int exit_code(const wandb::Error& error);

/// What looks like a key in the words of the command line is shown from here on by no line, whoever writes it. The
/// words must stay.
void hide_typed_keys(int argc, char** argv);

/// From here on each line on standard error is a JSON text.
void speak_json();
[[nodiscard]] bool speaks_json();

/// A complaint of the tool's own, on one line of standard error, without what looks like a key. Gives `code`.
int tell(std::string_view text, int code, wandb::Outcome outcome = wandb::Outcome::not_run);
/// An error of the library's. Gives its exit code.
int tell(const wandb::Error& error);
/// The same with `text` in place of the error's own, and `code` as the exit code. What `text` adds must be `plain`.
int tell(const wandb::Error& error, std::string_view text, int code);
/// A line for whoever watches, which is no complaint.
void note(std::string_view text);

/// A text for a line of output: nobody's name breaks it or steers the terminal, and no key that was typed is in it.
[[nodiscard]] std::string on_one_line(std::string_view text);
/// The same for what the server calls somebody or something, or a table holds: with everything masked that looks like a
/// key. Only an address may be longer than one.
[[nodiscard]] std::string named(std::string_view text);
/// The same for what somebody typed, and for the tool's own words: host names, paths and addresses stay as they are,
/// however long, but for what nothing but a key looks like.
[[nodiscard]] std::string plain(std::string_view text);
