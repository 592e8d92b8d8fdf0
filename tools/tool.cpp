#include "tool.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/error.hpp>

#include "advice.hpp"
#include "json.hpp"

namespace {

bool json_on_stderr = false;
wandb::detail::Mask typed_keys;

/// Returns whether the server, or something in front of it, asks to try again later.
bool is_temporary(const wandb::Error& error) {
  using wandb::condition;
  if (!error.retryable()) return false;
  return error == condition::rate_limited || error == condition::server_failure ||
         (error == condition::timed_out && error.status() != 0);
}

bool is_wrong_setting(const wandb::Error& error) {
  using wandb::errc;
  return error == errc::invalid_argument || error == errc::invalid_base_url || error == errc::insecure_base_url ||
         error == errc::invalid_environment || error == errc::ambiguous_user || error == errc::ambiguous_key;
}

/// Returns whether the server itself says that the object exists already.
bool says_exists(const wandb::Error& error) { return error.operation() == "createUser" && !error.from_words(); }

/// Formats a complaint of the tool as JSON, with the library's name for the code if it has one.
std::string own_json(std::string_view line, int exit, wandb::Outcome outcome) {
  using wandb::errc;
  const auto known = [&](errc code) { return json_of(wandb::Error(code, wandb::Delivery::nothing_sent), line); };
  if (exit == usage) return known(errc::invalid_argument);
  if (exit == not_found) return known(errc::not_found);
  return JsonObject()
      .add_text("code", "failed")
      .add("condition", "null")
      .add_text("outcome", to_string(outcome))
      .add("status", "0")
      .add("retryable", "false")
      .add_text("message", line)
      .text();
}

/// Returns whether a dot is inside a word, as in the names of hosts and files.
bool has_inner_dot(std::string_view word) {
  using wandb::detail::is_key_character;
  for (auto dot = word.find('.', 1); dot < word.size() - 1; dot = word.find('.', dot + 1)) {
    if (is_key_character(word[dot - 1]) && is_key_character(word[dot + 1])) return true;
  }
  return false;
}

/// Returns which shapes of keys are masked in a typed word. In a URL, only the part before the host may be a key of any
/// shape.
wandb::detail::Shapes shapes_of(std::string_view word) {
  using wandb::detail::Shapes;
  const bool is_address = word.find('@') != word.npos;
  if (is_address && (word.find("//") != word.npos || word.find_first_of(":=") < word.find('@'))) return Shapes::all;
  return is_address || word.find('/') != word.npos || has_inner_dot(word) ? Shapes::marked : Shapes::all;
}

/// Calls `use` with each part of a text between the separators.
template <class Use>
void each_part(std::string_view text, const char* separators, Use use) {
  while (!text.empty()) {
    const auto part = text.substr(0, text.find_first_of(separators));
    use(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
}

/// Prints a line on standard error.
void say(std::string_view kind, std::string_view json, std::string_view line) {
  if (json_on_stderr) std::cerr << JsonObject().add(kind, json).text() << '\n';
  else std::cerr << "wandb-users: " << line << '\n';
}

}  // namespace

int exit_code(const wandb::Error& error) {
  using wandb::condition;
  if (error == condition::outcome_unknown) return outcome_unknown;
  if (error.outcome() == wandb::Outcome::ran) return failed;
  if (is_wrong_setting(error)) return usage;
  if (is_temporary(error)) return try_later;
  if (error == wandb::errc::not_the_service) return unreachable;
  if (error == wandb::errc::client_refused || error == condition::unauthorized ||
      error == condition::permission_denied || error == condition::configuration) {
    return denied;
  }
  if (error == condition::not_found) return error.from_words() ? failed : not_found;
  if (error == condition::conflict) return says_exists(error) ? already_exists : failed;
  if (error == condition::network || error == condition::timed_out) return unreachable;
  return failed;
}

void speak_json() { json_on_stderr = true; }
bool speaks_json() { return json_on_stderr; }

int tell(const wandb::Error& error, std::string_view text, int code) {
  const auto line = on_one_line(text);
  say("error", json_of(error, line), line);
  return code;
}

int tell(const wandb::Error& error) { return tell(error, advised(error), exit_code(error)); }

int tell(std::string_view text, int code, wandb::Outcome outcome) {
  const auto line = plain(text);
  say("error", own_json(line, code, outcome), line);
  return code;
}

void note(std::string_view text) {
  const auto line = on_one_line(text);
  say("note", json_text(line), line);
}

void hide_typed_keys(int argc, char** argv) {
  std::vector<std::string_view> keys;
  for (int i = 1; i < argc; ++i) {
    each_part(argv[i], " =", [&](std::string_view word) {
      // The parts of an address or a path around a key are not part of the key.
      each_part(word, "/@:", [&](std::string_view part) {
        if (wandb::detail::redact(part, shapes_of(word)) == on_one_line(part)) return;
        keys.push_back(part.substr(std::min(part.find_first_not_of('-'), part.size())));
      });
    });
  }
  typed_keys = wandb::detail::Mask(keys);
}

std::string on_one_line(std::string_view text) { return typed_keys(text, wandb::detail::Shapes::none); }

std::string named(std::string_view text) { return wandb::detail::shown_name(on_one_line(text)); }

std::string plain(std::string_view text) {
  const auto line = on_one_line(text);
  std::string masked;
  for (std::string_view rest = line; !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    masked += wandb::detail::redact(word, shapes_of(word));
    rest.remove_prefix(word.size());
    const auto blanks = std::min(rest.find_first_not_of(' '), rest.size());
    masked += rest.substr(0, blanks);
    rest.remove_prefix(blanks);
  }
  return masked;
}
