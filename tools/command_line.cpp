#include "command_line.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/version.hpp>

#include "tool.hpp"

namespace {

/// Formats the help of a command with the options of every command.
class HelpFormatter : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_footer(const CLI::App* app) const override {
    const auto* root = app;
    while (root->get_parent() != nullptr) root = root->get_parent();
    if (root == app) return Formatter::make_footer(app);
    const auto shared = root->get_options([](const CLI::Option* option) {
      return option->nonpositional() && !option->check_lname("help") && !option->check_lname("version") &&
             !option->check_lname("describe");
    });
    return make_group("Options of every command", false, shared) + "\n" + Formatter::make_footer(app);
  }
};

/// Checks that a text is a whole number from 1 to `most`.
CLI::Validator whole_number(std::uint32_t most) {
  return CLI::Validator(
      [most](const std::string& text) {
        // CLI11 would read a number with leading zeros as an octal one.
        const auto number = text.starts_with('0') ? std::nullopt : wandb::detail::parse_number(text, most);
        return number ? std::string()
                      : "it is \"" + plain(text) + "\"; give a whole number from 1 to " + std::to_string(most);
      },
      "");
}

void add_user(CLI::App* sub, Flags& flags) {
  sub->add_option("user", flags.name, "username, e-mail or id; else yourself");
}

/// Adds the commands that change a user, each with `add`.
template <class Add>
void add_changes(CLI::App& app, Flags& flags, Add add) {
  const auto text = [](CLI::App* sub, const char* name, std::string& value, const char* what) {
    return sub->add_option(name, value, what);
  };
  const auto flag = [](CLI::App* sub, const char* name, std::string& value, const char* what) {
    return sub->add_option(name, value, what)->check(CLI::IsMember({"true", "false"}));
  };
  const char* const who = "username, e-mail or id";
  auto* updated = add(app, "update", "change a user's attributes", update);
  text(updated, "user", flags.name, "username, e-mail or id; else yourself");
  text(updated, "--name", flags.full_name, "the full name");
  text(updated, "--primary-email", flags.primary_email, "the e-mail");
  text(updated, "--default-entity", flags.default_entity, "the team or user that new runs belong to");
  text(updated, "--photo-url", flags.photo_url, "the address of a picture");
  flag(updated, "--admin", flags.admin_value, "whether the user is an admin of the instance");
  flag(updated, "--private", flags.is_private, "whether the profile is private");
  flag(updated, "--hide-teams", flags.hide_teams, "whether the public profile hides the teams");
  auto* set = add(app, "set-admin", "make a user an admin of the instance, or no admin any more", set_admin);
  text(set, "user", flags.name, who)->required();
  flag(set, "value", flags.admin_value, "whether the user is to be an admin")->required();
  text(add(app, "remove", "delete a user, which restore undoes", remove), "user", flags.name, who)->required();
  text(add(app, "restore", "restore a deleted user", restore), "user", flags.name, who)->required();
}

/// Adds the commands about API keys, each with `add`.
template <class Add>
void add_key_commands(CLI::App& app, Flags& flags, Add add) {
  const auto user_of = [&](CLI::App* sub) { add_user(sub, flags); };
  auto* keys = app.add_subcommand("keys", "API keys");
  keys->require_subcommand(1)->fallthrough();
  user_of(add(*keys, "list", "the keys of a user", list_keys));
  auto* generated = add(*keys, "generate", "make a key", generate_key);
  user_of(generated);
  generated->add_option("--description", flags.description, "what the key is for");
  generated->add_option("--output", flags.secret_file, "a new file for the secret, readable by you alone; - prints it")
      ->type_name("FILE");
  generated->add_flag("--print-secret", flags.print_secret, "print the secret");
  generated->add_option("--user-key-env", flags.user_key_variable,
                        "the environment variable that holds that user's own key");
  auto* deleted = add(*keys, "delete", "delete a key", delete_key);
  deleted->add_option("key", flags.key, "its id, its name as listed, or its description");
  deleted->add_option("--key-env", flags.key_variable, "else the environment variable that holds the key itself");
  user_of(deleted);
  deleted->add_flag("-y,--yes", flags.yes, "delete the key in use, or a user's last key, without asking");
}

