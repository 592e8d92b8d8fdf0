// Tests that the tool masks everything that looks like a key, whether it was typed in the wrong place or is a name.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>

#include <wandb/testing/loopback_server.hpp>

#include "office.hpp"
#include "run_tool.hpp"

using tool::any_key;
using tool::Ended;
using tool::has;
using tool::Office;
using wandb::testing::LoopbackServer;

namespace {

const std::string older = "0123456789abcdef0123456789abcdef01234567";
const std::string newer = "wandb_v1_AbCdEfGhIjKlMnOpQrStUvWxYz0_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y";
const std::string jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlX29mX2Fubg";
const std::string long_name = "wandb-internal-production-cluster-of-research-eu-west-1";

/// Returns how many consecutive characters of a secret a text shows.
std::string::size_type told(const std::string& text, const std::string& secret) {
  std::string::size_type most = 0;
  for (std::string::size_type begin = 0; begin != secret.size(); ++begin) {
    while (begin + most < secret.size() && has(text, secret.substr(begin, most + 1))) ++most;
  }
  return most;
}

Ended against(int status, const std::string& body, std::vector<std::string> words) {
  LoopbackServer server([&](const wandb::Request&) {
    wandb::Response response;
    response.status = status;
    response.body = body;
    return response;
  });
  return tool::run(server.base_url(), any_key, std::move(words));
}

}  // namespace

TEST_CASE("a key that somebody types where none belongs is not repeated") {
  Office office;
  const std::string people = office.scratch.file("people.csv", "email,admin\n");
  for (const auto& key : {older, newer, jwt, "local-" + older}) {
    const std::vector<std::vector<std::string>> lines{
        {"--api-key", key, "whoami"},
        {"--api-key=" + key, "whoami"},
        {"--" + key, "whoami"},
        {"-" + key, "whoami"},
        {"whoami", key},
        {"whoami", "the key", key},
        {"whoami", "key:" + key + "."},
        {key},
        {"keys", key},
        {"show", key},
        {"show", "ann", key},
        {"show", "my key " + key},
        {"teams", key},
        {"create", key},
        {"create", key, key},
        {"--timeout", key, "whoami"},
        {"--timeout=" + key, "whoami"},
        {"keys", "list", key},
        {"keys", "delete", key},
        {"keys", "delete", "none", key},
        {"keys", "generate", "--print-secret", "--user-key-env", key},
        {"keys", "generate", key, "--print-secret"},
        {"keys", "generate", "--output", "/nonexistent/" + key},
        {"whoami", "--ca-file", key},
        {"whoami", "--ca-file=" + key},
        {"provision", people, "--ca-file", key},
        {"provision", key},
        {"provision", people, "--output", "/nonexistent/" + key},
        {"provision", people, "--concurrency", key},
        {"provision", people, "--format", key},
        {"provision", office.scratch.file("keys.csv", key + ",admin\n")},
        {"provision", office.scratch.file("words.csv", "my " + key + ",admin\n")},
        {"show", key + "@x"},
        {"show", "u:" + key + "@x.example.com"},
        {"show", "api.wandb.ai:" + key},
        {"whoami", "host/" + key},
        {"teams", key + ".x"},
        {"--base-url", "https://" + key + ".example.invalid", "whoami"},
        {"--base-url", "https://u:" + key + "@h.invalid", "whoami"},
        {"keys", "delete", "x.y:" + key},
        {"keys", "generate", "--print-secret", "--user-key-env", "a/" + key},
        {"provision", office.scratch.file("header.csv", "column:a/b." + key + ",admin\n")},
        {"provision", office.scratch.file("long.csv", std::string(30, 'a') + "/" + key + ",admin\n")},
        {"provision", office.scratch.file("email.csv", "email,admin\n" + key + "@x.example.com,no\n")},
        {"provision", office.scratch.file("path.csv", "email,admin,key\nann@example.com,no,a/" + key + "@x\n")},
        {"provision", office.scratch.file("row.csv", "email,admin,key\nann@example.com,no," + key + "\n")},
    };
    for (auto words : lines) {
      for (const bool json : {false, true}) {
        if (json) words.push_back("--json");
        const auto ended = tool::run(office.server.base_url(), office.key, words);
        CAPTURE(ended.err);
        CHECK(told(ended.err, key) < 12);
        CHECK(told(ended.out, key) < 12);
      }
    }
  }
}

TEST_CASE("what is wrong with a command line is still told, and long names are") {
  Office office;
  const auto complaint = [&](std::vector<std::string> words) {
    return tool::run(office.server.base_url(), office.key, std::move(words)).err;
  };
  CHECK(has(complaint({"--api-key", older, "whoami"}), "there is no option --api-key"));
  CHECK(has(complaint({"show", "ann", older}), "not expected: "));
  CHECK(has(complaint({"show", "ann", older}), "****"));
  CHECK(has(complaint({"--api-key", older, "whoami"}), "see `wandb-users whoami --help`"));
  CHECK(has(complaint({"--timeout", "x", "whoami"}), "it is \"x\"; give a number"));
  CHECK(has(complaint({"show", long_name + "@example.com"}), "no user " + long_name + "@example.com"));
  CHECK(has(complaint({"provision", "/tmp/" + long_name + "/people.csv"}), "/tmp/" + long_name + "/people.csv"));
  CHECK(has(complaint({"provision", long_name + ".csv"}), long_name + ".csv"));
  const auto unreachable = tool::run("http://" + long_name + ".invalid", any_key, {"whoami", "--allow-insecure-http"});
  CHECK(has(unreachable.err, long_name + ".invalid"));
}

