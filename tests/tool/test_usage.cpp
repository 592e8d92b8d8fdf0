// Tests what the tool says to a command line that is wrong, its help, and --verbose.
#include <doctest/doctest.h>

#include <signal.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>

#include <wandb/testing/account.hpp>
#include <wandb/testing/loopback_server.hpp>

#include "office.hpp"
#include "run_tool.hpp"

using tool::Ended;
using tool::has;
using tool::Office;

namespace {

Ended run(const Office& office, std::vector<std::string> words) {
  return tool::run(office.server.base_url(), office.key, std::move(words));
}

Ended nowhere(std::vector<std::string> words) {
  return tool::run("http://127.0.0.1:1", tool::any_key, std::move(words));
}

}  // namespace

TEST_CASE("a misspelt command or option is told with what was probably meant") {
  const std::pair<std::vector<std::string>, std::string> lines[] = {
      {{"lst"}, "there is no command \"lst\"; did you mean list? See `wandb-users --help`"},
      {{"keys", "delte"}, "there is no command \"delte\"; did you mean delete? See `wandb-users keys --help`"},
      {{"list", "--limt", "3"}, "there is no option --limt; did you mean --limit? See `wandb-users list --help`"},
      {{"show", "--jsno"}, "there is no option --jsno; did you mean --json?"},
      {{"kyes", "list"}, "there is no command \"kyes\"; did you mean keys? See `wandb-users --help`"},
      {{"keys", "lst", "ann"}, "there is no command \"lst\"; did you mean list? See `wandb-users keys --help`"},
      {{"keys", "generate", "--", "-", "--output", "-"}, "not expected behind --: --output; see `wandb-users keys"},
      {{"create", "-x@y.com"}, "there is no option -x@y.com; a word that begins with a hyphen but is no option comes"},
      {{"list", "--uno", "--duo"}, "there is no option --uno; see `wandb-users list --help`"},
      {{"list", "--output", "json"}, "there is no option --output; did you mean --format, such as --format json?"},
      {{"teams", "ann", "bob", "eve"}, "not expected: bob eve; see `wandb-users teams --help`"},
      {{"list", "--limit", "0"}, "--limit: it is \"0\"; give a whole number from 1 to 1000000000"},
      {{"list", "--limit", "-1"}, "--limit: it is \"-1\"; give a whole number"},
      {{"list", "--limit", "010"}, "--limit: it is \"010\"; give a whole number"},
      {{"list", "--limit", "99999999999999999999999"}, "99\"; give a whole number from 1 to 1000000000"},
      {{"provision", "-", "--concurrency", "1025"},
       "--concurrency: it is \"1025\"; give a whole number from 1 to 1024"},
      {{"xyzzy"}, "there is no command \"xyzzy\"; see `wandb-users --help`"},
      {{"teams", "ann", "bob"}, "not expected: bob; see `wandb-users teams --help`"},
      {{}, "A subcommand is required; see `wandb-users --help`"},
  };
  for (const auto& [words, complaint] : lines) {
    const auto ended = nowhere(words);
    CHECK(ended.code == 2);
    CHECK_MESSAGE(has(ended.err, complaint), ended.err);
    CHECK(ended.err.starts_with("wandb-users: "));
    CHECK(ended.err.find('\n') == ended.err.size() - 1);
  }
}

TEST_CASE("an empty word or value is refused, because a script means a variable that is not set") {
  const std::vector<std::vector<std::string>> commands{
      {"--base-url", "", "whoami"},
      {"--base-url", " ", "whoami"},
      {"--base-url=", "whoami"},
      {"--ca-file", "", "whoami"},
      {"--format", "", "list"},
      {"list", ""},
      {"list", "--team="},
      {"create", ""},
      {"update", "--name=", "ann"},
      {"update", "--admin", "", "ann"},
      {"keys", "generate", "--description", "", "--print-secret"},
      {"keys", "generate", "--output", ""},
      {"provision", "people.csv", "--output", ""},
      {"provision", "people.csv", "--keys-dir", ""},
      {"provision", "people.csv", "--keys-dir=\u00A0"},
      {"provision", "--concurrency", "", "people.csv"},
  };
  for (const auto& words : commands) {
    CAPTURE(words[0]);
    const auto ended = nowhere(words);
    CHECK(ended.code == 2);
    CHECK_MESSAGE(has(ended.err, "empty"), ended.err);
    CHECK_MESSAGE(has(ended.err, "; perhaps a variable is not set\n"), ended.err);
  }
}

TEST_CASE("an option that begins with a dash of a word processor is told so") {
  const std::pair<std::string, std::string> dashes[] = {
      {"\u2013", "an en dash"}, {"\u2014", "an em dash"}, {"\u2013\u2013", "an en dash"}, {"\u2212", "a minus sign"}};
  for (const auto& [dash, name] : dashes) {
    const auto ended = nowhere({"create", "ann@example.com", dash + "admin"});
    CHECK(ended.code == 2);
    CHECK_MESSAGE(has(ended.err, dash + "admin\" begins with " + name + "; type two hyphens: --admin"), ended.err);
    CHECK(nowhere({"show", dash + "json"}).code == 2);
    CHECK(has(nowhere({"whoami", dash + "unknown"}).err, "options begin with two hyphens"));
  }
}

