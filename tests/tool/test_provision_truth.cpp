// Tests that provision reports what happened, whatever the answers were.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <boost/json/parse.hpp>

#include <wandb/testing/loopback_server.hpp>

#include "directory.hpp"
#include "office.hpp"
#include "run_tool.hpp"

using tool::any_key;
using tool::Directory;
using tool::Ended;
using tool::has;
using tool::Office;
using tool::people;
using tool::Scratch;
using tool::statuses;
using tool::Tool;
using wandb::testing::LoopbackServer;
using namespace std::chrono_literals;

namespace {

/// A directory behind a server, and a run of some people through it.
struct Desk {
  explicit Desk(Directory::Fate fate = {}) {
    directory.fate = [fate](const std::string& email, int) {
      return email == "p0@example.com" ? fate : Directory::Fate();
    };
  }
  [[nodiscard]] Ended provision(const std::string& csv, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"provision", scratch.file("people.csv", csv), "--concurrency", "1", "--timeout", "5"});
    return tool::run(server.base_url(), any_key, more);
  }
  Directory directory;
  LoopbackServer server{directory};
  Scratch scratch;
};

const std::string header = "line,email,status,key,reason\n";

}  // namespace

TEST_CASE(
    "provision tells of a conflict what a look shows: somebody who is there, else a failure in the server's words") {
  const std::string taken =
      R"({"data":{"createUser":null},"errors":[{"message":"the name is taken","path":["createUser"]}]})";
  Desk there({.runs = false, .status = 409, .somebody_else = true, .body = taken});
  const auto exists = there.provision(people(1));
  CHECK(exists.code == 0);
  CHECK(exists.out == header + "2,p0@example.com,exists,,somebody made the user in the meantime\n");

  Desk nobody({.runs = false, .status = 409, .body = taken});
  const auto failed = nobody.provision(people(2));
  CHECK(failed.code == 7);
  CHECK(has(failed.out, "2,p0@example.com,failed,,"));
  CHECK(has(failed.out, "the name is taken"));
  CHECK(has(failed.out, "a look finds no such user"));
  CHECK(has(failed.out, "3,p1@example.com,created,,\n"));
}

TEST_CASE("provision takes no words for a conflict") {
  for (const std::string word : {"duplicate", "conflict", "forbidden", "unauthorized"}) {
    CAPTURE(word);
    Desk desk({.runs = false,
               .status = 422,
               .body = R"({"errors":[{"message":"\")" + word + R"(@shop@example.com\" is not an e-mail address"}]})"});
    const auto ended = desk.provision(people(2), {"--json"});
    CHECK(ended.code == 7);
    const auto rows = statuses(ended.out);
    CHECK(rows.at("p0@example.com") == "failed");
    CHECK(rows.at("p1@example.com") == "created");
    CHECK(has(ended.out, "is not an e-mail address"));
  }
}

TEST_CASE("provision tells of a user who was made, whatever stands beside, and goes on") {
  for (const int status : {200, 400, 403, 409, 422, 429, 501, 503}) {
    CAPTURE(status);
    Desk desk({.status = status,
               .body = R"({"data":{"createUser":{"user":USER}},"errors":[{"message":"no mail was sent"}]})"});
    const auto ended = desk.provision(people(2));
    CHECK(ended.code == 0);
    CHECK(has(ended.out, "2,p0@example.com,created,,"));
    CHECK(has(ended.out, "no mail was sent"));
    CHECK(has(ended.out, "3,p1@example.com,created,,\n"));
    CHECK(desk.directory.times_made("p0@example.com") == 1);
    CHECK(desk.directory.creations() == 2);
  }
}

