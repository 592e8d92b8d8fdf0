#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/testing/account.hpp>
#include <wandb/testing/loopback_server.hpp>

#include "directory.hpp"
#include "office.hpp"
#include "run_tool.hpp"

using tool::any_key;
using tool::count;
using tool::Directory;
using tool::email_of;
using tool::Ended;
using tool::Office;
using tool::people;
using tool::Scratch;
using tool::statuses;
using tool::Tool;
using wandb::testing::Generation;
using wandb::testing::LoopbackServer;

namespace {

/// Checks the reported status of each person against the directory.
void check_truth(const std::map<std::string, std::string>& statuses, const Directory& directory) {
  for (const auto& one : statuses) {
    const auto& email = one.first;
    const auto& status = one.second;
    CAPTURE(email);
    CAPTURE(status);
    if (status == "created" || status == "exists") CHECK(directory.has(email));
    if (status == "failed" || status == "not_started") CHECK_FALSE(directory.has(email));
    CHECK(directory.times_made(email) <= 1);
  }
}

}  // namespace

TEST_CASE("provision makes those who do not exist, and says so row by row") {
  Office office;
  office.account.add_user({.email = "Ann@example.com"});
  const auto ended =
      office.provision("email,admin\nann@example.com,false\nbob@example.com,true\n", {"--concurrency", "1"});
  CHECK(ended.code == 0);
  CHECK(ended.out == "line,email,status,key,reason\n2,ann@example.com,exists,,\n3,bob@example.com,created,,\n");
  CHECK(ended.err.find("2 of 2: 1 created, 1 exists\n") != std::string::npos);
  CHECK(office.account.executed("createUser") == 1);
}

TEST_CASE("provision run again makes nobody twice") {
  Office office;
  CHECK(office.provision("email,admin\nann@example.com,\n").code == 0);
  const auto again = office.provision("email,admin\nann@example.com,\n", {"--format", "jsonl"});
  CHECK(again.code == 0);
  CHECK(again.out ==
        R"({"line":2,"email":"ann@example.com","status":"exists","key":null,"reason":null,"id":"VXNlcjoxMDAz",)"
        R"("key_id":null})"
        "\n");
  CHECK(office.account.executed("createUser") == 1);
}

TEST_CASE("provision --dry-run looks, and changes nothing") {
  Office office;
  office.account.add_user({.email = "ann@example.com"});
  const auto ended = office.provision("email,admin\nann@example.com,\nbob@example.com,\n",
                                      {"--dry-run", "--concurrency", "1", "--output", office.scratch.path("out.csv")});
  CHECK(ended.code == 0);
  CHECK(ended.out.empty());
  CHECK(office.scratch.read("out.csv") ==
        "line,email,status,key,reason\n2,ann@example.com,exists,,\n3,bob@example.com,would_create,,\n");
  CHECK(office.account.executed("createUser") == 0);
}

TEST_CASE("provision reads quotes, line ends, a byte order mark, and columns in any order") {
  Office office;
  const auto ended =
      office.provision("\xEF\xBB\xBF\"Admin\",key,EMAIL\r\nYES,\"a \"\"first\"\",\r\nkey\",\"a@example.com\"\r\n", {});
  CHECK(ended.code == 2);
  CHECK(
      ended.err.find(
          "line 2: the key's description \"a \"first\",<U+000D><U+000A>key\" contains U+000D, which is not visible") !=
      std::string::npos);
  const auto good = office.provision(
      "\xEF\xBB\xBF\"Admin\",key,EMAIL\r\n\r\nYES,\"a \"\"first\"\", key\",\"a@example.com\"\r\nno,,b@example.com", {});
  CHECK(good.code == 7);
  CHECK(good.out.find("3,a@example.com,created,not_made,") != std::string::npos);
  CHECK(good.out.find("4,b@example.com,created,,\n") != std::string::npos);
  // Dots alone do not make a description look like a key.
  const auto dotted =
      office.provision("email,admin,key\nc@example.com,,v1.2.3\nd@example.com,,ci.wandb.example\n", {"--force"});
  CHECK(dotted.code == 7);
  CHECK(dotted.err.find("looks like a key") == std::string::npos);
}

