#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "../rigs.hpp"

using namespace wandb;
using rigs::collect;
using rigs::Generation;
using rigs::get;
using rigs::list;
using rigs::Scene;

namespace {

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

TEST_CASE_TEMPLATE("the viewer generates a key for themselves, and it stands in their lists", Rig, RIGS) {
  for (const auto generation : {Generation::newer, Generation::older}) {
    Scene<Rig> setting(generation);
    const auto me = get(setting.api.viewer()).value();
    const auto secret = get(me.generate_api_key("ci")).value();
    CHECK(contains(setting.world.account.keys_of("root"), secret.reveal()));
    CHECK(contains(list(me.api_keys()), secret.reveal()));
    REQUIRE(me.keys().size() == 2);
    CHECK(me.keys()[1].description() == "ci");
    CHECK(me.keys()[1].secret().value() == secret);
    CHECK(me.keys()[1].name().find(secret.reveal()) == std::string::npos);
    CHECK(get(setting.api.as(secret).viewer()).value().email() == "root@example.com");
  }
}

TEST_CASE_TEMPLATE("a key for another user is never made with the caller's credentials", Rig, RIGS) {
  Scene<Rig> setting;
  const auto error = get(setting.ann().generate_api_key("ci")).error();
  CHECK(error == errc::no_user_credentials);
  CHECK(error.message().find("authenticate") != std::string::npos);
  CHECK(setting.ann().user_api().error() == errc::no_user_credentials);
  CHECK(get(get(setting.api.create_user("new@example.com")).value().generate_api_key()).error() ==
        errc::no_user_credentials);
  CHECK(setting.world.account.executed("generateApiKey") == 0);
}

TEST_CASE_TEMPLATE("a user whose secret is given acts as themselves", Rig, RIGS) {
  Scene<Rig> setting;
  auto ann = setting.ann();
  CHECK(ann.authenticate(Secret("short")).error() == errc::malformed_api_key);
  ann.authenticate(setting.world.ann_key).value();
  const auto secret = get(ann.generate_api_key("ci")).value();
  CHECK(contains(setting.world.account.keys_of("ann"), secret.reveal()));
  CHECK(get(ann.user_api().value().viewer()).value().email() == "ann@example.com");
  const User by_hand(setting.api, Attrs{{"email", "ANN@example.com"}}, setting.world.ann_key);
  const auto another = get(by_hand.generate_api_key()).value();
  CHECK(contains(setting.world.account.keys_of("ann"), another.reveal()));
}

TEST_CASE_TEMPLATE("somebody else's secret is found out before anything is changed, whichever way it came", Rig, RIGS) {
  Scene<Rig> setting(Generation::older);
  const auto refused = [&](const auto& user) {
    CHECK(get(user.generate_api_key("ci")).error() == errc::credentials_of_another_user);
    const auto acting = user.user_api().value();
    CHECK(get(acting.create_user("evil@example.com")).error() == errc::credentials_of_another_user);
    CHECK(get(acting.viewer()).error() == errc::credentials_of_another_user);
  };
  auto given = setting.ann();
  given.authenticate(setting.world.root_key).value();
  refused(given);
  refused(User(setting.api, Attrs{{"id", setting.world.ann_id}}, setting.world.root_key));
  // The name of a listed key is another key's secret, which an older server could send by mistake.
  const auto listed =
      Attrs::parse(R"({"id":")" + setting.world.ann_id + R"(","apiKeys":{"edges":[{"node":{"id":"k","name":")" +
                   std::string(setting.world.root_key.reveal()) + R"("}}]}})");
  refused(User(setting.api, listed.value()));
  CHECK(setting.world.account.executed("generateApiKey") == 0);
  CHECK(setting.world.account.executed("createUser") == 0);
}

TEST_CASE_TEMPLATE("a user who was just made generates a key as soon as their secret is known", Rig, RIGS) {
  Scene<Rig> setting;
  auto made = get(setting.api.create_user("new@example.com")).value();
  CHECK(get(made.delete_api_key("x")).error() == errc::keys_not_loaded);
  made.authenticate(Secret(setting.world.account.add_key("new"))).value();
  const auto secret = get(made.generate_api_key("ci")).value();
  CHECK(contains(setting.world.account.keys_of("new"), secret.reveal()));
  CHECK(list(made.api_keys()) == std::vector<std::string>{std::string(secret.reveal())});
}

TEST_CASE_TEMPLATE("a secret of a user of whom nothing is known cannot be proven, and is not used", Rig, RIGS) {
  Scene<Rig> setting;
  const User nobody(setting.api, Attrs{{"admin", true}}, setting.world.ann_key);
  const auto before = setting.world.account.requests();
  CHECK(get(nobody.generate_api_key()).error() == errc::no_user_credentials);
  CHECK(setting.world.account.requests() == before);
}

