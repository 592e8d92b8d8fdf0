#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <wandb/detail/answer/dynamic_shape.hpp>
#include <wandb/detail/answer/shape.hpp>

namespace {

using namespace wandb::shapes;
using wandb::FieldKind;

constexpr auto owner = shape(object("viewer", required(string("id")), object("entity", string("name")),
                                    list("teams", string("name"), boolean("private")), list_of(string("ips"))),
                             integer("count"));
constexpr wandb::Shape viewer = owner;

constexpr const wandb::Field& field(std::string_view key, const wandb::Shape& shape = viewer) {
  for (const auto& candidate : shape.fields) {
    if (candidate.key == key) return candidate;
  }
  return shape.fields[shape.fields.size()];
}

}  // namespace

TEST_CASE("an object's fields stand side by side") {
  static_assert(viewer.first == 0 && viewer.last == 2);
  static_assert(viewer.fields[0].key == "viewer" && viewer.fields[1].key == "count");
  constexpr auto& object = viewer.fields[0];
  static_assert(object.last - object.first == 4);
  static_assert(viewer.fields[object.first].key == "id" && viewer.fields[object.first + 3u].key == "ips");
}

TEST_CASE("an object stands in the row of its parent, behind a slot of its own") {
  static_assert(viewer.widths[0] == 7);
  static_assert(field("viewer").table == 0 && field("viewer").slot == 0 && field("count").slot == 1);
  static_assert(field("id").slot == 2 && field("entity").slot == 3 && field("teams").slot == 4);
  static_assert(field("ips").slot == 5);
  static_assert(viewer.fields[field("entity").first].slot == 6);
}

TEST_CASE("a list has a table whose rows begin with the element's own slot") {
  static_assert(viewer.widths.size() == 3);
  static_assert(field("teams").list && field("teams").kind == FieldKind::object && field("teams").table == 1);
  static_assert(viewer.widths[1] == 3 && viewer.fields[field("teams").first].slot == 1);
  static_assert(field("ips").list && field("ips").kind == FieldKind::string && field("ips").table == 2);
  static_assert(viewer.widths[2] == 1);
}

TEST_CASE("fields may be null and elements may not, unless it is said otherwise") {
  static_assert(field("viewer").nullable && !field("id").nullable);
  static_assert(field("teams").nullable && !field("teams").element_nullable);
  static constexpr auto other = shape(nullable_elements(list("teams", string("name"))));
  constexpr wandb::Shape nullable = other;
  static_assert(field("teams", nullable).element_nullable);
}

TEST_CASE("a list of JSON scalars is one raw value") {
  static constexpr auto other = shape(list_of(raw("things")));
  constexpr wandb::Shape things = other;
  static_assert(!field("things", things).list && field("things", things).kind == FieldKind::raw);
}

TEST_CASE("a shape is not made from a temporary that owns it") {
  static_assert(std::is_convertible_v<decltype(owner)&, wandb::Shape>);
  static_assert(!std::is_convertible_v<std::remove_const_t<decltype(owner)>&&, wandb::Shape>);
}

TEST_CASE("a shape made at run time is laid out like one made while compiling, and owns its keys") {
  const auto tree = object("viewer", required(string("id")), list("teams", string("name")), list_of(string("ips")));
  std::vector<std::string> keys;
  for (const auto& node : tree.nodes) keys.emplace_back(node.key);
  auto nodes = std::vector<Node>(tree.nodes.begin(), tree.nodes.end());
  for (std::size_t i = 0; i != nodes.size(); ++i) nodes[i].key = keys[i];
  const wandb::DynamicShape dynamic(nodes);
  keys.assign(keys.size(), "overwritten");

  static constexpr auto fixed =
      shape(object("viewer", required(string("id")), list("teams", string("name")), list_of(string("ips"))));
  const wandb::Shape expected = fixed;
  const auto made = dynamic.shape();
  REQUIRE(made.fields.size() == expected.fields.size());
  for (std::size_t i = 0; i != made.fields.size(); ++i) {
    CHECK(made.fields[i].key == expected.fields[i].key);
    CHECK(made.fields[i].slot == expected.fields[i].slot);
    CHECK(made.fields[i].table == expected.fields[i].table);
    CHECK(made.fields[i].first == expected.fields[i].first);
    CHECK(made.fields[i].last == expected.fields[i].last);
    CHECK(made.fields[i].nullable == expected.fields[i].nullable);
  }
  CHECK(std::vector(made.widths.begin(), made.widths.end()) ==
        std::vector(expected.widths.begin(), expected.widths.end()));
}
