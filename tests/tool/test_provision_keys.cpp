// Tests what provision reports about requested keys, with a server that shows a person's key and fails to make a new
// one.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <wandb/testing/account.hpp>
#include <wandb/testing/loopback_server.hpp>

#include "office.hpp"

using namespace tool;

namespace {

/// Runs provision with the same answer to each request for a key.
Ended with_key_answered(int status, const std::string& body) {
  Office office(wandb::testing::Generation::older);
  office.account.add_user({.email = "ann@example.com"});
  static_cast<void>(office.account.add_key("ann", "own"));
  office.account.before([&](const wandb::Request& request) -> std::optional<wandb::Response> {
    if (request.body.find("GenerateApiKey") == request.body.npos) return std::nullopt;
    return wandb::Response{status, {}, wandb::SecureString{body}};
  });
  return office.provision("email,admin,key\nann@example.com,,ci\n", {"--keys-dir", office.scratch.path("keys")});
}

const std::string with_key = "email,key\nann@example.com,ci\n";

/// Has a user whose secret the list shows.
struct OlderOffice : Office {
  OlderOffice() : Office(wandb::testing::Generation::older) {
    account.add_user({.email = "ann@example.com"});
    own = account.add_key("ann", "own");
  }
  std::string own;
};

}  // namespace

TEST_CASE("provision makes no key whose secret has no place, and does not exit as if it were there") {
  OlderOffice office;
  const auto nowhere = office.provision(with_key);
  CHECK(nowhere.code == 7);
  CHECK(has(nowhere.out, "2,ann@example.com,exists,not_made,\"no key: its secret would be lost; give --keys-dir"));
  const auto taken = office.scratch.file("ann@example.com.key", "");
  const auto full = office.provision(with_key, {"--keys-dir", office.scratch.path("")});
  CHECK(full.code == 7);
  CHECK(has(full.out, "no key: cannot make "));
  CHECK(has(full.out, "File exists"));
  const auto file = office.provision(with_key, {"--keys-dir", taken});
  CHECK(file.code == 2);
  CHECK(has(file.err, "is no directory"));
  CHECK(office.account.executed("generateApiKey") == 0);
}

TEST_CASE(
    "provision delivers a key that is there already where the server shows its secret, else says that it can not") {
  OlderOffice office;
  const auto there = office.account.add_key("ann", "ci");
  CHECK(office.provision(with_key, {"--keys-dir", office.scratch.path("keys")}).code == 0);
  CHECK(office.scratch.read("keys/ann@example.com.key") == there + "\n");

  Office newer;
  newer.account.add_user({.email = "ann@example.com"});
  static_cast<void>(newer.account.add_key("ann", "ci"));
  const auto lost = newer.provision(with_key, {"--keys-dir", newer.scratch.path("keys")});
  CHECK(lost.code == 7);
  CHECK(has(lost.out, "2,ann@example.com,exists,exists,\"the key was there before, and the server does not show"));
}

TEST_CASE("provision tells in the server's words why a key was not made, and does not exit as if it were") {
  const auto refused =
      with_key_answered(200, R"({"data":{"generateApiKey":null},"errors":[{"message":"keys are disabled here"}]})");
  CHECK(refused.code == 7);
  CHECK(has(refused.out, "2,ann@example.com,exists,not_made,"));
  CHECK(has(refused.out, "keys are disabled here"));
}

TEST_CASE("provision exits with 6 where a key may have been made") {
  for (const auto* body : {"<html>busy</html>", R"({"error":"busy"})", ""}) {
    CAPTURE(body);
    const auto unknown = with_key_answered(503, body);
    CHECK(unknown.code == 6);
    CHECK(has(unknown.out, "2,ann@example.com,exists,unknown,"));
  }
}

TEST_CASE("provision tells of a key that was made beside a fault, and not its secret") {
  const std::string secret = "abcdef0123abcdef0123abcdef0123abcdef0123";
  const auto made =
      with_key_answered(200, R"({"data":{"generateApiKey":{"apiKey":{"id":"K9","name":")" + secret +
                                 R"("}}},"errors":["the audit of )" + secret.substr(0, 20) + R"( failed"]})");
  CHECK(made.code == 7);
  CHECK(has(made.out, "2,ann@example.com,exists,made,"));
  CHECK(has(made.out, "the audit of **** failed"));
  CHECK_FALSE(has(made.out + made.err, secret.substr(0, 12)));
}