TEST_CASE_TEMPLATE("a given secret is proven once", Rig, RIGS) {
  Scene<Rig> setting;
  auto ann = setting.ann();
  ann.authenticate(setting.world.ann_key).value();
  const auto before = setting.world.account.requests();
  get(ann.generate_api_key("1")).value();
  CHECK(setting.world.account.requests() == before + 2);
  get(ann.generate_api_key("2")).value();
  CHECK(setting.world.account.requests() == before + 3);
}

TEST_CASE_TEMPLATE("on older servers a listed name is the user's secret, and serves to act as them", Rig, RIGS) {
  Scene<Rig> setting(Generation::older);
  const auto ann = setting.ann();
  CHECK(list(ann.api_keys()) == std::vector<std::string>{std::string(setting.world.ann_key.reveal())});
  CHECK(ann.keys()[0].secret().value() == setting.world.ann_key);
  CHECK(get(ann.user_api().value().viewer()).value().email() == "ann@example.com");
  const auto secret = get(ann.generate_api_key("ci")).value();
  CHECK(contains(setting.world.account.keys_of("ann"), secret.reveal()));
}

TEST_CASE_TEMPLATE("delete_api_key deletes by name, row or secret, and forgets exactly that key", Rig, RIGS) {
  for (const auto generation : {Generation::newer, Generation::older}) {
    Scene<Rig> setting(generation);
    const auto me = get(setting.api.viewer()).value();
    const auto by_secret = get(me.generate_api_key("a")).value();
    get(me.generate_api_key("b")).value();
    const auto by_name = get(me.generate_api_key("c")).value();
    REQUIRE(me.keys().size() == 4);
    get(me.delete_api_key(by_secret)).value();
    get(me.delete_api_key(by_name.reveal())).value();
    get(me.delete_api_key(me.keys()[1])).value();
    CHECK(me.keys().size() == 1);
    CHECK(me.keys()[0].description() == "laptop");
    CHECK(setting.world.account.keys_of("root").size() == 1);
  }
}

TEST_CASE_TEMPLATE("a key that is held is found in a list and deleted, also in a later process", Rig, RIGS) {
  for (const auto generation : {Generation::newer, Generation::older}) {
    for (const auto shape : {testing::KeyShape::legacy, testing::KeyShape::v1}) {
      Scene<Rig> setting(generation);
      setting.world.account.key_shape(shape);
      const auto held = get(get(setting.api.viewer()).value().generate_api_key("held")).value();
      get(get(setting.api.viewer()).value().generate_api_key("other")).value();
      const auto me = get(setting.api.viewer()).value();
      REQUIRE(me.keys().size() == 3);
      CHECK(me.keys()[0].belongs_to(setting.world.root_key));
      CHECK_FALSE(me.keys()[0].belongs_to(held));
      CHECK(me.keys()[1].belongs_to(held));
      CHECK_FALSE(me.keys()[2].belongs_to(held));
      if (generation == Generation::newer) {
        CHECK(held.reveal().substr(0, list(me.api_keys())[1].size()) == list(me.api_keys())[1]);
        CHECK(me.keys()[1].name() == list(me.api_keys())[1]);
        CHECK_FALSE(me.keys()[1].secret().has_value());
      }
      get(me.delete_api_key(held)).value();
      CHECK(me.keys().size() == 2);
      CHECK_FALSE(contains(setting.world.account.keys_of("root"), held.reveal()));
      CHECK_THROWS_AS(static_cast<void>(me.delete_api_key(held)), std::invalid_argument);
    }
  }
}

TEST_CASE_TEMPLATE("the name of a key generated here deletes it also once it was read anew", Rig, RIGS) {
  for (const auto generation : {Generation::newer, Generation::older}) {
    Scene<Rig> setting(generation);
    const auto me = get(setting.api.viewer()).value();
    get(me.generate_api_key("ci")).value();
    const auto name = list(me.api_keys()).at(1);
    get(me.reload()).value();
    CHECK(me.keys()[1].belongs_to(Secret(name)));
    get(me.delete_api_key(name)).value();
    CHECK(me.keys().size() == 1);
    CHECK_THROWS_AS(static_cast<void>(me.delete_api_key(name)), std::invalid_argument);
  }
}

