#include <doctest/doctest.h>

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "federated.hpp"

using namespace std::chrono_literals;
using namespace wandb;
using federated::answer_of;
using federated::Federated;
using federated::holds;
using federated::is_exchange;
using rigs::get;

TEST_CASE_TEMPLATE("the token file of the environment says who calls, and the access token is kept", Rig, RIGS) {
  Federated<Rig> setting;
  setting.write_token("ann@example.com");
  const auto api = setting.of_file();
  CHECK(api.status());
  CHECK(get(api.viewer()).value().email() == "ann@example.com");
  CHECK(get(api.viewer()).value().email() == "ann@example.com");
  CHECK(setting.exchanged() == 1);
#if !defined(_WIN32)  // Windows reads the file of the access tokens and does not write it.
  const auto file = setting.directory.path(".config/wandb/credentials.json");
  CHECK(std::filesystem::exists(file));
  CHECK(get(setting.of_file().viewer()).value().email() == "ann@example.com");
  CHECK(setting.exchanged() == 1);
  SUBCASE("another person's token does not use it") {
    setting.write_token("root@example.com");
    CHECK(get(setting.of_file().viewer()).value().email() == "root@example.com");
    CHECK(setting.exchanged() == 2);
  }
  SUBCASE("another file keeps other access tokens") {
    setting.variables["WANDB_CREDENTIALS_FILE"] = "~/here.json";
    CHECK(get(setting.of_file().viewer()));
    CHECK(setting.exchanged() == 2);
    CHECK(std::filesystem::exists(setting.directory.path("here.json")));
  }
#endif
}

