// Tests the settings files that `wandb login --host` writes.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <filesystem>
#include <string>
#include <string_view>

#include <wandb/detail/config/settings_file.hpp>
#include <wandb/wandb.hpp>

#include "machine.hpp"

namespace {

namespace fs = std::filesystem;

/// The value of `base_url` in a settings file's text, or why that is none.
std::string find_setting(std::string_view text) {
  wandb::detail::SettingsReader reader("base_url");
  reader.read(text);
  return reader.fault().empty() ? reader.value() : "error: " + reader.fault();
}

/// Changes the current directory until the object is destroyed.
class Within {
 public:
  explicit Within(const fs::path& path) { fs::current_path(path); }
  Within(const Within&) = delete;
  Within& operator=(const Within&) = delete;
  ~Within() { fs::current_path(before_); }

 private:
  fs::path before_ = fs::current_path();
};

void write_file(const Machine& machine, const std::string& name, std::string_view text) {
  fs::create_directories((machine.home / name).parent_path());
  machine.write(name, text);
}

/// Returns the server that a client on that machine uses, or why there is none.
std::string server(const Machine& machine, const wandb::Options& options = {}) {
  const Within within(machine.home);
  std::string unused;
  const wandb::Api api(Sniffer{&unused, &unused}, options, machine.environment());
  if (const auto status = api.status(); !status && status.error() != wandb::errc::no_credentials)
    return status.error().message();
  return std::string(api.base_url());
}

}  // namespace

TEST_CASE("a setting is read from the section [default], as Python's configparser reads it") {
  constexpr std::string_view url = "https://host";
  for (const std::string_view text : {
           "[default]\nbase_url = https://host\n",
           "\xEF\xBB\xBF[default]\r\nBASE_URL: https://host  \r\n",
           "[default]\nentity = me\nbase_url=https://host",
           "[default]\nbase_url = x\nbase_url = https://host\n",
           "[other]\nbase_url = x\n[default]\nbase_url = https://host\n[third]\nbase_url = y",
           "[default]\n  entity = me\n  base_url = https://host\n",
           "[default]\nignore_globs = a\n  [x]\nbase_url = https://host\n",
           "[default]\nbase_url =\n  https://host\n",
           "[DEFAULT]\nbase_url = https://host\n[default]\nentity = me\n",
           "[DEFAULT]\nbase_url = x\n[default]\nbase_url = https://host\n",
           "[default]\nentity = a\n\n  # base_url = x\nbase_url = https://host\n",
       }) {
    CAPTURE(text);
    CHECK(find_setting(text) == url);
  }
  CHECK(find_setting("[default]\nbase_url = https://host\n  /path\n") == "https://host\n/path");
}

TEST_CASE("no setting is found where there is none") {
  for (const std::string_view text :
       {"", "[default]\n# base_url = x\n", "[default]\n; base_url = x\n", "[default]\nbase_urls = x\n",
        "[default]\nbase_url =", "[Default]\nbase_url = x\n", "[default]\nentity = a\n  base_url = x\n"}) {
    CAPTURE(text);
    CHECK(find_setting(text).empty());
  }
}

TEST_CASE("a line that is neither a section nor a setting is told by its number") {
  CHECK(find_setting("base_url = x\n") == "error: line 1 is neither a section nor a setting in one");
  CHECK(find_setting("[default]\nbase_url\n") == "error: line 2 is neither a section nor a setting in one");
  CHECK(find_setting("\n[default\n]base_url = x\n") == "error: line 2 is neither a section nor a setting in one");
  CHECK(find_setting("[]\n") == "error: line 1 is neither a section nor a setting in one");
  CHECK(find_setting("[default]\n= x\n") == "error: line 2 is neither a section nor a setting in one");
}

TEST_CASE("the server of `wandb login --host` is the one that is meant") {
  Machine machine;
  CHECK(server(machine) == "https://api.wandb.ai");
  write_file(machine, ".config/wandb/settings", "[default]\nbase_url = https://wandb.corp.example/\n");
  CHECK(server(machine) == "https://wandb.corp.example");
}

TEST_CASE("code goes before the environment, that before ./wandb/settings, and that before the account's settings") {
  Machine machine;
  write_file(machine, ".config/wandb/settings", "[default]\nbase_url = https://account\n");
  write_file(machine, "other/settings", "[default]\nbase_url = https://directory\n");
  CHECK(server(machine) == "https://account");
  machine.variables["WANDB_CONFIG_DIR"] = "~/other";
  CHECK(server(machine) == "https://directory");
  write_file(machine, "wandb/settings", "[default]\nbase_url = https://here\n");
  CHECK(server(machine) == "https://here");
  write_file(machine, "wandb/settings", "[default]\nentity = me\n");
  CHECK(server(machine) == "https://directory");
  machine.variables["WANDB_BASE_URL"] = "https://variable";
  CHECK(server(machine) == "https://variable");
  CHECK(server(machine, {.base_url = "https://code"}) == "https://code");
}

TEST_CASE("an error that a wrong server may have caused names the file that the server is from") {
  Machine machine;
  write_file(machine, ".config/wandb/settings", "[default]\nbase_url = https://host/a?b\n");
  const auto told = server(machine);
  CAPTURE(told);
  CHECK(told.find(".config/wandb/settings") != told.npos);
  CHECK(told.find("https://host/a") != told.npos);
}

TEST_CASE("a settings file that is needed and cannot be read is an error that names it") {
  Machine machine;
  write_file(machine, ".config/wandb/settings", std::string("[default]\nbase_url = \0x", 23));
  CHECK(server(machine).find(".config/wandb/settings: line 2: a NUL character") != std::string::npos);
  CHECK(server(machine).find("set WANDB_BASE_URL") != std::string::npos);
  CHECK(server(machine, {.base_url = "https://code"}) == "https://code");
  machine.variables["WANDB_BASE_URL"] = "https://variable";
  CHECK(server(machine) == "https://variable");

  Machine another;
  fs::create_directories(another.home / "wandb");
  REQUIRE(::mkfifo((another.home / "wandb/settings").c_str(), 0600) == 0);
  CHECK(server(another).find("wandb/settings: it is not a regular file") != std::string::npos);
}

TEST_CASE("a directory in the place of a settings file, or one that cannot be entered, is no settings file") {
  Machine machine;
  fs::create_directories(machine.home / "wandb/settings");
  machine.variables["WANDB_CONFIG_DIR"] = "/dev/null";
  CHECK(server(machine) == "https://api.wandb.ai");
}

TEST_CASE("without an environment no settings file is looked into") {
  Machine machine;
  write_file(machine, "wandb/settings", "[default]\nbase_url = https://here\n");
  const Within within(machine.home);
  std::string unused;
  const wandb::Api api(Sniffer{&unused, &unused}, {}, wandb::Environment::none());
  CHECK(api.base_url() == "https://api.wandb.ai");
}