TEST_CASE("provision says what is wrong with a file, line by line, before anything is sent") {
  Office office;
  const struct {
    std::string csv;
    std::string complaint;
  } bad[] = {
      {"", "the file is empty"},
      {"admin,key\n", "line 1: the column email is missing; the first column is \"admin\""},
      {"E-Mail Address,admin\n", "line 1: the column email is missing; rename the column \"E-Mail Address\""},
      {"emial\n", "line 1: the column email is missing; rename the column \"emial\""},
      {"email,admin,Email\n", "line 1: the column email is there twice"},
      {"email,admin\na@example.com\n", "line 2: 1 field where the header has 2; the first is \"a@example.com\""},
      {"email,admin\na@example.com,true,x\n",
       "line 2: 3 fields where the header has 2; the first is \"a@example.com\""},
      {"email,admin\nann,true\n", "line 2: the email \"ann\" is not an e-mail address: it has no @"},
      {"email,admin\n,true\n", "line 2: the email \"\" is not an e-mail address"},
      {"email,admin\nj\xFCrg@example.com,true\n",
       "line 2: \"j\u00FCrg@example.com\" is not UTF-8, but Latin-1 or Windows-1252; save"},
      {"email,admin\na@example.com,maybe\n", "line 2: admin is \"maybe\", neither true nor false"},
      {"email,admin\na@example.com,\n\nA@Example.com,\n",
       "line 4: the email \"A@Example.com\" stands in line 2 already"},
      {"line,email,status,key,reason\n2,a@example.com,exists,not_made,no key\n",
       "line 1: beside the column status, the column key has results of an earlier run"},
      {"email,admin\n\"a@example.com,\n", "line 2: a quote is not closed: \"a@example.com,\""},
      {"email,admin\n\"a@example.com\"x,\n", "line 2: text follows a closing quote: \"a@example.com\""},
      {"email,admin\na\"b@example.com,\n", "line 2: a quote stands outside of quotes: \"a\"b@example.com\""},
      {"email,admin,key\na@example.com,," + std::string(40, 'f') + "\n", "line 2: the column key is for a description"},
      {"email,admin,key\na@example.com,,eyJh.eyJz.c2ln\n", "line 2: the column key is for a description"},
      {std::string("PK\x03\x04\x14\0\x08\xFF", 8),
       "this is no text; save the table as \"CSV UTF-8\", an .xlsx file too"},
      {"\x89PNG\r\n\x1A\n", "this is no text"},
      {std::string("\x01\0\xFFx\0\xFE", 6), "this is no text"},
      {std::string("\xFF\xFE"
                   "e\0\n\0\0\xDC",
                   8),
       "line 2: the text is damaged UTF-16"},
      {std::string("\xFF\xFE"
                   "e",
                   3),
       "the text is UTF-16 that ends within a character"},
      {std::string("\0e\0m\0a", 6), "line 1: the text is UTF-16; save it as UTF-8"},
      {std::string("email,admin\na@example.com,\0\n", 28), "line 2: a NUL character stands there"},
  };
  for (const auto& one : bad) {
    CAPTURE(one.csv);
    const auto ended = office.provision(one.csv);
    CHECK(ended.code == 2);
    CHECK(ended.out.empty());
    CHECK_MESSAGE(ended.err.find(one.complaint) != std::string::npos, ended.err);
    CHECK(ended.err.find(std::string(40, 'f')) == std::string::npos);
  }
  CHECK(tool::run(office.server.base_url(), office.key, {"provision", office.scratch.path("none.csv")}).code == 2);
  CHECK(office.server.requests() == 0);
}