/// The commands, each with its function.
void add_commands(CLI::App& app, Flags& flags, Command& chosen) {
  const auto add = [&](CLI::App& parent, const char* name, const char* what, Command command) {
    auto* sub = parent.add_subcommand(name, what);
    sub->callback([&chosen, command] { chosen = command; });
    sub->fallthrough();
    return sub;
  };
  const auto user_of = [&](CLI::App* sub) { add_user(sub, flags); };

  add(app, "whoami",
      "the user whose credentials these are; with --verbose first the settings, and where each comes from", whoami);
  user_of(add(app, "show", "a user with teams and keys", show));
  auto* listed = add(app, "list", "users whose username or e-mail begins or ends with a text", list);
  auto* query = listed->add_option("query", flags.query, "else everybody");
  listed->add_option("--team", flags.team, "else the members of this team")->excludes(query);
  listed->add_flag("--admins", flags.admins, "only admins of the instance");
  listed->add_flag("--deleted", flags.deleted, "only deleted users");
  listed->add_option("--limit", flags.limit, "how many at most")->check(whole_number(1'000'000'000));
  auto* made = add(app, "create", "make a user (needs an admin)", create);
  made->add_option("email", flags.name, "the new user's e-mail")->required();
  made->add_flag("--admin", flags.admin, "an admin of the instance");
  made->add_flag("--if-not-exists", flags.if_not_exists, "succeed if the user is there already, as requested");
  add_changes(app, flags, add);
  user_of(add(app, "teams", "the teams of a user", teams));

  add_key_commands(app, flags, add);
}

/// Adds the command that runs many calls concurrently, on a transport of its own.
void add_provision(CLI::App& app, ProvisionFlags& flags) {
  auto* sub = app.add_subcommand("provision", "make the users of a table that do not exist yet (needs an admin)");
  sub->fallthrough();
  sub->add_option("people", flags.people,
                  "a table as spreadsheets save it (CSV), or - for standard input: a column email, and perhaps admin, "
                  "and key: the description of a key, made where an older server shows the user's own secret")
      ->required()
      ->type_name("FILE");
  sub->add_flag("--admin", flags.admin, "everybody is an admin; the table then has no column admin");
  sub->add_option("--keys-dir", flags.keys_dir,
                  "the directory for the secrets of new keys, each in a file EMAIL.key that you alone can read")
      ->type_name("DIR");
  sub->add_option("--concurrency", flags.concurrency, "how many at once")
      ->check(whole_number(1024))
      ->capture_default_str();
  sub->add_flag("--dry-run", flags.dry_run, "look, say what would be done, and change nothing");
  sub->add_option("--output", flags.output,
                  "the file for the results, else or with - standard output; written anew only over an earlier run's "
                  "of the same people")
      ->type_name("FILE");
  sub->add_flag("--force", flags.force, "write the results over whatever the file holds");
  sub->footer(
      "A result row for each person, in the order of the file: created, exists, differs (there, but deleted, or an "
      "admin "
      "where the file says otherwise), failed, unknown (it may have been created), not_started, or would_create.\n"
      "Ctrl-C stops when what is under way is finished; run again to go on, nobody is made twice. Over an earlier "
      "run's "
      "--output, whom that one created stays created.\n"
      "Exit codes: 0 everybody is there as wished, 6 somebody or a key may have been made, 7 some are not there or a "
      "key "
      "failed; where nobody is, that of the first error.");
}

/// Returns what is wrong with a timeout; empty for nothing. It tests whether the number is inside the range, which
/// rejects NaN. CLI::Range tests whether it is outside, which accepts NaN.
std::string timeout_fault(const std::string& text) {
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  const bool good = !text.empty() && *end == '\0' && seconds >= 0.001 && seconds <= 86400;
  return good ? std::string() : "it is \"" + plain(text) + "\"; give a number of seconds from 0.001 to 86400";
}

/// Adds the options that all commands share.
void add_settings(CLI::App& app, Settings& settings) {
  // The man page must not depend on the words of a version of CLI11.
  app.set_help_flag("-h,--help", "print this help");
  app.set_version_flag("--version", std::string(wandb::version), "print the version");
  app.add_option("--base-url", settings.base_url,
                 "the server; else WANDB_BASE_URL, the settings files of wandb login, https://api.wandb.ai");
  app.add_option(
         "--ca-file", settings.ca_file,
         "certificate authorities to trust, PEM; else SSL_CERT_FILE, SSL_CERT_DIR, REQUESTS_CA_BUNDLE, the system's")
      ->type_name("FILE");
  app.add_option("--timeout", settings.timeout, "seconds for one request; else WANDB_HTTP_TIMEOUT, else 19")
      ->check(CLI::Validator(timeout_fault, "", "--timeout"));
  app.add_option("--format", settings.format,
                 "of the output: table, json (one text), jsonl (a text a line) or csv; else table, of provision csv")
      ->check(CLI::IsMember({"table", "json", "jsonl", "csv"}));
  app.add_flag("--json", settings.json,
               "like --format json, with list and provision like --format jsonl; errors too, on standard error");
  app.add_flag("--verbose", settings.flags.verbose, "print each request, how it ended, and each wait, without secrets");
  app.add_flag("--describe", settings.describe, "print all commands and options as JSON");
  app.add_flag("--allow-insecure-http", settings.insecure, "send the key over plain http to another machine");
  app.require_subcommand(1);
  app.footer(
      "With --json a member that was not loaded is left out; null is what the server holds no value of, or refuses to "
      "show: the user's \"errors\" then say why.\n" +
      std::string(exit_codes));
}

}  // namespace

void add_command_line(CLI::App& app, Settings& settings, Command& chosen) {
  app.formatter(std::make_shared<HelpFormatter>());
  add_settings(app, settings);
  add_commands(app, settings.flags, chosen);
  add_provision(app, settings.provision);
}
