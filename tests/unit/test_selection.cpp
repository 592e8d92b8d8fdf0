// Tests which selections are valid, and how selected fields are read from a page.
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <wandb/attrs.hpp>
#include <wandb/selection.hpp>

using wandb::Attrs;
using wandb::Selection;
using wandb::detail::find_field;
using wandb::detail::SelectedField;
using wandb::detail::taken_alias;

namespace {

// Reads a field of a selection from attributes of any kind, as from an answer of another shape.
template <wandb::graphql::FixedString Fields, wandb::graphql::FixedString Name>
auto read(const char* json) {
  using S = Selection<Fields>;
  constexpr auto at = find_field(S::shape, wandb::detail::user_field, Name.view());
  static_assert(at != wandb::detail::no_field);
  static std::shared_ptr<const wandb::Page> page;  // keeps the page alive, because the values that are read are views
  page = Attrs::parse(json).value().page();
  return SelectedField<S, at>::read(page, page->root(), page->root().field(S::shape.fields[at].key));
}

constexpr const char* every_kind[] = {R"({"it":"text"})",  R"({"it":5})",   R"({"it":1.5})", R"({"it":true})",
                                      R"({"it":{"a":1}})", R"({"it":[1]})", R"({"it":null})"};

}  // namespace

TEST_CASE("an alias may be any name that no other field of its type has") {
  for (const std::string_view fields :
       {"mine: name", "name: name", "private: private", "is_private: private", "user_name: name", "a: name b: name",
        "defaultEntity { title: name }", "defaultEntity { email: name }", "{", "unknown: nowhere", "x: __typename",
        "... on User { mine: name }", "... { mine: name }", "mine: defaultEntity { name: name }", "name: nowhere {"}) {
    CAPTURE(fields);
    CHECK(taken_alias("{ " + std::string(fields) + " }").alias == "");
  }
}

TEST_CASE("an alias that is the name of another field is taken, however deep it stands") {
  struct Case {
    std::string_view fields;
    std::string_view alias;
    std::string_view type;
  };
  for (const auto& one : {
           Case{"private: name", "private", "User"},
           Case{"photoUrl mine: name totalRuns: name", "totalRuns", "User"},
           Case{"teams: defaultEntity { name }", "teams", "User"},
           Case{"name: __typename", "name", "User"},
           Case{"__typename: name", "__typename", "User"},
           Case{"photo_url: name", "photo_url", "User"},
           Case{"... on User { private: name }", "private", "User"},
           Case{"... on Node { private: id }", "private", "User"},
           Case{"... { ... @include(if: true) { private: id } }", "private", "User"},
           Case{"defaultEntity { memberCount: name }", "memberCount", "Entity"},
           Case{"mine: defaultEntity { ... on Node { memberCount: id } }", "memberCount", "Entity"},
           Case{"mine: apiKeys { edges { node { ips: name } } }", "ips", "ApiKey"},
           Case{"mine: apiKeys { edges { node { user { admin: name } } } }", "admin", "User"},
       }) {
    CAPTURE(one.fields);
    const auto text = "{ " + std::string(one.fields) + " }";
    const auto taken = taken_alias(text);
    CHECK(taken.alias == one.alias);
    CHECK(taken.type == one.type);
  }
}

TEST_CASE("what is of another kind than was selected counts as not loaded") {
  for (const std::string json : every_kind) {
    CAPTURE(json);
    const bool text = json.find("text") != json.npos;
    const auto as = [&](std::string name) { return std::string(json).replace(2, 2, std::move(name)); };
    CHECK(read<"createdAt", "createdAt">(as("createdAt").c_str()) == (text ? "text" : ""));
    CHECK(read<"photoUrl", "photoUrl">(as("photoUrl").c_str()) ==
          (text ? std::optional<std::string_view>("text") : std::nullopt));
    CHECK(read<"private", "private">(as("private").c_str()) == (json.find("true") != json.npos));
    CHECK(read<"totalRuns", "totalRuns">(as("totalRuns").c_str()) == (json.find('5') == 6 ? 5 : 0));
    const bool raw = json.find_first_of("{[", 1) != json.npos;
    CHECK(read<"limits", "limits">(as("limits").c_str()).has_value() == raw);
    CHECK_FALSE(read<"defaultEntity { name }", "defaultEntity">(as("defaultEntity").c_str()).has_value());
    CHECK_FALSE(read<"mine: apiKeys { edges { cursor } }", "mine">(as("mine").c_str()).has_value());
  }
}

TEST_CASE("an object of another kind than was selected has none of its fields") {
  using S = Selection<"defaultEntity { name memberCount createdAt }">;
  constexpr auto at = find_field(S::shape, wandb::detail::user_field, "defaultEntity");
  const auto attrs = Attrs{{"other", true}, {"memberCount", "text"}, {"name", "it"}};
  const wandb::SelectedObject<S, at> object(attrs.page(), attrs.view());
  CHECK(object.get<"name">() == "it");
  CHECK(object.get<"memberCount">() == 0);
  CHECK(object.get<"createdAt">() == "");
}

TEST_CASE("elements of another kind than was selected are no values") {
  using S = Selection<"mine: apiKeys { edges { node { ips } } }">;
  constexpr auto mine = find_field(S::shape, wandb::detail::user_field, "mine");
  constexpr auto edges = find_field(S::shape, mine, "edges");
  constexpr auto node = find_field(S::shape, edges, "node");
  constexpr auto ips = find_field(S::shape, node, "ips");
  const auto attrs = Attrs::parse(R"({"apiKeys":{"edges":[{"node":{"id":"1"}},null]}})").value();
  const auto rows = attrs.view().object("apiKeys")->list("edges");
  // The kinds of a list are also checked: a list of objects and a list of texts are not interchangeable.
  CHECK(wandb::detail::SelectedRows<S, ips>{attrs.page(), rows}[0] == "");
  CHECK_FALSE(wandb::detail::SelectedRows<S, edges>{attrs.page(), rows}[1].template get<"node">().has_value());
  CHECK(wandb::detail::SelectedRows<S, edges>{attrs.page(), rows}[0].template get<"node">().has_value());
}