TEST_CASE("a look right after a gateway's answer proves nothing where it finds nobody") {
  for (const int status : {408, 499, 502, 503, 504, 520, 521, 522, 523, 524, 529}) {
    for (const std::string body : {"", "<html>busy</html>", R"({"errors":[{"message":"upstream request timeout"}]})"}) {
      CAPTURE(status);
      CAPTURE(body);
      Desk lost({.runs = false, .status = status, .body = body});
      const auto unknown = lost.provision(people(1));
      CHECK(unknown.code == 6);
      CHECK_MESSAGE(has(unknown.out, "2,p0@example.com,unknown,,"), unknown.out);
      CHECK(lost.directory.creations() == 1);

      Desk made({.status = status, .body = body});
      const auto created = made.provision(people(1));
      CHECK(created.code == 0);
      CHECK_MESSAGE(has(created.out, "2,p0@example.com,created,,"), created.out);
      CHECK(made.directory.creations() == 1);
    }
  }
}

TEST_CASE("a failure of the server itself may have made the user, and the row agrees with its reason") {
  Desk desk({.runs = false, .status = 500, .body = R"({"errors":[{"message":"something went wrong here"}]})"});
  const auto ended = desk.provision(people(1));
  CHECK(ended.code == 6);
  CHECK_MESSAGE(has(ended.out, "2,p0@example.com,unknown,,"), ended.out);
  CHECK(has(ended.out, "it may have taken effect"));
}

TEST_CASE("nor does a look after an answer that was cut or never came") {
  for (const bool read : {true, false}) {
    Desk lost;
    lost.server.inject({});
    lost.server.inject(read ? wandb::testing::Fault{.close_after_reading = true}
                            : wandb::testing::Fault{.close_before_reading = true});
    const auto unknown = lost.provision(people(1));
    INFO(unknown.out);
    CHECK(unknown.code == 6);
    CHECK(has(unknown.out, "2,p0@example.com,unknown,,"));
  }
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{20}, std::size_t{90}}) {
    for (const int status : {200, 400, 500}) {
      CAPTURE(bytes);
      CAPTURE(status);
      Desk lost({.runs = false, .status = status, .body = R"({"errors":[{"message":"something went wrong here"}]})"});
      lost.server.inject({});
      lost.server.inject({.close_after = bytes});
      const auto unknown = lost.provision(people(1));
      CHECK(unknown.code == 6);
      CHECK_MESSAGE(has(unknown.out, "2,p0@example.com,unknown,,"), unknown.out);
    }
  }
}

TEST_CASE("provision tells who is there otherwise than wished, and does not call it done") {
  Desk desk;
  desk.directory.add("deleted@example.com", false, true);
  desk.directory.add("boss@example.com", true);
  desk.directory.add("ann@example.com");
  const auto ended = desk.provision("email,admin\ndeleted@example.com,\nboss@example.com,\nann@example.com,yes\n");
  CHECK(ended.code == 7);
  CHECK(ended.out == header +
                         "2,deleted@example.com,differs,,the user is deleted; nothing was changed\n"
                         "3,boss@example.com,differs,,the user is an admin; nothing was changed\n"
                         "4,ann@example.com,differs,,the user is no admin; nothing was changed\n");
  CHECK(has(ended.err, "3 of 3: 3 differs"));
  CHECK(desk.directory.creations() == 0);
}

TEST_CASE("provision writes its rows in the order of the people, whoever comes first") {
  Directory directory;
  LoopbackServer server(directory);
  server.inject({.delay = 400ms});
  const Scratch scratch;
  const auto csv = scratch.file("people.csv", people(600));
  const auto ended = tool::run(server.base_url(), any_key, {"provision", csv, "--concurrency", "8", "--json"});
  CHECK(ended.code == 0);
  std::size_t at = 0;
  for (int line = 2; line != 602; ++line) {
    at = ended.out.find("{\"line\":" + std::to_string(line) + ",", at);
    REQUIRE_MESSAGE(at != std::string::npos, line);
  }
}

