// Tests the way from a value to what is inside it.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/errc.hpp>
#include <wandb/value.hpp>

using wandb::SlotState;
using wandb::Value;

namespace {

namespace shapes = wandb::shapes;

constexpr auto shape = shapes::shape(
    shapes::object("viewer", shapes::string("id"), shapes::string("photoUrl"), shapes::raw("limits"),
                   shapes::list_of(shapes::string("ips")),
                   shapes::nullable_elements(shapes::list("edges", shapes::object("node", shapes::string("name")))),
                   shapes::object("defaultEntity", shapes::string("name"))));

/// The data of an answer, decoded by the shape.
Value decoded(std::string_view viewer) {
  const auto body = R"({"data":{"viewer":)" + std::string(viewer) + "}}";
  const auto answer = wandb::detail::decode(shape, wandb::SecureString(body));
  REQUIRE_FALSE(answer.decode_error);
  return {answer.page, answer.page->root()};
}
Value json(std::string_view text) {
  const auto owner = std::make_shared<const std::string>(text);
  return Value::of_json(owner, *owner);
}
std::vector<std::string> raws(const Value& list) {
  std::vector<std::string> out;
  for (const auto& element : list) out.push_back(element.raw());
  return out;
}
using Raws = std::vector<std::string>;

}  // namespace

TEST_CASE("a value leads to the members of an object") {
  const auto data = decoded(R"({"id":"u1","photoUrl":null,"defaultEntity":{"name":"red"}})");
  const auto viewer = data["viewer"];
  CHECK(viewer.is_object());
  CHECK(viewer.kind() == SlotState::object);
  CHECK(viewer["id"].as_string().value() == "u1");
  CHECK(viewer["photo_url"].is_null());
  CHECK(viewer["photoUrl"].is_null());
  CHECK_FALSE(viewer["limits"].is_loaded());
  CHECK_FALSE(viewer["nothing"].is_loaded());
  CHECK(viewer["default_entity"]["name"].as_string().value() == "red");
  CHECK(viewer.size() == 3);
  CHECK(viewer.raw() == R"({"id":"u1","photoUrl":null,"defaultEntity":{"name":"red"}})");
  CHECK(data.raw() == R"({"viewer":)" + viewer.raw() + "}");
}

TEST_CASE("a value leads to the elements of a list") {
  const auto viewer = decoded(R"({"ips":["a","b"],"edges":[{"node":{"name":"x"}},null,{"node":null}]})")["viewer"];
  CHECK(viewer["ips"].is_list());
  CHECK(viewer["ips"].size() == 2);
  CHECK(viewer["ips"][1].as_string().value() == "b");
  CHECK_FALSE(viewer["ips"][2].is_loaded());
  CHECK(viewer["edges"][0]["node"]["name"].as_string().value() == "x");
  CHECK(viewer["edges"][1].is_null());
  CHECK(viewer["edges"][2]["node"].is_null());
  CHECK(raws(viewer["ips"]) == Raws{"\"a\"", "\"b\""});
  CHECK(raws(viewer["edges"]) == Raws{R"({"node":{"name":"x"}})", "null", R"({"node":null})"});
}

TEST_CASE("nothing is inside a null, a scalar, or what was not loaded") {
  const auto viewer = decoded(R"({"id":"u1","photoUrl":null,"ips":[]})")["viewer"];
  for (const auto& value : {viewer["id"], viewer["photoUrl"], viewer["limits"], viewer["ips"]}) {
    CHECK_FALSE(value["name"].is_loaded());
    CHECK_FALSE(value[0].is_loaded());
    CHECK(value.size() == 0);
    CHECK(raws(value).empty());
  }
  CHECK_FALSE(viewer["id"].is_object());
  CHECK_FALSE(viewer["id"].is_list());
  CHECK(raws(viewer).empty());
}