TEST_CASE("provision names the characters that nobody sees, and takes no text for an address that is none") {
  Office office;
  const struct {
    std::string csv;
    std::string complaint;
  } bad[] = {
      {"email\na\u200B@example.com\n",
       "line 2: the email \"a<U+200B>@example.com\" is not an e-mail address: it contains U+200B, which is not "
       "visible"},
      {"email\na@\u00ADexample.com\n", "it contains U+00AD"},
      {"email\na@exam\uFEFFple.com\n", "it contains U+FEFF"},
      {"email\na\u3000b@example.com\n", "it contains U+3000"},
      {"email\na\u200Db@example.com\n", "it contains U+200D"},
      {"email\na\U000E0041b@example.com\n", "it contains U+E0041"},
      {"email\na b@example.com\n", "it contains a blank"},
      {"e\u2060mail\na@example.com\n",
       "line 1: the column \"e<U+2060>mail\" contains U+2060, which is not visible; write email"},
      {"email,admin\na@example.com,tr\u200Bue\n", "line 2: admin is \"tr<U+200B>ue\", neither true nor false"},
      {"email,key\na@example.com,my\u00A0key\n",
       "line 2: the key's description \"my<U+00A0>key\" contains U+00A0, which is not visible"},
      {"email,key\na@example.com," + std::string(20, 'f') + "\u200B" + std::string(20, 'f') + "\n",
       "this looks like a key: \"****\""},
      {"email\na@b@example.com\n", "it has more than one @"},
      {"email\n@example.com\n", "there is nothing before the @"},
      {"email\na@example..com\n", "a part of its domain is empty"},
      {"email\na@example.com.\n", "a part of its domain is empty"},
      {"email\na@\n", "a part of its domain is empty"},
      {"email,admin\n,yes\n,no\n", "line 3: the email \"\" is not an e-mail address"},
  };
  for (const auto& one : bad) {
    CAPTURE(one.csv);
    const auto ended = office.provision(one.csv);
    CHECK(ended.code == 2);
    CHECK_MESSAGE(ended.err.find(one.complaint) != std::string::npos, ended.err);
    CHECK(ended.err.find("stands in line") == std::string::npos);
  }
  for (const std::string email : {"a@x.example;b@x.example", "a@x.example,b@x.example", "mailto:a@x.example",
                                  "<a@x.example>", "Ann (a@x.example)", "[a@x.example]", "a\\b@x.example"}) {
    CAPTURE(email);
    CHECK(office.provision("email\n\"" + email + "\"\n").code == 2);
    CHECK(tool::run(office.server.base_url(), office.key, {"create", email}).code == 2);
  }
  CHECK(office.server.requests() == 0);
}

TEST_CASE("create and update send nothing that is no e-mail address, and show no key") {
  Office office;
  for (const std::string& word : {std::string("notamail"), std::string(" "), std::string(), any_key,
                                  "wandb_v1_" + std::string(77, 'a') + "@example.com", std::string("a\u200B@b.c")}) {
    CAPTURE(word);
    for (const auto& words : {std::vector<std::string>{"create", word, "--if-not-exists"},
                              std::vector<std::string>{"update", "root", "--primary-email", word}}) {
      const auto ended = tool::run(office.server.base_url(), office.key, words);
      CHECK(ended.code == 2);
      CHECK(ended.err.find(std::string(12, 'a')) == std::string::npos);
    }
  }
  CHECK(office.server.requests() == 0);
}

TEST_CASE("provision reads cells without the blanks around them, whatever blanks those are") {
  Office office(Generation::older);
  office.account.add_user({.email = "ann@example.com"});
  static_cast<void>(office.account.add_key("ann", "only"));
  std::string csv = "\u00A0email\u200B,\uFEFFkey ,admin\u3000\n\u2003,\u2060,\u00AD\n";
  csv += "\u00A0\u200B\uFEFF\u00AD\u2003ann@example.com\u3000\u2060,\tonly ,\u00A0no\u200B\n";
  const auto ended = office.provision(csv, {"--keys-dir", office.scratch.path("keys")});
  CHECK_MESSAGE(ended.code == 0, ended.err);
  CHECK(ended.out == "line,email,status,key,reason\n3,ann@example.com,exists,exists,\n");
  CHECK(office.account.keys_of("ann").size() == 1);
}

TEST_CASE("provision permits what scripts and emoji need in a description") {
  Office office;
  const auto ended = office.provision(
      "email,key\na@example.com,\u0645\u06CC\u200C\u0631\u0648\u0645 \U0001F469\u200D\U0001F4BB \u2764\uFE0F\n");
  CHECK_MESSAGE(ended.code == 7, ended.err);
  CHECK(office.account.executed("createUser") == 1);
}