#if !defined(_WIN32)  // Windows has no pipes with the name of a file.
namespace {

// Writes into a pipe as soon as somebody reads it. Gives up after some seconds, so that a test never hangs.
void write_pipe(const std::string& path, std::string_view text) {
  int pipe = -1;
  for (int i = 0; i != 3000 && pipe < 0; ++i) {
    pipe = ::open(path.c_str(), O_WRONLY | O_NONBLOCK);
    if (pipe < 0) std::this_thread::sleep_for(1ms);
  }
  CHECK(::write(pipe, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(pipe);
}

}  // namespace

TEST_CASE_TEMPLATE("the deadline and the stop of the call hold while a token file is a pipe that nobody writes", Rig,
                   RIGS) {
  Federated<Rig> setting;
  const auto pipe = setting.directory.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto api = setting.api.as(IdentityToken::file(pipe));
  const auto began = std::chrono::steady_clock::now();
  const auto late = get(api.viewer({.timeout = 100ms})).error();
  CHECK(late == errc::timed_out);
  CHECK(holds(late.message(), "nothing came out of it before the deadline of the call"));
  CHECK(late.attempts() == 0);
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  const auto token = stop.get_token();
  CHECK(get(api.viewer({.stop = &token})).error() == errc::cancelled);
  CHECK(std::chrono::steady_clock::now() - began < 2s);
  std::jthread writer([&] { write_pipe(pipe, setting.world.account.identity_token("root@example.com")); });
  CHECK(get(api.viewer()).value().email() == "root@example.com");
}

TEST_CASE_TEMPLATE("a call goes on after another gave up reading the same pipe", Rig, rigs::Plain) {
  Federated<Rig> setting;
  const auto pipe = setting.directory.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto api = setting.api.as(IdentityToken::file(pipe));
  auto hurried = std::async(std::launch::async, [&] { return get(api.viewer({.timeout = 300ms})); });
  std::this_thread::sleep_for(100ms);
  auto patient = std::async(std::launch::async, [&] { return get(api.viewer({.timeout = 10s})); });
  CHECK(hurried.get().error() == errc::timed_out);
  write_pipe(pipe, setting.world.account.identity_token("root@example.com"));
  CHECK(patient.get().value().email() == "root@example.com");
}
#endif

TEST_CASE_TEMPLATE("the settings tell where the access tokens are kept", Rig, rigs::Plain) {
  Federated<Rig> setting;
  const auto kept = [&](const Api<typename Rig::Transport>& api) -> std::string {
    for (const auto& one : api.status().value()) {
      if (one.name == "credentials file") return one.value + " from " + one.source;
    }
    return {};
  };
  CHECK(kept(setting.of_file()) == setting.directory.path(".config/wandb/credentials.json") + " from the default");
  setting.variables["WANDB_CREDENTIALS_FILE"] = "~/here.json";
  CHECK(kept(setting.of_file()) == setting.directory.path("here.json") + " from WANDB_CREDENTIALS_FILE");
  CHECK(kept(setting.api.as(setting.token_of("root@example.com"))).empty());
  CHECK(kept(setting.api).empty());
}

TEST_CASE("plain http to another machine is said to show the credentials if they are an identity token") {
  const EnvironmentVariables variables{{"WANDB_BASE_URL", "http://wandb.corp.example"},
                                       {"WANDB_IDENTITY_TOKEN_FILE", "token"}};
  Federated<rigs::Fake> setting;
  const auto told = [&](const Options& options, const Environment& environment) {
    return std::string(Api(std::ref(setting.rig.transport), options, environment).status().error().reason());
  };
  const IdentityToken token = IdentityToken::file("token");
  const Secret key(std::string(40, 'a'));
  CHECK(holds(told({}, environment_of(variables)), "would show the credentials to the network"));
  CHECK(holds(told({.api_key = key}, environment_of(variables)), "would show the API key to the network"));
  CHECK(holds(told({.base_url = "http://wandb.corp.example", .identity_token = &token}, Environment::none()),
              "would show the credentials to the network"));
}

TEST_CASE_TEMPLATE("an access token that the server has revoked is exchanged anew, once", Rig, RIGS) {
  Federated<Rig> setting;
  setting.write_token("root@example.com");
  const auto api = setting.of_file();
  CHECK(get(api.viewer()));
  setting.world.account.revoke_access_tokens();
  CHECK(get(api.create_user("new@example.com")).value().email() == "new@example.com");
  CHECK(setting.exchanged() == 2);
  CHECK(setting.world.account.executed("createUser") == 1);
  setting.world.account.revoke_access_tokens();
  CHECK(get(setting.of_file().viewer()).value().email() == "root@example.com");
  CHECK(setting.exchanged() == 3);
  SUBCASE("and no further") {
    setting.world.account.after([](const Request& request) -> std::optional<Response> {
      if (is_exchange(request)) return std::nullopt;
      return answer_of(401, R"({"errors":[{"message":"user is not logged in"}]})");
    });
    const auto error = get(api.viewer()).error();
    CHECK(error == errc::unauthorized);
    CHECK(holds(error.message(), "the identity token is from"));
    CHECK(setting.exchanged() == 4);
    const auto fresh = setting.api.as(setting.token_of("root@example.com"));
    CHECK(get(fresh.viewer()).error() == errc::unauthorized);
    CHECK(setting.exchanged() == 5);
  }
}

TEST_CASE_TEMPLATE("a 401 renews the access token, whatever its body", Rig, RIGS) {
  for (const std::string_view body : {"", "{}", "Unauthorized", "<html>sign in</html>", R"({"error":"expired"})", "[1]",
                                      R"({"errors":[{"message":"gone"}]})"}) {
    CAPTURE(body);
    Federated<Rig> setting;
    const auto api = setting.api.as(setting.token_of("root@example.com"));
    CHECK(get(api.viewer()));
    bool always = false;
    bool revoked = true;
    setting.world.account.before([&](const Request& request) -> std::optional<Response> {
      if (is_exchange(request)) return std::nullopt;
      if (!always && !std::exchange(revoked, false)) return std::nullopt;
      return answer_of(401, body, "text/plain");
    });
    CHECK(get(api.create_user("new@example.com")).value().email() == "new@example.com");
    CHECK(setting.exchanged() == 2);
    CHECK(setting.world.account.executed("createUser") == 1);
    always = true;
    CHECK(get(api.viewer()).error().status() == 401);
    CHECK(setting.exchanged() == 3);
  }
}

TEST_CASE_TEMPLATE("a token file that cannot be used is named", Rig, RIGS) {
  Federated<Rig> setting;
  const auto api = setting.of_file();
  CHECK(api.status());
  const auto fails = [&](std::string_view told) {
    const auto error = get(api.viewer()).error();
    CHECK(error == errc::unreadable_credentials);
    CHECK(holds(error.message(), setting.directory.path("token") + " (WANDB_IDENTITY_TOKEN_FILE)"));
    CHECK(holds(error.message(), told));
  };
  fails("there is no such file");
  setting.directory.put("token", " \n");
  fails("it is empty");
  setting.directory.put("token", "not a token");
  fails("it holds a blank at position 4");
  const auto given = setting.api.as(IdentityToken::file(setting.directory.path("token")));
  CHECK(holds(get(given.viewer()).error().message(), "token (Api::as)"));
  setting.write_token("ann@example.com");
  CHECK(get(given.viewer()).value().email() == "ann@example.com");
  CHECK_FALSE(std::filesystem::exists(setting.directory.path(".config")));
}

TEST_CASE_TEMPLATE("what the program gives goes before the environment, and not both kinds at once", Rig, RIGS) {
  Federated<Rig> setting;
  setting.write_token("ann@example.com");
  setting.variables["WANDB_API_KEY"] = setting.world.root_key.reveal();
  const auto both = setting.of_file().status().error();
  CHECK(both == errc::invalid_environment);
  const auto root = setting.token_of("root@example.com");
  CHECK(get(setting.of_file({.identity_token = &root}).viewer()).value().email() == "root@example.com");
  CHECK(get(setting.of_file({.api_key = setting.world.root_key}).viewer()).value().email() == "root@example.com");
  const auto given = setting.of_file({.api_key = setting.world.root_key, .identity_token = &root}).status().error();
  CHECK(given == errc::invalid_argument);
  CHECK_FALSE(std::filesystem::exists(setting.directory.path(".config")));
}