TEST_CASE_TEMPLATE("a secret that several keys fit deletes none, and the error says which", Rig, RIGS) {
  Scene<Rig> setting;
  const std::string secret = "wandb_v1_" + std::string(27, 'k') + "_" + std::string(49, 's');
  const auto row = [](const std::string& id, const std::string& name) {
    return R"({"node":{"id":")" + id + R"(","name":")" + name + "\"}}";
  };
  const auto id = secret.substr(0, 36);
  const auto user = [&](const std::string& rows) {
    return User(setting.api, Attrs::parse(R"({"id":"u","apiKeys":{"edges":[)" + rows + "]}}").value());
  };
  const auto two = user(row("K1", id) + "," + row("K2", secret.substr(0, 50)) + "," + row("K3", "laptop"));
  const auto before = setting.world.account.requests();
  for (const auto& error : {get(two.delete_api_key(Secret(secret))).error(), get(two.delete_api_key(secret)).error()}) {
    CHECK(error == errc::ambiguous_key);
    CHECK(error == condition::rejected);
    CHECK(error.outcome() == Outcome::not_run);
    CHECK(error.operation() == "deleteApiKey");
    CHECK(error.reason().find("2 keys, id K1; id K2") != std::string::npos);
    CHECK(error.message().find(secret.substr(9, 12)) == std::string::npos);
  }
  CHECK(two.keys().size() == 3);
  std::string many;
  for (int i = 0; i != 20; ++i) many += (i == 0 ? "" : ",") + row("K" + std::to_string(i), id);
  CHECK(get(user(many).delete_api_key(Secret(secret))).error().reason().find("20 keys, id K0; ") != std::string::npos);
  CHECK(setting.world.account.requests() == before);
  // Two pages may show the same key.
  CHECK(get(user(row("K1", id) + "," + row("K1", id)).delete_api_key(Secret(secret))).error() != errc::ambiguous_key);
  CHECK(setting.world.account.requests() == before + 1);
}

TEST_CASE_TEMPLATE("a deleted key is not acted with any more, also where its row shows no secret", Rig, RIGS) {
  Scene<Rig> setting;
  auto ann = setting.ann();
  ann.authenticate(setting.world.ann_key).value();
  get(ann.delete_api_key(ann.keys()[0])).value();
  CHECK(get(ann.generate_api_key("ci")).error() == errc::no_user_credentials);
}

TEST_CASE_TEMPLATE("an admin deletes another user's key", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = setting.ann();
  get(ann.delete_api_key(ann.keys()[0])).value();
  CHECK(ann.api_keys().empty());
  CHECK(setting.world.account.keys_of("ann").empty());
}

TEST_CASE_TEMPLATE("a name that is not among the loaded keys is misuse, thrown before any traffic", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = setting.ann();
  const auto before = setting.world.account.requests();
  // The call itself reports this; nothing is awaited.
  CHECK_THROWS_AS(static_cast<void>(ann.delete_api_key("no such key")), std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(ann.delete_api_key(Secret(std::string(40, 'x')))), std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(ann.delete_api_key(get(setting.api.viewer()).value().keys()[0])),
                  std::invalid_argument);
  CHECK(setting.world.account.requests() == before + 1);
}

TEST_CASE_TEMPLATE("keys that were never loaded are an error, which reload mends", Rig, RIGS) {
  Scene<Rig> setting;
  const User ann(setting.api, Attrs{{"id", setting.world.ann_id}});
  CHECK(get(ann.delete_api_key("x")).error() == errc::keys_not_loaded);
  CHECK(get(ann.delete_api_key(setting.world.ann_key)).error() == errc::keys_not_loaded);
  CHECK(get(ann.delete_api_key(setting.ann().keys()[0])).error() == errc::keys_not_loaded);
  get(ann.reload()).value();
  CHECK(ann.keys().size() == 1);
  get(ann.delete_api_key(setting.world.ann_key)).value();
  CHECK(ann.keys().empty());
}

TEST_CASE_TEMPLATE("delete_api_key forgets the key only when the server says success", Rig, RIGS) {
  Scene<Rig> setting;
  const auto me = get(setting.api.viewer()).value();
  const auto refuse_with = [&](int status, const char* body) {
    setting.world.account.before([=](const Request&) -> std::optional<Response> {
      return Response{status, {}, SecureString{body}};
    });
    auto error = get(me.delete_api_key(me.keys()[0])).error();
    setting.world.account.before({});
    CHECK(me.keys().size() == 1);
    return error;
  };
  CHECK(refuse_with(200, R"({"data":{"deleteApiKey":{"success":false}}})") == errc::rejected);
  CHECK(refuse_with(409, R"({"errors":[{"message":"in use"}]})") == condition::conflict);
  const auto odd = refuse_with(200, R"({"data":{"deleteApiKey":{"success":null}}})");
  CHECK(odd == errc::malformed_response);
  CHECK(odd.outcome() == Outcome::unknown);
  get(me.delete_api_key(me.keys()[0])).value();
  CHECK(me.keys().empty());
}

TEST_CASE_TEMPLATE("a refused key is an error with its reason, and adds nothing", Rig, RIGS) {
  Scene<Rig> setting;
  const auto me = get(setting.api.viewer()).value();
  setting.world.account.before([](const Request&) -> std::optional<Response> {
    return Response{409, {}, SecureString{R"({"errors":[{"message":"too many keys"}]})"}};
  });
  const auto error = get(me.generate_api_key("ci")).error();
  CHECK(error == condition::conflict);
  CHECK(error.messages().at(0).text == "too many keys");
  CHECK(me.keys().size() == 1);
}