TEST_CASE("provision does not take a user for somebody whose e-mail is that username") {
  Office office(Generation::older);
  office.account.add_user({.email = "other@example.com", .username = "bob@example.com"});
  static_cast<void>(office.account.add_key("other@example.com", "own"));
  const auto ended = office.provision("email,key\nbob@example.com,ci\n", {"--keys-dir", office.scratch.path("keys")});
  CHECK(ended.code == 7);
  CHECK(ended.out ==
        "line,email,status,key,reason\n2,bob@example.com,differs,,this is the username of a user with the e-mail "
        "other@example.com; nothing was changed\n");
  CHECK(office.account.executed("generateApiKey") == 0);
  CHECK(office.account.executed("createUser") == 0);

  office.account.before([](const wandb::Request& request) -> std::optional<wandb::Response> {
    if (request.body.find("createUser") == request.body.npos) return std::nullopt;
    return wandb::Response{409, {}, wandb::SecureString{R"({"data":{"createUser":null},"errors":["taken"]})"}};
  });
  const auto created =
      tool::run(office.server.base_url(), office.key, {"create", "bob@example.com", "--if-not-exists"});
  CHECK(created.code == 1);
  CHECK(created.err.find("there already") == std::string::npos);
}

TEST_CASE("provision makes no key where the user's own secret is not known, and says why") {
  Office office;
  office.account.add_user({.email = "ann@example.com"});
  const auto own = office.account.add_key("ann", "own");
  const auto ended =
      office.provision("email,admin,key\nann@example.com,,ci\nbob@example.com,,ci\n", {"--concurrency", "1"});
  CHECK(ended.code == 7);
  CHECK(ended.err.find("2 keys are missing") != std::string::npos);
  INFO(ended.out);
  CHECK(ended.out.find(
            "2,ann@example.com,exists,not_made,\"no key: generateApiKey: the user's own API key is not known") !=
        std::string::npos);
  CHECK(ended.out.find(
            "3,bob@example.com,created,not_made,\"no key: generateApiKey: the user's own API key is not known") !=
        std::string::npos);
  CHECK(ended.out.find("keys generate --user-key-env") != std::string::npos);
  CHECK(ended.out.find("authenticate") == std::string::npos);
  CHECK(office.account.executed("generateApiKey") == 0);
}

TEST_CASE("provision makes a key as the user where a list shows the user's secret, once, and delivers it in a file") {
  Office office(Generation::older);
  office.account.add_user({.email = "ann@example.com"});
  const auto own = office.account.add_key("ann", "own");
  const std::string csv = "email,admin,key\nann@example.com,,ci\n";
  const std::vector<std::string> to{"--keys-dir", office.scratch.path("keys")};
  const auto dry = office.provision(csv, {"--keys-dir", office.scratch.path("keys"), "--dry-run"});
  CHECK(dry.out.find("2,ann@example.com,exists,would_make,\n") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(office.scratch.path("keys")));
  const auto ended = office.provision(csv, to);
  CHECK(ended.code == 0);
  CHECK(ended.out == "line,email,status,key,reason\n2,ann@example.com,exists,made,\n");
  CHECK(office.scratch.read("keys/ann@example.com.key") == office.account.keys_of("ann").back() + "\n");
  using std::filesystem::perms;
  CHECK(std::filesystem::status(office.scratch.path("keys/ann@example.com.key")).permissions() ==
        (perms::owner_read | perms::owner_write));
  CHECK(std::filesystem::status(office.scratch.path("keys")).permissions() == perms::owner_all);
  CHECK(office.provision(csv, to).out == "line,email,status,key,reason\n2,ann@example.com,exists,exists,\n");
  CHECK(office.account.keys_of("ann").size() == 2);
  CHECK(office.account.keys_of("root").size() == 1);
  for (const auto& secret : office.account.keys_of("ann")) {
    CHECK((ended.out + ended.err).find(secret) == std::string::npos);
  }
}

TEST_CASE("provision stops at once where the credentials do not do") {
  Office office;
  std::string csv = people(100);
  csv = office.scratch.file("people.csv", csv);
  const auto ended =
      tool::run(office.server.base_url(), any_key, {"provision", csv, "--concurrency", "4", "--format", "jsonl"});
  CHECK(ended.code == 4);
  const auto rows = statuses(ended.out);
  CHECK(rows.size() == 100);
  CHECK(count(rows, "failed") < 20);
  CHECK(count(rows, "failed") + count(rows, "not_started") == 100);
  CHECK(ended.err.find("the rest would fail alike") != std::string::npos);
}

TEST_CASE("provision stops where its results cannot be written") {
  Office office;
  CHECK(office.provision(people(3), {"--output", office.scratch.path("no/such/directory")}).code == 2);
  CHECK(office.account.executed("createUser") == 0);
  const auto full = office.provision(people(100), {"--output", "/dev/full", "--concurrency", "1"});
  CHECK(full.code == 2);
  CHECK(office.account.executed("createUser") == 0);
}

