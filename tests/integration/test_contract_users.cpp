#include <doctest/doctest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "../rigs.hpp"

using namespace wandb;
using rigs::collect;
using rigs::get;
using rigs::list;
using rigs::Scene;

TEST_CASE_TEMPLATE("viewer is whoever the key belongs to, with keys and teams", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = get(setting.as(setting.world.ann_key).viewer()).value();
  CHECK(ann.email() == "ann@example.com");
  CHECK(ann.id() == setting.world.ann_id);
  CHECK(ann.name() == "Ann");
  CHECK(ann.admin() == false);
  CHECK(list(ann.teams()) == std::vector<std::string>{"red", "blue"});
  CHECK(ann.keys().size() == 1);
}

TEST_CASE_TEMPLATE("user finds the exact username, e-mail whatever its case, or id, and nobody else", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_user({.email = "ann@example.com.evil.org", .username = "ann-of-evil"});
  setting.world.account.add_user({.email = "joann@example.com"});
  for (const auto& name : {std::string("ann"), std::string("Ann@Example.COM"), setting.world.ann_id}) {
    CAPTURE(name);
    const auto found = get(setting.api.user(name)).value();
    REQUIRE(found.has_value());
    CHECK(found->id() == setting.world.ann_id);
  }
  for (const auto* name : {"an", "nn", "ANN", "ann@", "example.com", "nobody", "ann@example.org"}) {
    CAPTURE(name);
    CHECK_FALSE(get(setting.api.user(name)).value().has_value());
  }
}

TEST_CASE_TEMPLATE("user looks through all pages", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_users(30, "many");
  setting.world.account.add_user({.email = "many@example.com"});
  setting.world.account.page_sizes(4, 50);
  CHECK(get(setting.api.user("many")).value().value().email() == "many@example.com");
}

TEST_CASE_TEMPLATE("users gives everybody once, however many pages they take", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_users(23, "dev");
  std::set<std::string> emails;
  for (auto& user : collect(setting.api.users("dev", {.size = 5}))) emails.emplace(user.value().email());
  CHECK(emails.size() == 23);
}

TEST_CASE_TEMPLATE("users is lazy: nothing is sent before the first is taken, and no page before its first user is",
                   Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_users(10, "dev");
  const auto before = setting.world.account.requests();
  auto users = setting.api.users("dev", {.size = 5});
  CHECK(setting.world.account.requests() == before);
  for (int i = 0; i != 5; ++i) CHECK(get(users.next()).has_value());
  CHECK(setting.world.account.requests() == before + 1);
  CHECK(get(users.next()).has_value());
  CHECK(setting.world.account.requests() == before + 2);
}

TEST_CASE_TEMPLATE("users resumes where another walk stood", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_users(10, "dev");
  auto users = setting.api.users("dev", {.size = 5});
  CHECK(get(users.next()).has_value());
  const auto cursor = users.cursor();
  std::vector<std::string> rest;
  for (auto& user : collect(setting.api.users("dev", {.size = 5, .cursor = cursor})))
    rest.emplace_back(user.value().username());
  CHECK(rest == std::vector<std::string>{"dev5", "dev6", "dev7", "dev8", "dev9"});
}

TEST_CASE_TEMPLATE("a failed page is the last element, and what came before is not lost", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_users(10, "dev");
  int pages = 0;
  setting.world.account.before([&](const Request&) -> std::optional<Response> {
    if (++pages < 2) return std::nullopt;
    return Response{403, {}, SecureString{R"({"errors":[{"message":"permission denied"}]})"}};
  });
  std::vector<bool> good;
  std::optional<Error> last;
  for (auto& user : collect(setting.api.users("dev", {.size = 4}))) {
    good.push_back(user.has_value());
    if (!user) last = user.error();
  }
  CHECK(good == std::vector<bool>{true, true, true, true, false});
  CHECK(last.value() == condition::permission_denied);
}

TEST_CASE_TEMPLATE("create_user makes the user, with neither keys nor teams loaded", Rig, RIGS) {
  Scene<Rig> setting;
  const auto made = get(setting.api.create_user("new@example.com", true)).value();
  CHECK(made.email() == "new@example.com");
  CHECK(made.admin() == true);
  CHECK(made.api_keys().empty());
  CHECK(made.teams().empty());
  CHECK(setting.world.account.executed("createUser") == 1);
  CHECK(get(User<typename Rig::Transport>::create(setting.api, "newer@example.com")).value().admin() == false);
}