TEST_CASE_TEMPLATE("of two keys with one name the first is deleted and the other stays", Rig, RIGS) {
  Scene<Rig> setting;
  const auto attrs = Attrs::parse(
      R"({"id":"u","apiKeys":{"edges":[{"node":{"id":"k1","name":"twin"}},{"node":{"id":"k2","name":"twin"}}]}})");
  const User user(setting.api, attrs.value());
  std::string body;
  setting.world.account.before([&](const Request& request) -> std::optional<Response> {
    body = request.body;
    return Response{200, {}, SecureString{R"({"data":{"deleteApiKey":{"success":true}}})"}};
  });
  get(user.delete_api_key("twin")).value();
  CHECK(body.find("\"k1\"") != std::string::npos);
  CHECK(list(user.api_keys()) == std::vector<std::string>{"twin"});
  CHECK(user.keys()[0].id() == "k2");
}

TEST_CASE_TEMPLATE("keys are complete however many pages they take", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.page_sizes(50, 3);
  for (int i = 0; i != 7; ++i) setting.world.account.add_key("ann", std::to_string(i));
  CHECK(setting.ann().keys().size() == 8);
  CHECK(get(setting.as(setting.world.ann_key).viewer()).value().keys().size() == 8);
  for (auto& user : collect(setting.api.users("ann"))) CHECK(user.value().keys().size() == 8);
}

TEST_CASE_TEMPLATE(
    "a deleted key is lost though the answer is: the retry finds nothing, and a look shows that it is gone", Rig,
    RIGS) {
  Scene<Rig> setting;
  const auto ann = setting.ann();
  int deletions = 0;
  setting.world.account.after([&](const Request& request) -> std::optional<Response> {
    if (request.body.find("DeleteApiKey") == std::string_view::npos || ++deletions > 1) return std::nullopt;
    return Response{502, {}, SecureString{"<html>bad gateway</html>"}};
  });
  get(ann.delete_api_key(ann.keys()[0])).value();
  CHECK(ann.keys().empty());
  CHECK(setting.world.account.executed("deleteApiKey") == 1);
}

TEST_CASE_TEMPLATE("a new key whose answer is lost is unknown, and not asked for again", Rig, RIGS) {
  Scene<Rig> setting;
  const auto me = get(setting.api.viewer()).value();
  setting.world.account.after([](const Request&) -> std::optional<Response> { return Response{502, {}, {}}; });
  const auto error = get(me.generate_api_key("ci")).error();
  CHECK(error == condition::outcome_unknown);
  CHECK(error.attempts() == 1);
  CHECK(setting.world.account.executed("generateApiKey") == 1);
}

TEST_CASE_TEMPLATE("keys that the server refuses to show are empty, and deleting tells that error", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.before([&](const Request&) -> std::optional<Response> {
    return Response{200, {}, SecureString{R"({"data":{"viewer":{"id":"u","name":"Ann","apiKeys":null}},
        "errors":[{"message":"relogin required","path":["viewer","apiKeys"]}]})"}};
  });
  const auto me = get(setting.api.viewer()).value();
  CHECK(me.api_keys().empty());
  CHECK_FALSE(me["api_keys"].is_loaded());
  REQUIRE(me.errors().size() == 1);
  CHECK(get(me.delete_api_key("x")).error().messages().at(0).text == "relogin required");
}

TEST_CASE_TEMPLATE("no secret shows in what the library prints", Rig, RIGS) {
  Scene<Rig> setting(Generation::older);
  const auto me = get(setting.api.viewer()).value();
  const auto secret = get(me.generate_api_key("ci")).value();
  std::ostringstream out;
  out << me << secret << me["name"];
  for (const auto& key : me.keys()) out << key.name() << key.description();
  setting.world.account.before([&](const Request& request) -> std::optional<Response> {
    std::string echo = R"({"errors":[{"message":"bad key )" + std::string(secret.reveal()) + " in ";
    for (const auto& header : request.headers) echo.append(header.value).append(" ");
    return Response{400, {}, SecureString{echo + R"("}]})"}};
  });
  const auto error = get(setting.api.as(secret).viewer()).error();
  out << error << Exception(error).what();
  for (const auto& message : error.messages()) out << message.text << message.path << message.code;
  CHECK(out.str().find(secret.reveal()) == std::string::npos);
  CHECK(out.str().find(setting.world.root_key.reveal()) == std::string::npos);
  CHECK(out.str().find(detail::basic_authorization(secret.reveal()).substr(6)) == std::string::npos);
  CHECK(out.str().find("bad key ****") != std::string::npos);
}