TEST_CASE("provision writes over no file that is none of its results, unless it is forced to") {
  Office office;
  const std::string key(40, 'f');
  const std::string header = "line,email,status,key,reason\n";
  const std::string row = R"({"line":2,"email":"p0@example.com","status":"exists"})";
  for (const auto& text : {key, key + "\n", std::string("{}\n"), std::string("[1]\n"), std::string("\n"),
                           header + key + "\n", header + "2,p0@example.com,created\n",
                           header + "2,\"p0@example.com,created,,\n", row + "\n" + key + "\n", row}) {
    CAPTURE(text);
    const auto output = office.scratch.file("kept", text);
    const auto ended = office.provision(people(2), {"--output", output});
    CHECK(ended.code == 2);
    CHECK(ended.err.find(output + " is there, and holds something other than results; name") != std::string::npos);
    CHECK(ended.err.find("--force") != std::string::npos);
    CHECK(ended.err.find(key) == std::string::npos);
    CHECK(office.scratch.read("kept") == text);
  }
  CHECK(office.provision(people(2), {"--output", office.scratch.path("people.csv")}).code == 2);
  CHECK(office.scratch.read("people.csv") == people(2));
  CHECK(office.server.requests() == 0);

  const std::vector<std::string> forced{"--output", office.scratch.path("kept"), "--force", "--concurrency", "1"};
  CHECK(office.provision(people(2), forced).code == 0);
  CHECK(office.scratch.read("kept") == header + "2,p0@example.com,created,,\n3,p1@example.com,created,,\n");
  CHECK(office.provision(people(2), {"--output", office.scratch.file("empty", "")}).code == 0);
}

TEST_CASE("provision run again writes its results of the same people anew, whatever the format, wherever they end") {
  Office office;
  const auto output = office.scratch.path("results");
  const std::string header = "line,email,status,key,reason\n";
  CHECK(office.provision(people(2), {"--output", output, "--dry-run"}).code == 0);
  for (const std::string format : {"csv", "csv", "jsonl", "jsonl", "csv"}) {
    const auto ended = office.provision(people(2), {"--output", output, "--format", format, "--concurrency", "1"});
    CHECK_MESSAGE(ended.code == 0, ended.err);
  }
  CHECK(office.scratch.read("results") ==
        header + "2,p0@example.com,created,,by an earlier run\n3,p1@example.com,created,,by an earlier run\n");
  // A spreadsheet may have saved them again.
  for (const std::string saved : {"\xEF\xBB\xBFline;email;status;key;reason\r\n2;P0@example.com;created;;\r\n",
                                  "line,email,status,key,reason\r2,p0@example.com,created,,\r"}) {
    CAPTURE(saved);
    CHECK(office.provision(people(1), {"--output", office.scratch.file("saved", saved)}).code == 0);
    CHECK(office.scratch.read("saved") == header + "2,p0@example.com,created,,by an earlier run\n");
  }
  for (const auto& begun :
       {header, header + "2,p0@example.com,cre", header + "3,p1@example.com,failed,,\"a, \"\"b\"\"\"\n",
        std::string(R"({"line":2,"email":"p0@example.com","status":"exists"})") + "\n{\"li"}) {
    CAPTURE(begun);
    // A person who was added in the meantime has shifted the lines of the others.
    const auto ended = office.provision("email,admin\nnew@example.com,\np0@example.com,\np1@example.com,\n",
                                        {"--output", office.scratch.file("results", begun)});
    CHECK_MESSAGE(ended.code == 0, ended.err);
  }
}

TEST_CASE("provision writes over no results of somebody whom it is not given now") {
  Office office;
  const auto output = office.scratch.path("results");
  CHECK(office.provision(people(3), {"--output", output}).code == 0);
  const auto results = office.scratch.read("results");
  const auto fewer = office.provision(people(2), {"--output", output});
  CHECK(fewer.code == 2);
  CHECK(fewer.err.find("p2@example.com") != std::string::npos);
  CHECK(office.scratch.read("results") == results);
  CHECK(office.provision(people(2), {"--output", output, "--force"}).code == 0);
}

