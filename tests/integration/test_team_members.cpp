// Tests the members of a team, over every transport and with answers that do not show all teams.
#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <wandb/wandb.hpp>

#include "../rigs.hpp"
#include "../scripted.hpp"

using namespace wandb;
using rigs::collect;

namespace {

template <class Members>
std::vector<std::string> emails(Members members) {
  std::vector<std::string> out;
  for (auto& member : collect(std::move(members))) out.emplace_back(member.value().email());
  return out;
}

std::string page(const std::string& users) {
  return R"({"data":{"users":{"edges":[)" + users + R"(],"pageInfo":{"endCursor":null,"hasNextPage":false}}}})";
}
std::string person(const std::string& id, const std::string& teams) {
  return R"({"node":{"id":")" + id + R"(","name":"n","username":")" + id + R"(",)" + teams + "}}";
}
constexpr auto in_red = R"("teams":{"edges":[{"node":{"name":"red"}}]})";
constexpr auto in_none = R"("teams":{"edges":[]})";

}  // namespace

TEST_CASE_TEMPLATE("team_members finds the members on every page, with account type and keys", Rig, RIGS) {
  rigs::Scene<Rig> setting;
  auto& account = setting.world.account;
  account.page_sizes(2, 1);
  account.add_users(5, "other");
  account.add_user({.email = "robot@example.com", .account_type = "SERVICE"});
  account.add_team("robot", "red");
  account.add_team("other3", "redder");
  account.add_key("ann", "second");

  const auto members = collect(setting.api.team_members("red"));
  REQUIRE(members.size() == 2);
  const auto& ann = members[0].value();
  const auto& robot = members[1].value();
  CHECK(ann.email() == "ann@example.com");
  CHECK(ann.template get<"accountType">() == "USER");
  CHECK(ann.keys().size() == 2);
  CHECK(robot.email() == "robot@example.com");
  CHECK(robot.template get<"accountType">() == "SERVICE");
  CHECK(robot["account_type"].template as<std::string>().value() == "SERVICE");
}

TEST_CASE_TEMPLATE("a team that nobody belongs to has no members, and the team's name counts exactly", Rig, RIGS) {
  rigs::Scene<Rig> setting;
  CHECK(emails(setting.api.team_members("green")).empty());
  CHECK(emails(setting.api.team_members("Red")).empty());
  CHECK(emails(setting.api.team_members("re")).empty());
  CHECK(emails(setting.api.team_members("blue")) == std::vector<std::string>{"ann@example.com"});
}

TEST_CASE_TEMPLATE("team_members without keys reads none, and needs an admin", Rig, RIGS) {
  rigs::Scene<Rig> setting;
  const auto members = collect(setting.api.team_members("red", {.keys = false}));
  REQUIRE(members.size() == 1);
  CHECK_FALSE(members[0].value()["api_keys"].is_loaded());

  const auto refused = collect(setting.as(setting.world.ann_key).team_members("red"));
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].error() == condition::permission_denied);
}

TEST_CASE_TEMPLATE("team_members sends nothing for an empty name", Rig, RIGS) {
  rigs::Scene<Rig> setting;
  const auto members = collect(setting.api.team_members(""));
  REQUIRE(members.size() == 1);
  CHECK(members[0].error() == errc::invalid_argument);
  CHECK(members[0].error().reason() == "the team is empty");
}

TEST_CASE("a user whose teams the server does not show is an error element, not left out") {
  Scripted script;
  auto body = page(person("a", in_none) + "," + person("b", R"("teams":null)") + "," + person("c", in_red));
  body.insert(body.size() - 1, R"(,"errors":[{"message":"access denied","path":["users","edges",1,"node","teams"],)"
                               R"("extensions":{"code":"FORBIDDEN"}}])");
  script.answers(body);
  const auto members = collect(script.api.team_members("red"));
  REQUIRE(members.size() == 2);
  CHECK(members[0].error() == condition::permission_denied);
  CHECK(members[0].error().reason() == "it is unknown whether <User b> belongs to the team");
  CHECK(members[0].error().messages().at(0).path == "users.edges[1].node.teams");
  CHECK(members[1].value().id() == "c");
}

TEST_CASE("an error at one team of a user leaves the membership open, unless the team is shown") {
  Scripted script;
  const auto hidden = R"("teams":{"edges":[{"node":null},{"node":{"name":"blue"}}]})";
  const auto shown = R"("teams":{"edges":[{"node":null},{"node":{"name":"red"}}]})";
  auto body = page(person("a", hidden) + "," + person("b", shown));
  body.insert(body.size() - 1,
              R"(,"errors":[{"message":"timeout","path":["users","edges",0,"node","teams","edges",0,"node"]},)"
              R"({"message":"timeout","path":["users","edges",1,"node","teams","edges",0,"node"]}])");
  script.answers(body);
  const auto members = collect(script.api.team_members("red"));
  REQUIRE(members.size() == 2);
  CHECK_FALSE(members[0]);
  CHECK(members[1].value().id() == "b");
  CHECK(members[1].value().errors().size() == 1);
}

TEST_CASE("a user whose teams are null or missing without a reason is told apart from one without teams") {
  Scripted script;
  script.answers(page(person("a", R"("teams":null)") + "," + person("b", R"("flags":null)") + "," +
                      person("c", R"("teams":{"edges":[{"node":null}]})") + "," + person("d", in_none)));
  const auto members = collect(script.api.team_members("red"));
  REQUIRE(members.size() == 3);
  for (std::size_t i = 0; i != members.size(); ++i) {
    CHECK(members[i].error() == errc::malformed_response);
    CHECK(members[i].error().reason().find("<User " + std::string(1, static_cast<char>('a' + i)) + ">") !=
          std::string_view::npos);
  }
}