TEST_CASE("provision run again keeps whom an earlier run has created, whatever becomes of this one") {
  Desk desk;
  const auto output = desk.scratch.path("made.csv");
  CHECK(desk.provision(people(2), {"--output", output}).code == 0);
  const auto kept =
      header + "2,p0@example.com,created,,by an earlier run\n3,p1@example.com,created,,by an earlier run\n";
  for (int run = 0; run != 2; ++run) {
    CHECK(desk.provision(people(2), {"--output", output}).code == 0);
    CHECK(desk.scratch.read("made.csv") == kept);
  }
  // A run that finds no user does not revoke earlier results, but it is not complete either.
  desk.server.inject({.raw = "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}"}, 2);
  CHECK(desk.provision(people(2), {"--output", output}).code == 7);
  CHECK(has(desk.scratch.read("made.csv"), "2,p0@example.com,created,,\"by an earlier run, and now: "));
  CHECK(desk.provision(people(2), {"--output", output}).code == 0);
  CHECK(desk.scratch.read("made.csv") == kept);

  const auto differing = desk.provision("email,admin\np0@example.com,yes\np1@example.com,\n", {"--output", output});
  CHECK(differing.code == 7);
  CHECK(
      has(desk.scratch.read("made.csv"), "2,p0@example.com,differs,,created by an earlier run; the user is no admin"));
  CHECK(desk.provision(people(2), {"--output", output}).code == 0);
  CHECK(desk.scratch.read("made.csv") == kept);
}

TEST_CASE("provision run again keeps that an earlier run may have created somebody, and the keys that it made") {
  Desk desk;
  desk.directory.add("p0@example.com");
  const auto rows = header + "2,p0@example.com,unknown,,lost\n3,p1@example.com,unknown,,lost\n";
  const auto output = desk.scratch.file("made.csv", rows);
  desk.server.inject({.raw = "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}"}, 2);
  CHECK(desk.provision(people(2), {"--output", output}).code == 6);
  CHECK(has(desk.scratch.read("made.csv"), "2,p0@example.com,unknown,,\"perhaps created by an earlier run, and now: "));
  CHECK(desk.provision(people(2), {"--output", output}).code == 0);
  CHECK(desk.scratch.read("made.csv") ==
        header + "2,p0@example.com,exists,,perhaps created by an earlier run\n3,p1@example.com,created,,\n");

  Office office(wandb::testing::Generation::older);
  office.account.add_user({.email = "ann@example.com"});
  static_cast<void>(office.account.add_key("ann", "own"));
  const std::vector<std::string> again{"--output", office.scratch.path("keys.csv"), "--keys-dir",
                                       office.scratch.path("keys")};
  for (int run = 0; run != 3; ++run) {
    CHECK(office.provision("email,admin,key\nann@example.com,,ci\n", again).code == 0);
    CHECK(office.scratch.read("keys.csv") == header + "2,ann@example.com,exists,made,\n");
  }
}

TEST_CASE("a rerun that is killed loses nothing of what an earlier run has told") {
  Desk desk;
  const auto csv = desk.scratch.file("people.csv", people(3));
  const auto output = desk.scratch.path("made.csv");
  const std::vector<std::string> words{"provision", csv, "--concurrency", "1", "--output", output};
  CHECK(tool::run(desk.server.base_url(), any_key, words).code == 0);
  for (int kill = 0; kill != 2; ++kill) {
    const auto before = desk.server.requests();
    desk.server.inject({});
    desk.server.inject({.stall_after = 0});
    Tool provisioning(desk.server.base_url(), any_key, words);
    for (int i = 0; i != 300 && desk.server.requests() < before + 2; ++i) std::this_thread::sleep_for(10ms);
    provisioning.signal(SIGKILL);
    CHECK(provisioning.wait().code == -1);
    CHECK(desk.scratch.read("made.csv") == header + "2,p0@example.com,created,,by an earlier run\n");
  }
  CHECK(tool::run(desk.server.base_url(), any_key, words).code == 0);
  for (const auto& email : {"2,p0@example.com", "3,p1@example.com", "4,p2@example.com"}) {
    CHECK(has(desk.scratch.read("made.csv"), email + std::string(",created,,by an earlier run\n")));
  }
  CHECK(desk.scratch.read("made.csv.earlier").empty());

  // A file next to the output with that name may hold anything.
  static_cast<void>(desk.scratch.file("made.csv.earlier", "mine\n"));
  const auto refused = tool::run(desk.server.base_url(), any_key, words);
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "made.csv.earlier that holds something other than results"));
  CHECK(desk.scratch.read("made.csv.earlier") == "mine\n");
}

