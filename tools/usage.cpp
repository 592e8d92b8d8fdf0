// What is wrong with a command line, and the description of all commands.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/version.hpp>

#include "command_line.hpp"
#include "json.hpp"
#include "suggest.hpp"
#include "tool.hpp"
#include "typed_text.hpp"

namespace {

struct Dash {
  std::string_view sign;
  std::string_view name;
};
constexpr std::array<Dash, 6> dashes{{{"\u2013", "an en dash"},
                                      {"\u2014", "an em dash"},
                                      {"\u2010", "a typographic hyphen"},
                                      {"\u2011", "a non-breaking hyphen"},
                                      {"\u2015", "a horizontal bar"},
                                      {"\u2212", "a minus sign"}}};

const Dash* dash_of(std::string_view word) {
  const auto* const dash =
      std::find_if(dashes.begin(), dashes.end(), [&](const Dash& one) { return word.starts_with(one.sign); });
  return dash == dashes.end() ? nullptr : dash;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

/// Returns the options that a command takes, with the two hyphens: its own, and those of every command.
std::vector<std::string> options_of(const CLI::App* app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

/// Returns the command that the words so far select.
const CLI::App* selected(const CLI::App& app) {
  const auto* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
  return at;
}

std::string full_name(const CLI::App* app) {
  return app->get_parent() == nullptr ? app->get_name() : full_name(app->get_parent()) + " " + app->get_name();
}

/// Returns the complaint about a word that no command takes; empty if it is not misspelt.
std::string misspelt(const CLI::App* app, const std::string& word) {
  if (const auto* dash = dash_of(word)) {
    return "\"" + word + "\" begins with " + std::string(dash->name) + "; options begin with two hyphens";
  }
  if (word.starts_with('-')) {
    const auto option = nearest(std::string_view(word).substr(0, word.find('=')), options_of(app));
    return option.empty() ? option : "there is no option " + word + "; did you mean " + option + "?";
  }
  std::vector<std::string> names;
  for (const auto* command : commands_of(*app)) names.push_back(command->get_name());
  if (names.empty()) return {};
  const auto name = nearest(word, names);
  return "there is no command \"" + word + "\"" + (name.empty() ? "" : "; did you mean " + name + "?");
}

std::string json_of(const CLI::Option* option) {
  JsonObject json;
  std::vector<std::string> names;
  for (const auto& name : option->get_snames()) names.push_back("-" + name);
  for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  if (option->get_positional()) json.add_text("name", option->get_name(true));
  else json.add("names", json_list(names, json_text));
  json.add_text("description", option->get_description());
  // CLI11 writes the choices behind the type: `TEXT:{csv,json}`.
  const auto type = option->get_type_name();
  const bool takes_value = option->get_items_expected_max() != 0;
  json.add("value", takes_value ? json_text(type.substr(0, type.find(':'))) : "null");
  if (const auto begin = type.find('{'); takes_value && begin != type.npos) {
    std::vector<std::string> choices(1);
    for (const char c : type.substr(begin + 1, type.find('}') - begin - 1)) {
      if (c == ',') choices.emplace_back();
      else choices.back() += c;
    }
    json.add("choices", json_list(choices, json_text));
  }
  return json.add("required", option->get_required() ? "true" : "false").text();
}

std::string json_of(const CLI::App* app) {
  JsonObject json;
  json.add_text("name", app->get_name()).add_text("description", app->get_description());
  if (app->get_parent() == nullptr) json.add_text("version", wandb::version);
  const auto options = app->get_options();
  std::vector<const CLI::Option*> named_options;
  std::vector<const CLI::Option*> arguments;
  for (const auto* option : options) (option->get_positional() ? arguments : named_options).push_back(option);
  const auto describe = [](const auto* one) { return json_of(one); };
  json.add("arguments", json_list(arguments, describe)).add("options", json_list(named_options, describe));
  json.add("commands", json_list(commands_of(*app), describe));
  // A command inherits the footer of its parent.
  const bool own = app->get_parent() == nullptr || app->get_footer() != app->get_parent()->get_footer();
  if (own) json.add_text("footer", app->get_footer());
  return json.text();
}

}  // namespace

std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const auto* command = selected(app);
  std::string message;
  for (const auto& word : app.remaining(true)) {
    if (message.empty()) message = misspelt(command, word);
  }
  if (message.empty()) message = error.what();
  return message + (message.ends_with('?') ? " See `" : "; see `") + full_name(command) + " --help`";
}

std::string dash_fault(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> known = options_of(&app);
  for (const auto* command : commands_of(app)) {
    const auto names = options_of(command);
    known.insert(known.end(), names.begin(), names.end());
    for (const auto* sub : commands_of(*command)) {
      const auto more = options_of(sub);
      known.insert(known.end(), more.begin(), more.end());
    }
  }
  for (int i = 1; i < argc; ++i) {
    std::string_view word(argv[i]);
    const auto* dash = dash_of(word);
    if (dash == nullptr) continue;
    while (const auto* next = dash_of(word)) word.remove_prefix(next->sign.size());
    word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
    const auto meant = "--" + std::string(word.substr(0, word.find('=')));
    if (std::find(known.begin(), known.end(), meant) == known.end()) continue;
    return "\"" + std::string(argv[i]) + "\" begins with " + std::string(dash->name) + "; type two hyphens: " + meant;
  }
  return {};
}

std::string empty_fault(int argc, char** argv) {
  const std::string why = "; perhaps a variable is not set";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word(argv[i]);
    if (trimmed_cell(word).empty()) {
      return "an empty word stands behind " + std::string(i == 1 ? "wandb-users" : argv[i - 1]) + why;
    }
    // CLI11 would take the word behind `--option=` as the value.
    const auto equals = word.find('=');
    if (word.starts_with("--") && equals != word.npos && trimmed_cell(word.substr(equals + 1)).empty()) {
      return "the value of " + std::string(word.substr(0, equals)) + " is empty" + why;
    }
  }
  return {};
}

std::string description_of(const CLI::App& app) { return json_of(&app); }
