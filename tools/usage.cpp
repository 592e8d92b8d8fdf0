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

/// Returns the names of an option, with the hyphens.
std::vector<std::string> names_of(const CLI::Option* option) {
  std::vector<std::string> names;
  for (const auto& name : option->get_snames()) names.push_back("-" + name);
  for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// Returns the names of the options that a command takes: its own, and those of every command.
std::vector<std::string> options_of(const CLI::App* app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      for (const auto& name : names_of(option)) names.push_back(name);
    }
  }
  return names;
}

/// Returns the options of all commands.
std::vector<const CLI::Option*> all_options(const CLI::App& app) {
  std::vector<const CLI::Option*> options;
  for (const auto* option : app.get_options()) options.push_back(option);
  for (const auto* command : commands_of(app)) {
    const auto more = all_options(*command);
    options.insert(options.end(), more.begin(), more.end());
  }
  return options;
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

/// Returns the command in whose place a word stands: the one that the words before it select.
const CLI::App* place_of(const CLI::App& app, std::string_view word, int argc, char** argv) {
  const auto* at = &app;
  for (int i = 1; i < argc && word != argv[i]; ++i) {
    const auto chosen = at->get_subcommands();
    if (!chosen.empty() && chosen.back()->get_name() == argv[i]) at = chosen.back();
  }
  return at;
}

/// Returns the complaint about a word that begins with another dash than a hyphen. `known` has the names of options.
std::string dash_complaint(std::string_view word, const std::vector<std::string>& known) {
  const auto text = "\"" + std::string(word) + "\" begins with " + std::string(dash_of(word)->name);
  auto name = word;
  while (const auto* next = dash_of(name)) name.remove_prefix(next->sign.size());
  name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
  name = name.substr(0, name.find('='));
  const auto meant = (name.size() == 1 ? "-" : "--") + std::string(name);
  const bool is_known = std::find(known.begin(), known.end(), meant) != known.end();
  if (is_known) return text + (name.size() == 1 ? "; type a hyphen: " : "; type two hyphens: ") + meant;
  return text + "; options begin with two hyphens, and other words that begin with a dash come after --";
}

/// Returns the complaint about an option that the command does not have.
std::string unknown_option(const CLI::App* app, const std::string& word) {
  const auto names = options_of(app);
  const auto name = word.substr(0, word.find('='));
  // Behind `--` no word is an option.
  if (std::find(names.begin(), names.end(), name) != names.end()) return "not expected behind --: " + word;
  const auto text = "there is no option " + word;
  // Other programs choose the format by --output, which is a file here.
  if (name == "--output") return text + "; did you mean --format, such as --format json?";
  const auto option = nearest(name, names);
  if (!option.empty()) return text + "; did you mean " + option + "?";
  return word.starts_with("--") ? text : text + "; a word that begins with a hyphen but is no option comes after --";
}

/// Returns the complaint about a word that no command takes; empty if it is neither an option nor a command.
std::string misspelt(const CLI::App* app, const std::string& word) {
  if (dash_of(word) != nullptr) return dash_complaint(word, options_of(app));
  if (word.size() > 1 && word.starts_with('-')) return unknown_option(app, word);
  std::vector<std::string> names;
  for (const auto* command : commands_of(*app)) names.push_back(command->get_name());
  if (names.empty()) return {};
  const auto name = nearest(word, names);
  return "there is no command \"" + word + "\"" + (name.empty() ? "" : "; did you mean " + name + "?");
}

/// Returns the words of the command line that no command takes, in their order.
std::vector<std::string> unexpected(const CLI::App& app, int argc, char** argv) {
  auto rest = app.remaining(true);
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    const auto found = std::find(rest.begin(), rest.end(), argv[i]);
    if (found == rest.end()) continue;
    rest.erase(found);
    if (std::string_view(argv[i]) != "--") words.emplace_back(argv[i]);
  }
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

std::string json_of(const CLI::Option* option) {
  JsonObject json;
  if (option->get_positional()) json.add_text("name", option->get_name(true));
  else json.add("names", json_list(names_of(option), json_text));
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

std::string usage_message(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  const auto* command = selected(app);
  std::string message;
  std::string others;
  for (const auto& word : unexpected(app, argc, argv)) {
    others += (others.empty() ? "" : " ") + word;
    // An option may come before the command that has it.
    const auto* const place = word.starts_with('-') ? command : place_of(app, word, argc, argv);
    message = misspelt(place, word);
    if (message.empty()) continue;
    command = place;
    break;
  }
  if (message.empty()) {
    message = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ? "not expected: " + others : error.what();
  }
  return message + (message.ends_with('?') ? " See `" : "; see `") + full_name(command) + " --help`";
}

std::string dash_fault(const CLI::App& app, int argc, char** argv) {
  const auto all = all_options(app);
  std::vector<std::string> known;
  for (const auto* option : all) {
    const auto names = names_of(option);
    known.insert(known.end(), names.begin(), names.end());
  }
  const auto takes_value = [&](std::string_view word) {
    return std::any_of(all.begin(), all.end(), [&](const CLI::Option* option) {
      const auto names = names_of(option);
      return option->get_items_expected_max() != 0 && std::find(names.begin(), names.end(), word) != names.end();
    });
  };
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    if (dash_of(argv[i]) != nullptr && !takes_value(argv[i - 1])) return dash_complaint(argv[i], known);
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
