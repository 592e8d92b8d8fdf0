#include <doctest/doctest.h>

#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include <wandb/detail/answer/stored_page.hpp>

#include "page_shapes.hpp"

using namespace page_shapes;
using wandb::SlotState;

namespace {

std::string_view body_of(const wandb::Page& page) { return static_cast<const wandb::detail::StoredPage&>(page).body; }

}  // namespace

TEST_CASE("a view without a page has no fields and no elements") {
  const wandb::ObjectView object;
  CHECK(object.fields().empty());
  CHECK(object.field("id") == nullptr);
  CHECK(object.state("id") == SlotState::unloaded);
  CHECK_FALSE(object.object("node"));
  CHECK(object.list("edges").empty());
  const wandb::ListView list;
  CHECK(list.begin() == list.end());
}

TEST_CASE("a field is read by its key, by its place and by itself") {
  const auto decoded = decode_node(R"({"id":"VX","name":"Ann","admin":true,"totalRuns":7,"score":1.5})");
  const auto user = node(decoded);
  CHECK(user.string("id") == "VX");
  CHECK(user.slot(1).text() == "Ann");
  CHECK(user.slot(*user.field("admin")).boolean());
  CHECK(user.integer("totalRuns") == 7);
  CHECK(user.real("score") == 1.5);
}

TEST_CASE("a field of another type reads as nothing") {
  const auto decoded = decode_node(R"({"id":"VX","admin":true,"totalRuns":7,"limits":{"a":1}})");
  const auto user = node(decoded);
  CHECK_FALSE(user.string("admin"));
  CHECK_FALSE(user.boolean("id"));
  CHECK_FALSE(user.integer("id"));
  CHECK_FALSE(user.real("totalRuns"));
  CHECK_FALSE(user.string("limits"));
  CHECK_FALSE(user.raw("id"));
  CHECK_FALSE(user.object("id"));
  CHECK(user.list("id").empty());
}

TEST_CASE("unloaded, null and value are told apart") {
  const auto decoded = decode_node(R"({"id":"VX","name":null})");
  const auto user = node(decoded);
  CHECK(user.state("id") == SlotState::string);
  CHECK(user.state("name") == SlotState::null);
  CHECK(user.state("admin") == SlotState::unloaded);
  CHECK(user.state("no such field") == SlotState::unloaded);
}

TEST_CASE("an empty list is a list, and no list is not") {
  const auto decoded = decode_node(R"({"id":"VX","ips":[],"counts":null})");
  CHECK(node(decoded).state("ips") == SlotState::rows);
  CHECK(node(decoded).state("counts") == SlotState::null);
  CHECK(node(decoded).list("ips").empty());
  CHECK(node(decoded).list("counts").empty());
}

TEST_CASE("elements are walked in order") {
  const auto decoded =
      decode_node(R"({"id":"VX","apiKeys":{"edges":[{"node":{"id":"1"}},{"node":{"id":"2"}},{"node":null}]}})");
  const auto list = node(decoded).object("apiKeys")->list("edges");
  REQUIRE(list.size() == 3);
  std::string ids;
  for (const auto edge : list) ids += edge.object("node") ? *edge.object("node")->string("id") : "-";
  CHECK(ids == "12-");
  static_assert(std::forward_iterator<wandb::ListView::Iterator>);
}

TEST_CASE("elements that are scalars are read from the list") {
  const auto decoded = decode_node(R"({"id":"VX","ips":["a","b\n"],"counts":[1,null,3]})");
  const auto ips = node(decoded).list("ips");
  REQUIRE(ips.size() == 2);
  CHECK(ips.string(0) == "a");
  CHECK(ips.string(1) == "b\n");
  CHECK(ips[0].fields().empty());
  const auto counts = node(decoded).list("counts");
  REQUIRE(counts.size() == 3);
  CHECK(counts.slot(2).integer() == 3);
  CHECK(counts.is_null(1));
  CHECK_FALSE(counts.string(0));
}

TEST_CASE("each parent has its own run of rows") {
  std::string body = R"({"data":{"users":{"edges":[)";
  for (int user = 0; user != 300; ++user) {
    body += (user ? "," : "") + std::string(R"({"node":{"id":")") + std::to_string(user) + R"(","ips":[)";
    for (int ip = 0; ip != user % 5; ++ip) {
      body += (ip ? ",\"" : "\"") + std::to_string(user) + "." + std::to_string(ip) + "\"";
    }
    body += "]}}";
  }
  const auto decoded = decode(body + "]}}}");
  REQUIRE(wrong(decoded) == "");
  REQUIRE(edges(decoded).size() == 300);
  for (std::size_t user = 0; user != 300; ++user) {
    const auto ips = node(decoded, user).list("ips");
    REQUIRE(ips.size() == user % 5);
    for (std::size_t ip = 0; ip != ips.size(); ++ip) {
      REQUIRE(ips.string(ip) == std::to_string(user) + "." + std::to_string(ip));
    }
  }
}

TEST_CASE("a page keeps what came") {
  const std::string body = R"({"data":{"version":"1"}})";
  const auto decoded = decode(body);
  CHECK(body_of(*decoded.page) == body);
  CHECK(decoded.page->root().string("version") == "1");
}

TEST_CASE("a page outlives its decoding, even of a body that fits into the string object") {
  static constexpr auto small_fields = shape(integer("a"), string("b"));
  auto page = [] { return wandb::detail::decode(small_fields, wandb::SecureString(R"({"data":{}})")).page; }();
  CHECK(page->root().state("a") == SlotState::unloaded);
  CHECK(body_of(*page) == R"({"data":{}})");
}

TEST_CASE("slots are small and cheap") {
  static_assert(sizeof(wandb::Slot) == 16);
  static_assert(std::is_trivially_copyable_v<wandb::Slot> && std::is_trivially_default_constructible_v<wandb::Slot>);
  static_assert(!std::is_copy_constructible_v<wandb::Page> && !std::is_move_constructible_v<wandb::Page>);
  CHECK(wandb::Slot{}.state() == SlotState::unloaded);
}
