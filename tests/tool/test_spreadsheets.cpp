// Tests that provision reads tables as spreadsheets save them, and writes results that no spreadsheet runs.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/testing/account.hpp>

#include "office.hpp"
#include "run_tool.hpp"

using tool::Ended;
using tool::has;
using tool::Office;

namespace {

const std::string header = "line,email,status,key,reason\n";

/// Returns UTF-16 with a byte order mark, of text in ASCII.
std::string utf16(std::string_view text, bool big) {
  std::string out = big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : text) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

}  // namespace

TEST_CASE("provision reads commas, semicolons and tabs, and a line that names the separator") {
  for (const std::string csv :
       {"email,admin\na@example.com,yes\n", "email,admin\ra@example.com,yes\r",
        "sep=;\r\"email\";admin\ra@example.com;yes", "email;admin\na@example.com;yes\n",
        "email\tadmin\r\na@example.com\tyes\r\n", "sep=;\r\nemail;admin\r\na@example.com;yes\r\n",
        "sep=|\nemail|admin\na@example.com|yes\n", "\"name, first\";email;admin\n\"A, B\";a@example.com;yes\n"}) {
    CAPTURE(csv);
    Office office;
    const auto ended = office.provision(csv);
    CHECK(ended.code == 0);
    CHECK(has(ended.out, ",a@example.com,created,,\n"));
    CHECK(office.account.executed("createUser") == 1);
    CHECK(has(tool::run(office.server.base_url(), office.key, {"show", "a@example.com", "--json"}).out,
              R"("admin":true)"));
  }
}

TEST_CASE("provision reads UTF-16 with its byte order mark") {
  for (const bool big : {false, true}) {
    Office office;
    auto csv = utf16("email\tadmin\r\na@example.com\t\r\n", big);
    const auto ended = office.provision(csv);
    CHECK(ended.code == 0);
    CHECK(ended.out == header + "2,a@example.com,created,,\n");
  }
}

TEST_CASE("provision ignores further columns, and names them once") {
  Office office;
  const auto ended = office.provision("team,email,,amdin," + std::string(40, 'f') +
                                      "\nred,a@example.com,,yes,\nblue,b@example.com,x,,\n");
  CHECK(ended.code == 0);
  CHECK(has(ended.err, "people.csv: ignored columns: \"team\", \"amdin\" (not admin), \""));
  CHECK(ended.err.find("ignored") == ended.err.rfind("ignored"));
  CHECK_FALSE(has(ended.err, std::string(12, 'f')));
  CHECK(office.account.executed("createUser") == 2);
}

TEST_CASE("provision skips the empty rows that spreadsheets save below a table") {
  Office office;
  const auto ended = office.provision("email,admin\na@example.com,\n,\n , \n\"\",\n,\n");
  CHECK(ended.code == 0);
  CHECK(ended.out == header + "2,a@example.com,created,,\n");
}

TEST_CASE("provision --admin makes everybody an admin, and contradicts a column admin") {
  Office office;
  CHECK(office.provision("email\na@example.com\n", {"--admin"}).code == 0);
  CHECK(
      has(tool::run(office.server.base_url(), office.key, {"show", "a@example.com", "--json"}).out, R"("admin":true)"));
  const auto both = office.provision("email,admin\nb@example.com,no\n", {"--admin"});
  CHECK(both.code == 2);
  CHECK(has(both.err, "line 1: there is a column admin; leave out --admin"));
  CHECK(office.account.executed("createUser") == 1);
}

TEST_CASE("provision writes no cell that a spreadsheet runs, and reads its own cells again") {
  Office office;
  const auto output = office.scratch.path("results");
  for (const auto* reason : {"", "by an earlier run"}) {
    CHECK(office
              .provision("email\n=1+1@example.com\n\"+49@example.com\"\n'=1@example.com\n",
                         {"--output", output, "--concurrency", "1"})
              .code == 0);
    CHECK(office.scratch.read("results") == header + "2,'=1+1@example.com,created,," + reason +
                                                "\n3,'+49@example.com,created,," + reason +
                                                "\n4,''=1@example.com,created,," + reason + "\n");
  }
}

TEST_CASE("no part of a cell that a spreadsheet may take for another cell is run") {
  Office office;
  for (const std::string part : {";", ";\"", "; ;"}) {
    CAPTURE(part);
    CHECK(tool::run(office.server.base_url(), office.key, {"update", "root", "--name", "x" + part + "=cmd|calc!A0"})
              .code == 0);
    const auto csv = tool::run(office.server.base_url(), office.key, {"list", "--format", "csv"}).out;
    CHECK(has(csv, "=cmd"));
    for (const std::string separator : {";", ";\"\""}) CHECK_FALSE(has(csv, separator + "=cmd"));
  }
}

TEST_CASE("provision takes - for standard input and output") {
  Office office;
  const std::string script = "printf 'email\\na@example.com\\n' | \"$0\" provision - --output -";
  const auto program = std::string(std::getenv("WANDB_USERS_TOOL"));
  const auto ended = tool::run_program("/bin/sh", office.server.base_url(), office.key, {"-c", script, program});
  CHECK(ended.code == 0);
  CHECK(ended.out == header + "2,a@example.com,created,,\n");
  const auto bad = tool::run_program("/bin/sh", office.server.base_url(), office.key,
                                     {"-c", "echo ann | \"$0\" provision -", program});
  CHECK(bad.code == 2);
  CHECK(has(bad.err, "wandb-users: standard input: line 1: the column email is missing"));
}

TEST_CASE("provision does not write its results over the people, whatever their file is called") {
  Office office;
  const std::string csv = "email\na@example.com\n";
  for (const auto& name : {office.scratch.path("people.csv"), office.scratch.path("./people.csv")}) {
    const auto ended = office.provision(csv, {"--output", name, "--force"});
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "is the file of the people"));
    CHECK(office.scratch.read("people.csv") == csv);
  }
  const auto path = office.scratch.file("people.csv", csv);
  for (const std::string command : {"\"$0\" provision - --output \"$1\" --force <\"$1\"",
                                    "\"$0\" provision \"$1\" >>\"$1\"", "\"$0\" provision - <\"$1\" >>\"$1\""}) {
    const auto ended = tool::run_program("/bin/sh", office.server.base_url(), office.key,
                                         {"-c", command, std::string(std::getenv("WANDB_USERS_TOOL")), path});
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "is the file of the people"));
    CHECK(office.scratch.read("people.csv") == csv);
  }
  CHECK(office.server.requests() == 0);
}
