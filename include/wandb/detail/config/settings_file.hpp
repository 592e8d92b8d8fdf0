// The settings files that `wandb login` writes: which server is meant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

namespace wandb::inline WANDB_ABI::detail {

/// Reads one setting from an INI file as Python's `configparser` does: `name = value` or `name: value` in the section
/// `[default]`, else in `[DEFAULT]`. The case of names does not matter, a line that begins with `#` or `;` is a
/// comment, a line that is indented further than its setting continues the value, and of several values the last
/// counts.
class SettingsReader {
 public:
  explicit SettingsReader(std::string_view name) noexcept : name_(name) {}

  /// Reads the text. To be called once.
  void read(std::string_view text) {
    text = without_mark(text);
    while (!text.empty() && fault_.empty()) {
      ++line_;
      const auto end = std::min(text.find('\n'), text.size());
      read_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  /// The value; empty if there is none.
  [[nodiscard]] std::string value() const { return std::string(trimmed(own_.empty() ? inherited_ : own_)); }
  /// Why the text is no INI file, with the line and without its text; else empty.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  void read_line(std::string_view text) {
    const auto line = trimmed(text);
    if (line.empty() || line.front() == '#' || line.front() == ';') return;
    const auto indentation = static_cast<std::size_t>(line.data() - text.data());
    if (in_setting_ && indentation > indentation_) {
      if (value_ != nullptr) value_->append("\n").append(line);
      return;
    }
    indentation_ = indentation;
    if (line.front() == '[' && line.rfind(']') > 1 && line.rfind(']') != line.npos) begin_section(line);
    else read_setting(line);
  }
  void begin_section(std::string_view line) {
    const auto section = line.substr(1, line.rfind(']') - 1);
    section_ = section == "default" ? &own_ : section == "DEFAULT" ? &inherited_ : nullptr;
    in_section_ = true;
    in_setting_ = false;
  }
  void read_setting(std::string_view line) {
    const auto sign = line.find_first_of("=:");
    if (!in_section_ || sign == line.npos || sign == 0) {
      fault_ = "line " + std::to_string(line_) + " is neither a section nor a setting in one";
      return;
    }
    in_setting_ = true;
    value_ = section_ != nullptr && equal_ignoring_case(trimmed(line.substr(0, sign)), name_) ? section_ : nullptr;
    if (value_ != nullptr) *value_ = trimmed(line.substr(sign + 1));
  }

  std::string_view name_;
  std::string own_;        // of [default]
  std::string inherited_;  // of [DEFAULT]
  std::string* section_ = nullptr;
  std::string* value_ = nullptr;  // what further lines continue
  std::size_t indentation_ = 0;
  std::size_t line_ = 0;
  bool in_section_ = false;
  bool in_setting_ = false;
  std::string fault_;
};

/// A setting of a file.
struct FileSetting {
  std::string value;  ///< empty for none
  std::string path;   ///< the file's path, which is safe to print
};

/// Reads one setting of one file; no value if there is no such file. `errc::invalid_environment` if the file cannot be
/// read or understood, since the request would go to another server than the one that is meant.
[[nodiscard]] inline Result<FileSetting> read_setting(const std::string& path, std::string_view name) {
  const auto shown = mask_pasted_keys(path);
  const auto failed = [](const std::string& why) {
    return Error(make_error_code(errc::invalid_environment),
                 Error::Details{.reason = why,
                                .advice = "correct the file, or set WANDB_BASE_URL",
                                .operation = {},
                                .messages = {},
                                .delivery = Delivery::nothing_sent});
  };
  const auto file = kind_of_file(path);
  if (file == FileKind::none) return FileSetting{};
  if (file == FileKind::special) return failed("cannot read " + shown + ": it is not a regular file");
  const auto text = read_secret_file(path);
  if (!text) return failed(text.error().reason());
  if (!*text) return FileSetting{};
  if (const auto fault = encoding_fault(**text); !fault.empty()) return failed("cannot read " + shown + ": " + fault);
  SettingsReader reader(name);
  reader.read(**text);
  if (!reader.fault().empty()) return failed("cannot read " + shown + ": " + reader.fault());
  return FileSetting{reader.value(), shown};
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
