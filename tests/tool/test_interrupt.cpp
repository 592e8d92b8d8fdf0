// Tests what the tool says when a signal ends it during a change.
#include <doctest/doctest.h>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/testing/account.hpp>
#include <wandb/testing/loopback_server.hpp>

#include "office.hpp"
#include "run_tool.hpp"

using tool::Ended;
using tool::has;
using tool::Office;
using namespace std::chrono_literals;

namespace {

/// Runs the tool, whose change the server executes without an answer, and sends a signal. `before` is how many requests
/// come before the change.
Ended interrupted(Office& office, std::vector<std::string> words, std::size_t before, int signal) {
  office.server.inject({}, before);
  office.server.inject({.stall_after = 0}, 100);
  const auto wanted = office.server.requests() + before + 1;
  tool::Tool running(office.server.base_url(), office.key, std::move(words));
  for (int i = 0; i != 500 && office.server.requests() < wanted; ++i) std::this_thread::sleep_for(10ms);
  std::this_thread::sleep_for(200ms);
  running.signal(signal);
  return running.wait();
}

}  // namespace

TEST_CASE("keys generate that a signal ends says that its outcome is unknown, and leaves no empty file") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    Office office;
    const auto path = office.scratch.path("key");
    const auto begin = std::chrono::steady_clock::now();
    const auto ended = interrupted(office, {"keys", "generate", "--output", path}, 1, signal);
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    CHECK(ended.code == 6);
    CHECK_MESSAGE(has(ended.err, "a key may have been made whose secret is lost: find it with `wandb-users keys list`"),
                  ended.err);
    CHECK(::access(path.c_str(), F_OK) != 0);
    CHECK(office.account.keys_of("root").size() == 2);
  }
}

TEST_CASE("each change that a signal ends says that its outcome is unknown, and how to look") {
  const std::pair<std::vector<std::string>, std::string> changes[] = {
      {{"create", "new@example.com"}, "`wandb-users show new@example.com`"},
      {{"update", "ann", "--name", "Ann"}, "`wandb-users show ann`"},
      {{"set-admin", "ann", "true"}, "`wandb-users show ann`"},
      {{"remove", "ann"}, "`wandb-users show ann`"},
      {{"restore", "ann"}, "`wandb-users show ann`"},
      {{"keys", "delete", "old", "ann", "--yes"}, "`wandb-users keys list ann`"}};
  for (const auto& change : changes) {
    const auto& words = change.first;
    CAPTURE(words.front());
    Office office;
    office.account.add_user({.email = "ann@example.com"});
    static_cast<void>(office.account.add_key("ann", "old"));
    const auto ended = interrupted(office, words, words.front() == "create" ? 0 : 1, SIGINT);
    CHECK(ended.code == 6);
    CHECK_MESSAGE(has(ended.err, "a stop was requested"), ended.err);
    CHECK_MESSAGE(has(ended.err, "it may have taken effect"), ended.err);
    CHECK_MESSAGE(has(ended.err, change.second), ended.err);
  }
}

TEST_CASE("a change goes on through a signal that the tool was started to ignore") {
  Office office;
  office.server.inject({.delay = 300ms}, 2);
  const auto script = "trap '' INT; " + std::string(std::getenv("WANDB_USERS_TOOL")) +
                      " keys generate --print-secret >/dev/null & sleep 0.45; kill -INT $!; wait $!";
  const auto ended = tool::run_program("/bin/sh", office.server.base_url(), office.key, {"-c", script});
  CHECK(ended.code == 0);
  CHECK(office.account.keys_of("root").size() == 2);
}
