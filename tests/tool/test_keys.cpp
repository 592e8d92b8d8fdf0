// Tests which key is marked as in use, and how a key is selected by a part of its text.
#include <doctest/doctest.h>

#include <string>
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
using wandb::testing::Generation;
using wandb::testing::KeyShape;

namespace {

Ended run(const Office& office, std::vector<std::string> words) {
  return tool::run(office.server.base_url(), office.key, std::move(words));
}

/// How each key of a list is marked, in its order.
std::vector<bool> marks(const boost::json::value& keys) {
  std::vector<bool> marks;
  for (const auto& key : keys.as_array()) marks.push_back(key.at("in_use").as_bool());
  return marks;
}

}  // namespace

TEST_CASE("keys list and show mark the key that is in use, on servers of both generations") {
  for (const auto generation : {Generation::newer, Generation::older}) {
    for (const auto shape : {KeyShape::legacy, KeyShape::v1}) {
      Office office(generation);
      office.account.key_shape(shape);
      office.account.add_key("root", "other");
      office.key = office.account.add_key("root", "mine");
      office.account.add_key("root", "last");
      office.account.add_user({.email = "ann@example.com"});
      office.account.add_key("ann", "hers");
      const std::vector<bool> mine{false, false, true, false};
      CHECK(marks(boost::json::parse(run(office, {"keys", "list", "--json"}).out)) == mine);
      CHECK(marks(boost::json::parse(run(office, {"show", "--json"}).out).at("keys")) == mine);
      CHECK(marks(boost::json::parse(run(office, {"keys", "list", "ann", "--json"}).out)) == std::vector<bool>{false});
      for (const auto& [words, mark] : {std::pair(std::vector<std::string>{"keys", "list"}, "  mine         yes\n"),
                                        std::pair(std::vector<std::string>{"show"}, "  mine         yes\n")}) {
        const auto text = run(office, words).out;
        CHECK_MESSAGE(has(text, mark), text);
        CHECK(text.find("mine") == text.rfind("mine"));
        CHECK_FALSE(has(text, office.key));
        const bool newer = generation == Generation::newer;
        const auto known = office.key.substr(0, shape == KeyShape::v1 ? (newer ? 36 : 14) : (newer ? 20 : 5));
        CHECK_MESSAGE(has(text, known + (newer ? "" : "****")), text);
      }
    }
  }
}

TEST_CASE("keys delete takes a key that an environment variable holds, and says so where it was in use") {
  for (const auto generation : {Generation::newer, Generation::older}) {
    Office office(generation);
    office.account.add_key("root", "other");
    office.account.add_user({.email = "ann@example.com"});
    office.account.add_key("ann", "hers");
    const auto deleting = [&](std::vector<std::string> more) {
      more.insert(more.begin(), {"keys", "delete", "--key-env"});
      return run(office, std::move(more));
    };
    CHECK(deleting({"NOT_SET"}).code == 2);
    CHECK(deleting({""}).code == 2);
    CHECK(deleting({"HOME"}).code == 4);
    CHECK(deleting({"WANDB_API_KEY", "laptop", "root"}).code == 2);
    const auto another = deleting({"WANDB_API_KEY", "ann"});
    CHECK(another.code == 3);
    CHECK(has(another.err, "WANDB_API_KEY"));
    CHECK(office.account.executed("deleteApiKey") == 0);
    const auto asked = deleting({"WANDB_API_KEY", "root@example.com"});
    CHECK(asked.code == 2);
    CHECK(has(asked.err, "this is the key that these commands use; give --yes"));
    CHECK(office.account.executed("deleteApiKey") == 0);
    const auto own = deleting({"WANDB_API_KEY", "root@example.com", "--yes"});
    CHECK_MESSAGE(own.code == 0, own.err);
    CHECK(has(own.err, "commands use"));
    CHECK(office.account.keys_of("root").size() == 1);
    CHECK(office.account.keys_of("ann").size() == 1);
    CHECK_FALSE(has(own.err + another.err, office.key));
  }
}

TEST_CASE("keys delete does not delete somebody's last key without --yes where nobody can be asked") {
  Office office;
  office.account.add_user({.email = "ann@example.com"});
  static_cast<void>(office.account.add_key("ann", "hers"));
  static_cast<void>(office.account.add_key("ann", "old"));
  CHECK(run(office, {"keys", "delete", "old", "ann"}).code == 0);
  const auto last = run(office, {"keys", "delete", "hers", "ann"});
  CHECK(last.code == 2);
  CHECK(has(last.err, "wandb-users: this is the last key of ann; give --yes to delete it\n"));
  CHECK(office.account.keys_of("ann").size() == 1);
  CHECK(run(office, {"keys", "delete", "hers", "ann", "-y"}).code == 0);
  CHECK(office.account.keys_of("ann").empty());
}

TEST_CASE("keys delete without a key is a usage error") {
  Office office;
  const auto ended = run(office, {"keys", "delete"});
  CHECK(ended.code == 2);
  CHECK(has(ended.err, "--key-env"));
}

TEST_CASE("keys generate recognises the caller by name, and nobody else") {
  Office office;
  office.account.add_user({.email = "ann@example.com"});
  for (const auto* name : {"root", "root@example.com"}) {
    const auto made = run(office, {"keys", "generate", name, "--print-secret"});
    CHECK_MESSAGE(made.code == 0, made.err);
  }
  CHECK(office.account.keys_of("root").size() == 3);
  const auto other = run(office, {"keys", "generate", "ann", "--print-secret"});
  CHECK(other.code == 4);
  CHECK(has(other.err, "--user-key-env"));
  CHECK(office.account.keys_of("ann").empty());
}