TEST_CASE_TEMPLATE("create_user tells why not", Rig, RIGS) {
  Scene<Rig> setting;
  const auto taken = get(setting.api.create_user("ann@example.com")).error();
  CHECK(taken == condition::conflict);
  CHECK(taken == errc::conflict);
  CHECK(taken.status() == 409);
  CHECK(taken.outcome() == Outcome::not_run);
  CHECK(taken.operation() == "createUser");
  CHECK(taken.messages().at(0).text == "user already exists");
  const auto denied = get(setting.as(setting.world.ann_key).create_user("x@example.com")).error();
  CHECK(denied == condition::permission_denied);
  CHECK(denied.outcome() == Outcome::not_run);
  for (const auto* email : {"", "a\nb@example.com", "\xff@example.com"}) {
    const auto wrong = get(setting.api.create_user(email)).error();
    CHECK(wrong == errc::invalid_argument);
  }
  CHECK(setting.world.account.executed("createUser") == 0);
}

TEST_CASE_TEMPLATE("update, set_admin, remove and restore change the user and the handle", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = setting.ann();
  const auto same = ann;
  get(ann.update({.name = "Ann B.", .photo_url = "https://example.com/a.png"})).value();
  CHECK(same.name() == "Ann B.");
  CHECK(same.email() == "ann@example.com");
  get(ann.set_admin(true)).value();
  CHECK(ann.admin() == true);
  get(ann.remove()).value();
  CHECK_FALSE(ann.deleted_at().empty());
  get(ann.restore()).value();
  CHECK(ann.deleted_at().empty());
  CHECK(get(ann.update({})).error() == errc::invalid_argument);
  CHECK(list(ann.teams()) == std::vector<std::string>{"red", "blue"});
}

TEST_CASE_TEMPLATE("a wrong key is unauthorized, and somebody who is no admin may not search", Rig, RIGS) {
  Scene<Rig> setting;
  CHECK(get(setting.as(Secret(std::string(40, '0'))).viewer()).error() == condition::unauthorized);
  CHECK(get(setting.as(setting.world.ann_key).user("root")).error() == condition::permission_denied);
  CHECK(get(setting.api.as(setting.world.ann_key).viewer()).value().email() == "ann@example.com");
  CHECK(get(setting.api.as(Secret("short")).viewer()).error() == errc::malformed_api_key);
}

TEST_CASE_TEMPLATE("reload reads anew into the same handle", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = setting.ann();
  setting.world.account.add_key("ann", "second");
  setting.world.account.add_team("ann", "green");
  CHECK(ann.keys().size() == 1);
  get(ann.reload()).value();
  CHECK(ann.keys().size() == 2);
  CHECK(ann.teams().size() == 3);
}

TEST_CASE_TEMPLATE("attributes by name tell unloaded, null and value apart", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = setting.ann();
  CHECK_FALSE(ann["photo_url"].is_loaded());
  CHECK(ann["deleted_at"].is_null());
  CHECK(ann["deletedAt"].is_null());
  CHECK(ann.template attr<bool>("admin").value() == false);
  CHECK(ann.template attr<std::string>("email").value() == "ann@example.com");
  CHECK(ann.template attr<bool>("email").error() == errc::wrong_attribute_type);
  CHECK(ann.template attr<bool>("photo_url").error() == errc::attribute_not_loaded);
  CHECK(ann.template attr<std::string>("deleted_at").value() == std::nullopt);
  CHECK_THROWS_AS(static_cast<void>(ann["user"]), std::invalid_argument);
}

TEST_CASE_TEMPLATE("a user prints as e-mail, else username, id, name, else question marks", Rig, RIGS) {
  Scene<Rig> setting;
  const auto shown = [&](const Attrs& attrs) {
    std::ostringstream out;
    out << User(setting.api, attrs);
    return out.str();
  };
  CHECK(shown(Attrs{{"email", "e"}, {"username", "u"}, {"id", "i"}, {"name", "n"}}) == "<User e>");
  CHECK(shown(Attrs{{"email", nullptr}, {"username", "u"}, {"id", "i"}, {"name", "n"}}) == "<User u>");
  CHECK(shown(Attrs{{"id", "i"}, {"name", "n"}}) == "<User i>");
  CHECK(shown(Attrs{{"name", "n"}}) == "<User n>");
  CHECK(shown(Attrs{{"admin", true}}) == std::string("<User ???") + ">");
}

TEST_CASE_TEMPLATE("a loop over what a temporary gives is safe", Rig, RIGS) {
  Scene<Rig> setting;
  std::string all;
  for (const auto team : get(setting.as(setting.world.ann_key).viewer()).value().teams()) all += team;
  for (const auto& key : get(setting.as(setting.world.ann_key).viewer()).value().keys()) all += key.description();
  for (const auto name : get(setting.as(setting.world.ann_key).viewer()).value().api_keys())
    all += name.size() >= 20 ? "named" : "";
  CHECK(all == "redbluefirstnamed");
  const auto email = get(setting.as(setting.world.ann_key).viewer()).value().email();
  CHECK(email == "ann@example.com");
}
