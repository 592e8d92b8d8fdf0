// Tests structs as selections over every transport.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <wandb/describe.hpp>
#include <wandb/wandb.hpp>

#include "../rigs.hpp"

using namespace wandb;
using rigs::collect;
using rigs::get;
using rigs::Scene;

namespace {

struct Team {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Team, (), (name))

struct Person {
  std::optional<std::string> email;
  std::optional<bool> admin;
  std::string created_at;
  std::vector<Team> teams;
};
BOOST_DESCRIBE_STRUCT(Person, (), (email, admin, created_at, teams))

struct Contact {
  std::optional<std::string> email;
  std::optional<std::string> photo_url;
};
BOOST_DESCRIBE_STRUCT(Contact, (), (email, photo_url))

}  // namespace

TEST_CASE_TEMPLATE("a user is found and read into a struct, without keys", Rig, RIGS) {
  Scene<Rig> setting;
  bool keys = false;
  setting.world.account.before([&](const Request& request) -> std::optional<Response> {
    keys = keys || std::string_view(request.body).find("apiKeys") != std::string_view::npos;
    return std::nullopt;
  });
  const auto ann = get(setting.api.template user<Person>("ann")).value().value();
  static_assert(std::is_same_v<decltype(ann), const Person>);
  CHECK(ann.email == "ann@example.com");
  CHECK(ann.admin == false);
  CHECK(ann.created_at.starts_with("20"));
  REQUIRE(ann.teams.size() == 2);
  CHECK(ann.teams[1].name == "blue");
  CHECK_FALSE(keys);
  CHECK(setting.world.account.requests() == 1);
}

TEST_CASE_TEMPLATE("the caller's own user is read into a struct", Rig, RIGS) {
  Scene<Rig> setting;
  const auto root = get(setting.api.template viewer<Person>()).value();
  CHECK(root.email == "root@example.com");
  CHECK(root.admin == true);
  CHECK(get(setting.as(Secret(std::string(40, 'x'))).template viewer<Person>()).error() == condition::unauthorized);
}

TEST_CASE_TEMPLATE("the name of a struct's user is exact, and nobody is an empty optional", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_user({.email = "joann@example.com"});
  CHECK(get(setting.api.template user<Contact>("ANN@example.com")).value().value().email == "ann@example.com");
  CHECK(get(setting.api.template user<Contact>(setting.world.ann_id)).value().value().email == "ann@example.com");
  CHECK_FALSE(get(setting.api.template user<Contact>("an")).value().has_value());
  CHECK(get(setting.as(setting.world.ann_key).template user<Contact>("ann")).error() == condition::permission_denied);
}

TEST_CASE_TEMPLATE("a deleted user is read into a struct only if no active one has the name", Rig, RIGS) {
  Scene<Rig> setting;
  get(setting.ann().remove()).value();
  CHECK(get(setting.api.template user<Contact>("ann")).value().value().email == "ann@example.com");
  setting.world.account.add_user({.email = "ANN@example.com"});
  CHECK(get(setting.api.template user<Contact>("ann@Example.com")).value().value().email == "ANN@example.com");
}

TEST_CASE_TEMPLATE("users are walked as structs, page by page", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_users(7, "dev");
  std::size_t count = 0;
  for (auto& user : collect(setting.api.template users<Contact>("dev", {.size = 3}))) {
    CHECK(user.value().email->starts_with("dev"));
    ++count;
  }
  CHECK(count == 7);
  CHECK(setting.world.account.requests() == 3);
  if constexpr (SyncTransport<typename Rig::Transport>) {
    for (const Result<Contact>& user : setting.api.template users<Contact>("dev")) count += user.has_value() ? 1U : 0U;
    CHECK(count == 14);
  }
}

TEST_CASE_TEMPLATE("a user who cannot be read into a struct is an error element, and the walk goes on", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.before([](const Request&) -> std::optional<Response> {
    return Response{200, {}, SecureString{R"({"data":{"users":{"edges":[{"node":{"id":"1","email":"a","photoUrl":null}},
                      {"node":{"id":"2","email":"b","photoUrl":null}},null],
                      "pageInfo":{"endCursor":null,"hasNextPage":false}}},
                      "errors":[{"message":"hidden","path":["users","edges",0,"node","photoUrl"]},
                                {"message":"gone","path":["users","edges",2]}]})"}};
  });
  const auto users = collect(setting.api.template users<Contact>());
  REQUIRE(users.size() == 3);
  CHECK(users[0].error().reason() == "the attribute \"photoUrl\" was not loaded");
  CHECK(users[0].error().messages().at(0).text == "hidden");
  CHECK(users[1].value().email == "b");
  CHECK(users[2].error().messages().at(0).text == "gone");
}

TEST_CASE_TEMPLATE("a user at hand is made into a struct, with what has changed since", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = get(setting.api.user("ann", fields<"photoUrl">)).value().value();
  get(ann.update({.photo_url = "https://example.com/a.png"})).value();
  CHECK(to_struct<Contact>(ann).value().photo_url == "https://example.com/a.png");
  const User<typename Rig::Transport> plain = setting.ann();
  CHECK(to_struct<Contact>(plain).error() == errc::attribute_not_loaded);
}

TEST_CASE_TEMPLATE("the arguments of a call for a struct may die before the task is awaited", Rig, RIGS) {
  Scene<Rig> setting;
  auto later = [&] {
    auto api = setting.as(setting.world.root_key);
    const std::string name = "ann@example.com";
    return api.template user<Contact>(name);
  }();
  CHECK(get(std::move(later)).value().value().email == "ann@example.com");
}

TEST_CASE_TEMPLATE("an update that the server answers with an error in place of the attribute fails its struct", Rig,
                   RIGS) {
  Scene<Rig> setting;
  const auto ann = get(setting.api.user("ann", fields<"photoUrl">)).value().value();
  setting.world.account.before([&](const Request&) -> std::optional<Response> {
    return Response{200,
                    {},
                    SecureString{R"({"data":{"updateUser":{"user":{"id":")" + SecureString(setting.world.ann_id) +
                                 R"(","email":null}}},"errors":[{"message":"hidden",
                                  "path":["updateUser","user","email"]}]})"}};
  });
  static_cast<void>(get(ann.update({.name = "Anna"})));
  const auto hidden = to_struct<Contact>(ann).error();
  CHECK(hidden.reason() == "the attribute \"email\" was not loaded");
  REQUIRE(hidden.messages().size() == 1);
  CHECK(hidden.messages()[0].text == "hidden");
}