TEST_CASE("whoever is called like a key is shown without it") {
  for (const auto& key : {older, newer, jwt}) {
    const auto body = R"({"data":{"viewer":{"id":"u1","username":")" + key +
                      R"(","email":"ann@example.com","name":"Ann )" + key + R"(","teams":{"edges":[{"node":{"name":")" +
                      key + R"("}}]},"apiKeys":{"edges":[{"node":{"id":"k1","name":"ci","description":")" + key +
                      R"("}}],"pageInfo":{"endCursor":null,"hasNextPage":false}}}},"errors":[{"message":"of )" + key +
                      R"(","path":["viewer","name"]}]})";
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"whoami"}, {"show"}, {"teams"}, {"keys", "list"}}) {
      for (const bool json : {false, true}) {
        auto line = words;
        if (json) line.push_back("--json");
        const auto ended = against(200, body, line);
        CAPTURE(ended.out);
        CHECK(ended.code == 0);
        CHECK(told(ended.out, key) < 12);
        CHECK(told(ended.err, key) < 12);
        CHECK(has(ended.out, "****"));
      }
    }
  }
}

TEST_CASE("what the server calls somebody or something is shown without a key, whatever stands beside that") {
  const std::string mixed = "Zq3" + newer.substr(9, 40);
  const auto body = [](const std::string& text) {
    return R"({"data":{"viewer":{"id":"u1","username":")" + text + R"(","email":"ann@example.com","name":")" + text +
           R"(","deletedAt":")" + text + R"(","teams":{"edges":[{"node":{"name":")" + text +
           R"("}}]},"apiKeys":{"edges":[{"node":{"id":"k1","name":")" + text + R"(","description":")" + text +
           R"("}}],"pageInfo":{"endCursor":null,"hasNextPage":false}}}}})";
  };
  for (const auto& key : {older, newer, jwt, mixed}) {
    for (const auto& text : {"a/" + key, "x.y:" + key, key + ".x", "https://h/" + key, "api:" + key + "@x",
                             "ann@example.com " + key, (key == mixed ? "<" : "") + key + (key == mixed ? ">" : "@x")}) {
      for (const std::vector<std::string>& words :
           {std::vector<std::string>{"whoami"}, {"show"}, {"teams"}, {"keys", "list"}}) {
        for (const bool json : {false, true}) {
          auto line = words;
          if (json) line.push_back("--json");
          const auto ended = against(200, body(text), line);
          CAPTURE(ended.out);
          CHECK(ended.code == 0);
          // The beginning of a key is its name, by which a user finds it.
          CHECK(told(ended.out, key) < 15);
          CHECK(told(ended.err, key) < 12);
          CHECK(has(ended.out, "****"));
        }
      }
    }
  }
}

TEST_CASE("the way to a key whose secret is lost shows no other key") {
  bool made = false;
  LoopbackServer server([&](const wandb::Request& request) {
    wandb::Response response;
    response.status = 200;
    if (has(std::string(request.body.begin(), request.body.end()), "generateApiKey")) {
      made = true;
      response.status = 502;
    }
    const auto edges = made ? R"({"node":{"id":"k1","name":"ci","description":"a/)" + older + R"("}})" : std::string();
    response.body = R"({"data":{"viewer":{"id":"u1","username":"ann","apiKeys":{"edges":[)" + edges +
                    R"(],"pageInfo":{"endCursor":null,"hasNextPage":false}}}}})";
    return response;
  });
  const auto ended = tool::run(server.base_url(), any_key, {"keys", "generate", "--print-secret"});
  CAPTURE(ended.err);
  CHECK(has(ended.err, "keys delete k1` (\"a/****\")"));
  CHECK(told(ended.err, older) < 12);
}

TEST_CASE("a value that is no text is shown without a key too") {
  for (const std::string& value : {"{\"a\":\"b/" + older + "\"}", "[\"" + older + "\"]", std::string("12")}) {
    const auto body = R"({"data":{"viewer":{"id":"u1","username":"ann","name":)" + value + "}}}";
    for (const std::vector<std::string>& words : {std::vector<std::string>{"whoami", "--json"}, {"whoami"}}) {
      const auto ended = against(200, body, words);
      CHECK(told(ended.out + ended.err, older) < 12);
    }
  }
}

TEST_CASE("an address and an id are shown however long they are") {
  const auto body =
      R"({"data":{"viewer":{"id":")" + older + R"(","username":"ann","email":")" + long_name + "@example.com\"}}}";
  CHECK(has(against(200, body, {"whoami"}).out, "  " + long_name + "@example.com\n"));
  const auto json = boost::json::parse(against(200, body, {"whoami", "--json"}).out);
  CHECK(json.at("id").as_string() == older.c_str());
  CHECK(json.at("email").as_string() == (long_name + "@example.com").c_str());
}

TEST_CASE("nobody whose address would steer a terminal is provisioned") {
  Office office;
  for (const std::string sign : {"\xC2\x9B", "\xE2\x80\xAE", "\xE2\x80\xA8", "\x7F"}) {
    const auto ended = office.provision("email,admin\na" + sign + "b@example.com,no\n");
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "people.csv: line 2: the email \"a<U+"));
    CHECK_FALSE(has(ended.err, sign));
  }
}
