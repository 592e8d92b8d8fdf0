// The commands and options of wandb-users.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "commands.hpp"
#include "provision.hpp"

/// Holds the options about the server and about the user.
struct Settings {
  std::string base_url;
  std::string ca_file;
  double timeout = 0;
  bool insecure = false;
  bool json = false;
  bool describe = false;
  std::string format;  ///< empty for none
  Flags flags;
  ProvisionFlags provision;
};

/// Adds the commands and options. The parsed ones are written to `settings`, and the function of the command to
/// `chosen`, which stays null for `provision`.
void add_command_line(CLI::App& app, Settings& settings, Command& chosen);

/// Returns what is wrong with the command line. If a word is misspelt, the message has what was probably meant.
[[nodiscard]] std::string usage_message(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv);

/// Returns the complaint about a word that begins with another dash than a hyphen, as word processors write options;
/// empty if there is none. The value of an option may begin so, and what comes after `--`.
[[nodiscard]] std::string dash_fault(const CLI::App& app, int argc, char** argv);

/// Returns the complaint about an empty word or an empty value, because an unset variable in a script must not select
/// the caller, the default server, or the key without a description; empty if there is none.
[[nodiscard]] std::string empty_fault(int argc, char** argv);

/// Describes all commands and options as JSON. The man page and the completions of shells are made from it.
[[nodiscard]] std::string description_of(const CLI::App& app);