TEST_CASE("a word that begins with a dash of a word processor is no argument, but may be the value of an option") {
  CHECK(has(nowhere({"list", "\u2014foo"}).err, "begins with an em dash"));
  CHECK(has(nowhere({"keys", "delete", "\u2013y"}).err, "begins with an en dash; type a hyphen: -y"));
  CHECK(has(nowhere({"create", "ann@example.com", "--admin", "\u2013json"}).err, "type two hyphens: --json"));
  Office office;
  CHECK(run(office, {"list", "--", "\u2014foo"}).code == 0);
  CHECK(run(office, {"update", "root", "--name", "\u2013json"}).code == 0);
  CHECK(has(run(office, {"whoami"}).out, "\u2013json"));
}

TEST_CASE("the options of every command stand behind a command too, and in its help") {
  Office office;
  CHECK(run(office, {"keys", "list", "--json", "--timeout", "5"}).code == 0);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"list", "--help"}, {"keys", "list", "--help"}, {"provision", "--help"}}) {
    const auto help = run(office, words);
    CHECK(help.code == 0);
    for (const auto* option : {"--base-url", "--ca-file", "--timeout", "--format", "--json", "--verbose"}) {
      CHECK_MESSAGE(has(help.out, option), help.out);
    }
  }
}

TEST_CASE("--describe prints the tree of commands as JSON, without a server") {
  const auto ended = nowhere({"--describe"});
  CHECK(ended.code == 0);
  const auto tree = boost::json::parse(ended.out);
  CHECK(tree.at("name") == "wandb-users");
  std::vector<std::string> names;
  for (const auto& command : tree.at("commands").as_array()) names.emplace_back(command.at("name").as_string());
  CHECK(names == std::vector<std::string>{"whoami", "show", "list", "create", "update", "set-admin", "remove",
                                          "restore", "teams", "keys", "provision"});
  const auto& set_admin = tree.at("commands").at(5);
  CHECK(set_admin.at("arguments").at(0).at("name") == "user");
  CHECK(set_admin.at("arguments").at(0).at("required") == true);
  CHECK(set_admin.at("arguments").at(1).at("choices") == boost::json::array{"true", "false"});
}

TEST_CASE("--verbose shows each request and how it ended, and no secret") {
  Office office;
  office.server.inject({.close_after_reading = true});
  const auto ended = run(office, {"whoami", "--verbose"});
  CHECK(ended.code == 0);
  const auto url = "POST " + office.server.base_url() + "/graphql\n";
  CHECK_MESSAGE(has(ended.err, "wandb-users: -> viewer, attempt 1: " + url), ended.err);
  CHECK(has(ended.err, "wandb-users: -> viewer, attempt 2: " + url));
  CHECK(has(ended.err, " ms: HTTP 200, "));
  CHECK_FALSE(has(ended.out + ended.err, office.key.substr(0, 12)));
  const auto made = run(office, {"keys", "generate", "--verbose", "--output", office.scratch.path("key")});
  CHECK(made.code == 0);
  CHECK(has(made.err, "-> generateApiKey, attempt 1: "));
  CHECK_FALSE(has(made.err, office.scratch.read("key").substr(0, 12)));
  const auto json = run(office, {"whoami", "--verbose", "--json"});
  CHECK(has(json.err, "{\"note\":\"-> viewer, attempt 1: "));

  const auto provisioned = office.provision("email\na@example.com\n", {"--verbose"});
  CHECK(provisioned.code == 0);
  CHECK(has(provisioned.err, "-> users, attempt 1: "));
  CHECK(has(provisioned.err, "-> createUser, attempt 1: "));
  CHECK_FALSE(has(office.provision("email\na@example.com\n").err, "->"));
}

TEST_CASE("a long wait that the server asks for is told at a terminal" * doctest::skip(!tool::has_terminals())) {
  const std::string limited =
      "HTTP/1.1 429 No\r\nRetry-After: 3600\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  const std::pair<tool::Screens, std::vector<std::string>> ways[] = {{tool::Screens::terminal, {"whoami"}},
                                                                     {tool::Screens::files, {"whoami", "--verbose"}},
                                                                     {tool::Screens::files, {"whoami"}}};
  for (const auto& [screens, words] : ways) {
    Office office;
    office.server.inject({.raw = limited}, 10);
    tool::Tool waiting(office.server.base_url(), office.key, words, screens);
    for (int i = 0; i != 500 && office.server.requests() == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    waiting.signal(SIGINT);
    const auto ended = waiting.wait();
    CHECK(ended.code == -1);
    const bool told = has(ended.err, "waiting 120 s, because the last request ended so: HTTP 429, Retry-After: 3600");
    CHECK_MESSAGE(told == (screens == tool::Screens::terminal || words.size() == 2), ended.err);
  }
}