TEST_CASE("a second Ctrl-C ends what is under way, and each still gets its row") {
  const struct {
    std::size_t before;
    const char* status;
  } stalls[] = {{1, "unknown"}, {0, "not_started"}};
  for (const auto& stall : stalls) {
    const auto before = stall.before;
    const std::string status = stall.status;
    CAPTURE(status);
    Desk desk;
    desk.server.inject({}, before);
    desk.server.inject({.stall_after = 0}, 100);
    const auto csv = desk.scratch.file("people.csv", people(50));
    const auto begin = std::chrono::steady_clock::now();
    Tool provisioning(desk.server.base_url(), any_key, {"provision", csv, "--concurrency", "1", "--json"});
    for (int i = 0; i != 300 && desk.server.requests() < before + 1; ++i) std::this_thread::sleep_for(10ms);
    for (int i = 0; i != 2; ++i) {
      std::this_thread::sleep_for(300ms);
      provisioning.signal(SIGINT);
    }
    const auto ended = provisioning.wait();
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    CHECK(ended.code == (before == 1 ? 6 : 7));
    const auto rows = statuses(ended.out);
    CHECK(rows.size() == 50);
    CHECK(rows.at("p0@example.com") == status);
    CHECK(rows.at("p49@example.com") == "not_started");
  }
}

TEST_CASE("a second Ctrl-C ends waits that the server has asked for") {
  Desk desk({.runs = false, .status = 429, .retry_after = "100"});
  const auto csv = desk.scratch.file("people.csv", people(50));
  const auto begin = std::chrono::steady_clock::now();
  Tool provisioning(desk.server.base_url(), any_key, {"provision", csv, "--concurrency", "4", "--json"});
  for (int i = 0; i != 300 && desk.directory.creations() == 0; ++i) std::this_thread::sleep_for(10ms);
  for (int i = 0; i != 2; ++i) {
    std::this_thread::sleep_for(300ms);
    provisioning.signal(SIGINT);
  }
  const auto ended = provisioning.wait();
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  CHECK(ended.code == 7);
  const auto rows = statuses(ended.out);
  CHECK(rows.size() == 50);
  CHECK(rows.at("p0@example.com") == "not_started");
}

TEST_CASE("what stands between stops nobody, and is no verdict on the credentials") {
  for (const int status : {401, 403, 404, 409}) {
    CAPTURE(status);
    Desk desk;
    desk.server.inject({.raw = "HTTP/1.1 " + std::to_string(status) +
                               " No\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"});
    const auto ended = desk.provision(people(3));
    CHECK(ended.code == 7);
    CHECK(has(ended.out, "2,p0@example.com,failed,,"));
    CHECK(has(ended.out, "4,p2@example.com,created,,\n"));
    CHECK_FALSE(has(ended.err, "would fail alike"));
  }
}

TEST_CASE("provision with --json speaks JSON alone, and refuses to be told otherwise at once") {
  Desk desk;
  const auto ended = desk.provision(people(2), {"--json"});
  CHECK(ended.code == 0);
  CHECK(has(ended.out, R"("id":"id of p0@example.com")"));
  CHECK(has(ended.err, R"({"progress":{"done":2,"total":2,"created":2}})"));
  for (const auto& text : {ended.out, ended.err}) {
    for (std::size_t at = 0; at != text.size();) {
      const auto end = text.find('\n', at);
      CHECK(boost::json::parse(text.substr(at, end - at)).is_object());
      at = end + 1;
    }
  }
  CHECK(desk.provision(people(2), {"--json", "--format", "csv"}).code == 2);
  CHECK(desk.provision(people(2), {"--json", "--format", "jsonl"}).code == 0);
}