TEST_CASE("JSON without a shape is read in the same way") {
  const auto value =
      json(R"( {"projectName" : "p\u00e9", "n":[1, -2.5 ,true,null,"x", [ ], {"a b":{"c":3}}], "e":{}} )");
  CHECK(value.kind() == SlotState::raw);
  CHECK(value.is_object());
  CHECK(value.size() == 3);
  CHECK(value["project_name"].as_string().value() == "p\u00e9");
  CHECK(value["projectName"].kind() == SlotState::string);
  const auto list = value["n"];
  CHECK(list.is_list());
  CHECK(list.size() == 7);
  CHECK(list[0].as_integer().value() == 1);
  CHECK(list[1].as_real().value() == -2.5);
  CHECK(list[2].as_bool().value() == true);
  CHECK(list[3].is_null());
  CHECK(list[4].as_string().value() == "x");
  CHECK(list[5].size() == 0);
  CHECK(list[6]["a b"]["c"].as_integer().value() == 3);
  CHECK_FALSE(list[7].is_loaded());
  CHECK(raws(list) == Raws{"1", "-2.5", "true", "null", "\"x\"", "[ ]", R"({"a b":{"c":3}})"});
  CHECK(value["e"].raw() == "{}");
  CHECK_FALSE(value["missing"].is_loaded());
}

TEST_CASE("a name as it stands is found if none is its camelCase, and the last of several members counts") {
  CHECK(json(R"({"photo_url":1,"photoUrl":2})")["photo_url"].as_integer().value() == 2);
  CHECK(json(R"({"photo_url":1})")["photo_url"].as_integer().value() == 1);
  CHECK(json(R"({"a":1,"a":2})")["a"].as_integer().value() == 2);
}

TEST_CASE("a number that no type holds stays JSON") {
  CHECK(json("[123456789012345678901234567890]")[0].as_real().value() > 1e29);
  CHECK(json("[1e999]")[0].kind() == SlotState::raw);
  CHECK(json("[1e999]")[0].raw() == "1e999");
}

TEST_CASE("a number in JSON is kept as the server wrote it, and read as any type that holds it") {
  for (const auto* number : {"18446744073709551615", "12345678901234567.125", "1.0", "-0", "-0.0", "1E+2", "0.10",
                             "123456789012345678901234567890", "-9223372036854775808", "7"}) {
    CAPTURE(number);
    const auto value = json(std::string(R"({"a":[)") + number + "]}");
    CHECK(value["a"][0].raw() == number);
    CHECK(value.raw() == std::string(R"({"a":[)") + number + "]}");
    CHECK(value["a"][0].as_real().value().has_value());
    CHECK_FALSE(value["a"][0].is_list());
    CHECK(value["a"][0].size() == 0);
  }
  const auto large = json("[18446744073709551615]")[0];
  CHECK(large.as<std::uint64_t>().value() == std::numeric_limits<std::uint64_t>::max());
  CHECK(large.as_integer().error() == wandb::errc::wrong_attribute_type);
  CHECK(large.kind() == SlotState::real);
  CHECK(json("[1.5]")[0].kind() == SlotState::real);
  CHECK(json("[1.5]")[0].as<float>().value() == 1.5F);
  CHECK(json("[1.0]")[0].as_integer().error() == wandb::errc::wrong_attribute_type);
  CHECK(json("[-0]")[0].as_integer().value() == 0);
  CHECK(json("[-7]")[0].kind() == SlotState::integer);
  CHECK(json("[-7]")[0].as<std::uint64_t>().error() == wandb::errc::wrong_attribute_type);
  CHECK(json("[[1]]")[0].as_real().error() == wandb::errc::wrong_attribute_type);
}

TEST_CASE("JSON that the schema describes as JSON is navigated from its field") {
  const auto viewer = decoded(R"({"limits":{"perMinute":[5,{"burst":7}]}})")["viewer"];
  CHECK(viewer["limits"].kind() == SlotState::raw);
  CHECK(viewer["limits"]["per_minute"][1]["burst"].as_integer().value() == 7);
}

TEST_CASE("a part of a value outlives the whole") {
  const auto text = json(R"({"a":["x\ny"]})")["a"][0];
  CHECK(text.as_string().value() == "x\ny");
  const auto name = decoded(R"({"defaultEntity":{"name":"red"}})")["viewer"]["defaultEntity"]["name"];
  CHECK(name.as_string().value() == "red");
}