TEST_CASE("a second run does not write the results that another one is writing") {
  Office office;
  const auto csv = office.scratch.file("people.csv", people(2));
  const auto output = office.scratch.path("results");
  office.server.inject({.stall_after = 0});
  Tool first(office.server.base_url(), office.key, {"provision", csv, "--output", output});
  for (int i = 0; i != 500 && office.server.requests() == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const auto second = office.provision(people(2), {"--output", output, "--force"});
  CHECK(second.code == 2);
  CHECK_MESSAGE(second.err.find("another run writes " + output + " now") != std::string::npos, second.err);
  for (int i = 0; i != 2; ++i) {
    first.signal(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  CHECK(first.wait().code == 7);
  CHECK(office.provision(people(2), {"--output", output}).code == 0);
}

TEST_CASE("provision that makes no call leaves no file for its results") {
  Office office;
  const auto csv = office.scratch.file("people.csv", people(1));
  CHECK(tool::run("nonsense", office.key, {"provision", csv, "--output", office.scratch.path("results")}).code == 2);
  CHECK_FALSE(std::filesystem::exists(office.scratch.path("results")));
}

TEST_CASE("a dry run over the results of an earlier run loses none of them") {
  Office office;
  const std::string header = "line,email,status,key,reason\n";
  for (const auto& [earlier, reason] : {std::pair("created", "created by an earlier run, and gone since"),
                                        std::pair("unknown", "perhaps created by an earlier run")}) {
    const auto output = office.scratch.file("results", header + "2,p0@example.com," + earlier + ",,\n");
    for (int run = 0; run != 2; ++run) {
      CHECK(office.provision(people(1), {"--output", output, "--dry-run"}).code == 0);
      const auto expected = header + "2,p0@example.com,would_create,,";
      CHECK(office.scratch.read("results").starts_with(expected));
      CHECK(office.scratch.read("results").find(reason) != std::string::npos);
    }
  }
  // The user was there all the time, and the search did not find them.
  office.account.add_user({.email = "p0@example.com"});
  const auto output = office.scratch.file(
      "results", header + "2,p0@example.com,would_create,,\"created by an earlier run, and gone since\"\n");
  CHECK(office.provision(people(1), {"--output", output}).code == 0);
  CHECK(office.scratch.read("results") == header + "2,p0@example.com,created,,by an earlier run\n");
}

TEST_CASE("provision tells of whom it made where the result cannot be written") {
  Office office;
  const auto full = office.provision(people(100), {"--output", "/dev/full", "--format", "jsonl", "--concurrency", "1"});
  CHECK(full.code == 1);
  CHECK(office.account.executed("createUser") == 1);
  CHECK(full.err.find(R"(not written: {"line":2,"email":"p0@example.com","status":"created")") != std::string::npos);
  CHECK(full.err.find("not written", full.err.find("not written") + 1) == std::string::npos);
  CHECK(full.err.find("No space left on device; run again to go on") != std::string::npos);
}

TEST_CASE("provision stops where whoever reads its results leaves, and finishes what is under way") {
  Office office;
  const auto csv = office.scratch.file("people.csv", people(1000));
  Tool provisioning(office.server.base_url(), office.key, {"provision", csv, "--concurrency", "2"},
                    tool::Screens::pipe);
  provisioning.read_some();
  provisioning.stop_reading();
  const auto ended = provisioning.wait();
  CHECK(ended.code == 1);
  CHECK(ended.err.find("the results could not be written") != std::string::npos);
  CHECK(office.account.executed("createUser") < 500);
}

TEST_CASE("provision shows a bar on a terminal" * doctest::skip(!tool::has_terminals())) {
  Office office;
  const auto csv = office.scratch.file("people.csv", people(30));
  const auto shown = Tool(office.server.base_url(), office.key, {"provision", csv}, tool::Screens::terminal).wait();
  CHECK(shown.code == 0);
  CHECK(shown.err.find("\r\x1B[K[") != std::string::npos);
  CHECK(shown.err.find("30 of 30: 30 created") != std::string::npos);
}

TEST_CASE("provision shows lines where there is no terminal") {
  Office office;
  const auto plain = office.provision(people(30));
  CHECK(plain.err.find('\x1B') == std::string::npos);
  CHECK(std::count(plain.err.begin(), plain.err.end(), '\n') == 10);
}

TEST_CASE("ten thousand people through injected failures: each made once, each told once and truthfully") {
  constexpr std::size_t many = 10'000;
  Directory directory;
  LoopbackServer server(directory);
  for (std::size_t i = 3; i < many; i += 10) directory.add(email_of(i));
  directory.fate = [&](const std::string& email, int attempt) -> Directory::Fate {
    const auto number = std::stoul(email.substr(1));
    // The next request is either executed and its answer lost, or lost on the way to the server.
    if (number % 400 == 0) server.inject({.close_after = 0});
    if (number % 400 == 200) server.inject({.close_after_reading = true});
    switch (number % 100) {
      case 7: return {.runs = false, .status = 500};
      case 11: return {.runs = attempt > 1, .status = attempt > 1 ? 200 : 503, .retry_after = "0"};
      case 17: return {.runs = false, .status = 400};
      case 22: return {.status = 500};
      case 29: return {.somebody_else = true};
      default: break;
    }
    if (number == 555 && attempt == 1) return {.runs = false, .status = 429, .retry_after = "0.2"};
    return {};
  };
  const Scratch scratch;
  const auto csv = scratch.file("people.csv", people(many));
  const std::vector<std::string> arguments{"provision", csv, "--concurrency", "32", "--format", "jsonl"};

  const auto first = tool::run(server.base_url(), any_key, arguments);
  CHECK(first.code == 6);
  const auto rows = statuses(first.out);
  CHECK(rows.size() == many);
  check_truth(rows, directory);
  CHECK(rows.at(email_of(3)) == "exists");
  CHECK(rows.at(email_of(107)) == "unknown");
  CHECK(rows.at(email_of(117)) == "failed");
  CHECK(rows.at(email_of(122)) == "created");
  CHECK(rows.at(email_of(129)) == "exists");
  CHECK(count(rows, "failed") >= 95);
  CHECK(count(rows, "unknown") < 250);
  CHECK(count(rows, "created") > 8'000);

  directory.fate = [](const std::string&, int) { return Directory::Fate(); };
  server.behave();
  const auto second = tool::run(server.base_url(), any_key, arguments);
  CHECK(second.code == 0);
  CHECK(statuses(second.out).size() == many);
  check_truth(statuses(second.out), directory);
  for (std::size_t i = 0; i != many; ++i) CHECK(directory.has(email_of(i)));
}

TEST_CASE("a signal ends it cleanly midway: what is under way is finished and told, and another run makes the rest") {
  int number = SIGINT;
  SUBCASE("Ctrl-C") {}
  SUBCASE("a lost terminal") { number = SIGHUP; }
  SUBCASE("a request to end") { number = SIGTERM; }
  constexpr std::size_t many = 2'000;
  Directory directory;
  Tool* running = nullptr;
  std::mutex mutex;
  directory.made = [&](std::size_t made) {
    if (made != 300) return;
    const std::lock_guard lock(mutex);
    running->signal(number);
  };
  LoopbackServer server(directory);
  const Scratch scratch;
  const auto csv = scratch.file("people.csv", people(many));
  const std::vector<std::string> arguments{"provision", csv, "--concurrency", "8", "--format", "jsonl"};
  Ended stopped;
  {
    std::unique_lock lock(mutex);
    Tool provisioning(server.base_url(), any_key, arguments);
    running = &provisioning;
    lock.unlock();
    stopped = provisioning.wait();
  }
  CHECK(stopped.code == 7);
  CHECK(stopped.err.find("stopping: what is under way is finished and written") != std::string::npos);
  const auto rows = statuses(stopped.out);
  CHECK(rows.size() == many);
  check_truth(rows, directory);
  CHECK(count(rows, "created") >= 300);
  CHECK(count(rows, "created") + count(rows, "not_started") == many);
  CHECK(count(rows, "created") == directory.creations());
  const auto again = tool::run(server.base_url(), any_key, arguments);
  CHECK(again.code == 0);
  CHECK(count(statuses(again.out), "exists") == count(rows, "created"));
  CHECK(directory.creations() == many);
}

TEST_CASE("a run that was started without regard to its terminal goes on without it") {
  Office office;
  const auto csv = office.scratch.file("people.csv", people(3));
  const auto ended =
      tool::run_program("/bin/sh", office.server.base_url(), office.key,
                        {"-c", "trap '' HUP; \"$0\" provision \"$1\" --concurrency 1 & kill -HUP $!; wait $!",
                         std::string(std::getenv("WANDB_USERS_TOOL")), csv});
  CHECK(ended.code == 0);
  CHECK(office.account.executed("createUser") == 3);
}