TEST_CASE("provision does not call a key done whose secret is not seen in its file") {
  OlderOffice office;
  const auto there = office.account.add_key("ann", "ci");
  const std::string header = "line,email,status,key,reason\n";
  const auto results = office.scratch.file("made.csv", header + "2,ann@example.com,exists,made,the secret is lost\n");
  for (int run = 0; run != 2; ++run) {
    CHECK(office.provision(with_key, {"--output", results}).code == 7);
    CHECK(has(office.scratch.read("made.csv"),
              "2,ann@example.com,exists,made,\"the key is there, but not known is whether"));
  }
  const auto dry = office.provision(with_key, {"--dry-run"});
  CHECK(dry.code == 7);
  CHECK(has(dry.out, "give --keys-dir"));
  const auto keys = office.scratch.path("keys");
  CHECK(office.provision(with_key, {"--output", results, "--keys-dir", keys}).code == 0);
  CHECK(office.scratch.read("made.csv") == header + "2,ann@example.com,exists,made,\n");
  CHECK(office.scratch.read("keys/ann@example.com.key") == there + "\n");
}

TEST_CASE(
    "provision delivers a secret that could not be written once the file can be written, if the server shows it") {
  OlderOffice office;
  const auto csv = office.scratch.file("people.csv", with_key);
  const auto keys = office.scratch.path("keys");
  const std::string script =
      "(trap '' XFSZ; ulimit -f 0; \"$0\" provision \"$1\" --keys-dir \"$2\"; echo code $?) | cat";
  const auto full = run_program("/bin/sh", office.server.base_url(), office.key,
                                {"-c", script, std::string(std::getenv("WANDB_USERS_TOOL")), csv, keys});
  CHECK_MESSAGE(has(full.out, "2,ann@example.com,exists,made,\"its secret could not be written to "), full.out);
  CHECK(has(full.out, "code 7"));
  CHECK_FALSE(std::filesystem::exists(keys + "/ann@example.com.key"));
  CHECK(office.provision(with_key).code == 7);
  CHECK(office.provision(with_key, {"--keys-dir", keys}).code == 0);
  CHECK(office.scratch.read("keys/ann@example.com.key") == office.account.keys_of("ann").back() + "\n");
  CHECK(office.account.executed("generateApiKey") == 1);
}

TEST_CASE("provision reads whether the file of a key holds its secret") {
  for (const auto generation : {wandb::testing::Generation::older, wandb::testing::Generation::newer}) {
    Office office(generation);
    office.account.add_user({.email = "ann@example.com"});
    const auto own = office.account.add_key("ann", "own");
    static_cast<void>(office.account.add_key("ann", "ci"));
    const auto there = office.account.add_key("ann", "ci");
    const std::vector<std::string> to{"--keys-dir", office.scratch.path("")};
    for (const auto& text : {std::string("garbage\n"), std::string(), own + "\n"}) {
      CAPTURE(text);
      static_cast<void>(office.scratch.file("ann@example.com.key", text));
      const auto ended = office.provision(with_key, to);
      CHECK(ended.code == 7);
      CHECK(has(ended.out, "2,ann@example.com,exists,exists,\"the key is there, but "));
      CHECK(has(ended.out, "ann@example.com.key does not hold its secret"));
      CHECK(office.scratch.read("ann@example.com.key") == text);
      CHECK_FALSE(has(ended.out + ended.err, own));
    }
    for (const auto* target : {"/etc/passwd", "/nonexistent", "/dev/zero"}) {
      CAPTURE(target);
      std::filesystem::remove(office.scratch.path("ann@example.com.key"));
      std::filesystem::create_symlink(target, office.scratch.path("ann@example.com.key"));
      CHECK(office.provision(with_key, to).code == 7);
    }
    std::filesystem::remove(office.scratch.path("ann@example.com.key"));
    static_cast<void>(office.scratch.file("ann@example.com.key", there + "\n"));
    const auto delivered = office.provision(with_key, to);
    CHECK(delivered.code == 0);
    CHECK(has(delivered.out, "2,ann@example.com,exists,exists,\n"));
  }
}
