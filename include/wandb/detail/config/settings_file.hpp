// The settings files that `wandb login` writes: which server is meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/config/home.hpp>
#include <wandb/detail/config/secret_file.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/encoding.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// Finds a setting in the section `[default]` of an INI file, as Python's `configparser` reads it: `name = value` or
/// `name: value`, names without regard to case, comments on lines of their own that begin with `#` or `;`. Of several
/// the last counts. Empty where there is none. Views `text`.
[[nodiscard]] constexpr std::string_view find_setting(std::string_view text, std::string_view name) noexcept {
  std::string_view value;
  bool in_section = false;
  text = without_mark(text);
  while (!text.empty()) {
    const auto end = text.find_first_of("\r\n");
    const auto whole_line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    const auto line = trimmed(whole_line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      in_section = line.substr(0, line.find(']')) == "[default";
      continue;
    }
    // A line that begins with white space goes on with the value before it.
    if (!in_section || is_space(whole_line.front())) continue;
    const auto sign = line.find_first_of("=:");
    if (sign == line.npos || !equal_ignoring_case(trimmed(line.substr(0, sign)), name)) continue;
    value = trimmed(line.substr(sign + 1));
  }
  return value;
}

/// A setting as it was found in a file.
struct FileSetting {
  std::string value;  ///< empty for none
  std::string path;   ///< of the file, as it may be shown
};

/// Reads one settings file; no value where there is no such file. `errc::invalid_environment` where it cannot be read.
[[nodiscard]] inline Result<FileSetting> read_setting(const std::string& path, std::string_view name) {
  const auto shown = mask_pasted_keys(path);
  const auto failed = [](const std::string& why) {
    return Error(make_error_code(errc::invalid_environment), why, Delivery::nothing_sent);
  };
  const auto text = read_secret_file(path);
  if (!text) return failed(text.error().reason());
  if (!*text) return FileSetting{};
  if (const auto fault = encoding_fault(**text); !fault.empty()) return failed("cannot read " + shown + ": " + fault);
  return FileSetting{std::string(find_setting(**text, name)), shown};
}

/// Looks for a setting in `./wandb/settings`, then in `settings` below `$WANDB_CONFIG_DIR`, else `~/.config/wandb`:
/// what is nearer to the program goes before what is its account's. No value where neither has it.
[[nodiscard]] inline Result<FileSetting> find_in_settings(std::string_view name, const Environment& environment) {
  // Without an environment no file is looked into either.
  if (environment.look_up == nullptr) return FileSetting{};
  auto found = read_setting("wandb/settings", name);
  if (!found || !found->value.empty()) return found;
  auto directory = expand_home(std::string(environment.get("WANDB_CONFIG_DIR")), environment);
  if (directory.empty()) {
    directory = home_directory(environment);
    if (directory.empty()) return FileSetting{};
    directory += "/.config/wandb";
  }
  return read_setting(directory + "/settings", name);
}

}  // namespace wandb::detail
