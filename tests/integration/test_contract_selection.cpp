// Tests selections of a user's fields over every transport.
#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wandb/wandb.hpp>

#include "rigs.hpp"

using namespace wandb;
using namespace rigs;

namespace {

constexpr auto& chosen = fields<R"(
  createdAt photoUrl accountType totalRuns private limits   # the schema says which of these may be null
  defaultEntity { name memberCount }
  mine: apiKeys(first: 1) { edges { node { id ips } } }
)">;

}  // namespace

TEST_CASE_TEMPLATE("chosen attributes have the types of the schema", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = get(setting.api.user("ann", chosen)).value().value();
  static_assert(std::is_same_v<decltype(ann.template get<"createdAt">()), Text>);
  static_assert(std::is_same_v<decltype(ann.template get<"photoUrl">()), std::optional<Text>>);
  static_assert(std::is_same_v<decltype(ann.template get<"accountType">()), std::optional<Text>>);
  static_assert(std::is_same_v<decltype(ann.template get<"totalRuns">()), std::int64_t>);
  static_assert(std::is_same_v<decltype(ann.template get<"private">()), bool>);
  static_assert(std::is_same_v<decltype(ann.template get<"admin">()), std::optional<bool>>);
  CHECK(ann.template get<"createdAt">().starts_with("20"));
  CHECK(ann.template get<"created_at">() == ann.template get<"createdAt">());
  CHECK(ann.template get<"photoUrl">() == std::nullopt);
  CHECK(ann.template get<"accountType">() == "USER");
  CHECK(ann.template get<"totalRuns">() == 0);
  CHECK_FALSE(ann.template get<"private">());
  CHECK(ann.template get<"email">() == ann.email());
  CHECK(ann.id() == setting.world.ann_id);
}

TEST_CASE_TEMPLATE("chosen objects and lists are read as deep as they were chosen", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_key("ann", "second");
  const auto me = get(setting.as(setting.world.ann_key).viewer(chosen)).value();
  const auto mine = me.template get<"mine">().value();
  const auto edges = mine.template get<"edges">();
  REQUIRE(edges.size() == 1);
  const auto key = edges[0].template get<"node">().value();
  CHECK(key.template get<"id">() == setting.world.ann_key_id);
  CHECK(key.template get<"ips">().empty());
  CHECK(me.keys().size() == 2);
}

TEST_CASE_TEMPLATE("a user with chosen attributes is a user", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = get(setting.api.user("ann", fields<"photoUrl">)).value().value();
  const User<typename Rig::Transport> same = ann;
  get(same.update({.photo_url = "https://example.com/a.png"})).value();
  CHECK(ann.template get<"photoUrl">() == "https://example.com/a.png");
  get(same.reload()).value();
  CHECK(ann.template get<"photoUrl">() == "https://example.com/a.png");
  CHECK(same.template attr<std::string>("photo_url").value() == "https://example.com/a.png");
}

TEST_CASE_TEMPLATE("an update shows in what was chosen by its name, and not in an alias of something else", Rig, RIGS) {
  Scene<Rig> setting;
  const auto ann = get(setting.api.user("ann", fields<"mine: name is_private: private private">)).value().value();
  const auto name = ann.template get<"mine">();
  get(ann.update({.name = "Anna", .is_private = true})).value();
  CHECK(ann.template get<"private">());
  CHECK(ann.name() == "Anna");
  CHECK(ann.template get<"mine">() == name);
  get(ann.reload()).value();
  CHECK(ann.template get<"mine">() == "Anna");
  CHECK(ann.template get<"is_private">());
}

TEST_CASE_TEMPLATE("users are walked with what was chosen of them", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.add_users(7, "dev");
  std::size_t count = 0;
  for (auto& user : collect(setting.api.users("dev", fields<"totalRuns">, {.size = 3}))) {
    CHECK(user.value().template get<"totalRuns">() == 0);
    ++count;
  }
  CHECK(count == 7);
  CHECK_FALSE(get(setting.api.user("nobody", fields<"totalRuns">)).value().has_value());
}

TEST_CASE_TEMPLATE("a chosen attribute that must come and does not is a malformed answer, with its path", Rig, RIGS) {
  Scene<Rig> setting;
  setting.world.account.before([](const Request&) -> std::optional<Response> {
    return Response{
        200, {}, SecureString{R"({"data":{"viewer":{"id":"1","name":"Ann","defaultEntity":{"name":"a"}}}})"}};
  });
  const auto wrong = get(setting.api.viewer(fields<"defaultEntity { name memberCount }">)).error();
  CHECK(wrong == wandb::errc::malformed_response);
  CHECK(wrong.message().find("defaultEntity.memberCount") != std::string::npos);
}
