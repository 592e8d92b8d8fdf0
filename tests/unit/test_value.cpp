#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

#include <wandb/attrs.hpp>
#include <wandb/value.hpp>

using wandb::AttributeType;
using wandb::errc;
using wandb::SlotState;
using wandb::Value;

namespace {

Value value_of(std::string_view json) {
  const auto attrs = wandb::Attrs::parse("{\"it\":" + std::string(json) + "}").value();
  return Value(attrs.page(), attrs.view(), *attrs.view().field("it"));
}
std::string printed(const Value& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace

TEST_CASE("a value tells unloaded, null and something apart") {
  const Value unloaded;
  CHECK_FALSE(unloaded.is_loaded());
  CHECK_FALSE(unloaded.is_null());
  CHECK_FALSE(unloaded.has_value());
  CHECK_FALSE(unloaded);
  const auto null = value_of("null");
  CHECK(null.is_loaded());
  CHECK(null.is_null());
  CHECK_FALSE(null);
  const auto text = value_of("\"\"");
  CHECK(text.is_loaded());
  CHECK(text);
  CHECK(text.kind() == SlotState::string);
}

TEST_CASE("a value reads as what it is") {
  const auto text = value_of("\"Ann\"");
  CHECK(text.as_string().value() == "Ann");
  CHECK(value_of("true").as_bool().value() == true);
  CHECK(value_of("-7").as_integer().value() == -7);
  CHECK(value_of("1.5").as_real().value() == 1.5);
  CHECK(value_of("3").as_real().value() == 3.0);
  CHECK(value_of("3").as<int>().value() == 3);
}

TEST_CASE("null reads as nothing, of whatever type") {
  CHECK(value_of("null").as_bool().value() == std::nullopt);
  CHECK(value_of("null").as_string().value() == std::nullopt);
  CHECK(value_of("null").as_integer().value() == std::nullopt);
}

TEST_CASE("what was not loaded is an error") {
  CHECK(Value().as_bool().error() == errc::attribute_not_loaded);
  CHECK(Value().as_string().error() == errc::attribute_not_loaded);
}

TEST_CASE("another type is an error that names the attribute") {
  const auto refused = value_of("\"true\"").as_bool();
  CHECK(refused.error() == errc::wrong_attribute_type);
  CHECK(refused.error().reason() == "the attribute \"it\" holds something of another type");
  CHECK(value_of("1").as_bool().error() == errc::wrong_attribute_type);
  CHECK(value_of("1").as_string().error() == errc::wrong_attribute_type);
  CHECK(value_of("1.0").as_integer().error() == errc::wrong_attribute_type);
  CHECK(value_of("true").as_integer().error() == errc::wrong_attribute_type);
  CHECK(value_of("{}").as_string().error() == errc::wrong_attribute_type);
}

TEST_CASE("a number that does not fit is an error") {
  CHECK(value_of("256").as<std::uint8_t>().error() == errc::wrong_attribute_type);
  CHECK(value_of("-1").as<unsigned>().error() == errc::wrong_attribute_type);
  CHECK(value_of("255").as<std::uint8_t>().value() == 255);
}

TEST_CASE("an attribute is read as any number, a truth or a text, and as no character") {
  static_assert(AttributeType<bool> && AttributeType<std::string> && AttributeType<std::string_view>);
  static_assert(AttributeType<float> && AttributeType<double> && AttributeType<long double>);
  static_assert(AttributeType<signed char> && AttributeType<unsigned char> && AttributeType<short> &&
                AttributeType<unsigned short> && AttributeType<int> && AttributeType<unsigned> && AttributeType<long> &&
                AttributeType<unsigned long> && AttributeType<long long> && AttributeType<unsigned long long>);
  static_assert(!AttributeType<char> && !AttributeType<wchar_t> && !AttributeType<char8_t> &&
                !AttributeType<char16_t> && !AttributeType<char32_t>);
  static_assert(!AttributeType<const int> && !AttributeType<volatile double> && !AttributeType<const bool> &&
                !AttributeType<int&> && !AttributeType<const char*> && !AttributeType<std::nullptr_t>);
  CHECK(value_of("127").as<signed char>().value() == 127);
  CHECK(value_of("128").as<signed char>().error() == errc::wrong_attribute_type);
  CHECK(value_of("255").as<unsigned char>().value() == 255);
  CHECK(value_of("-1").as<unsigned char>().error() == errc::wrong_attribute_type);
  CHECK(value_of("-1").as<unsigned long long>().error() == errc::wrong_attribute_type);
  CHECK(value_of("7").as<short>().value() == 7);
  CHECK(value_of("1.5").as<long double>().value() == 1.5L);
}

TEST_CASE("a view is of a value that stays, a temporary gives a string") {
  static_assert(
      std::is_same_v<decltype(std::declval<const Value&>().as_string())::value_type, std::optional<std::string_view>>);
  static_assert(std::is_same_v<decltype(std::declval<Value>().as_string())::value_type, std::optional<std::string>>);
}

TEST_CASE("a value outlives the attributes it came from") {
  const auto value = [] { return value_of("\"a text that does not fit into a string object\""); }();
  CHECK(value.as_string().value() == "a text that does not fit into a string object");
}

TEST_CASE("a value of its own text stands on its owner") {
  auto text = std::make_shared<const std::string>("changed");
  const std::weak_ptr<const std::string> watch = text;
  {
    const std::string_view view = *text;
    const Value value(std::move(text), wandb::Slot::string(view));
    CHECK(value.as_string().value() == "changed");
    CHECK_FALSE(watch.expired());
  }
  CHECK(watch.expired());
}

TEST_CASE("raw is the JSON of any value") {
  for (const char* json : {"null", "true", "false", "-7", "1.5", "\"a\\\"b\\\\\\u0001\"", R"({"a" : [1,"}"]})", "[]"}) {
    CAPTURE(json);
    CHECK(value_of(json).raw() == json);
  }
  CHECK(Value().raw() == "");
}

TEST_CASE("an object that was taken apart is written again") {
  const std::string json =
      R"({"edges":[{"node":{"id":"1","name":"k","description":null}},null,{}],"pageInfo":{"hasNextPage":true}})";
  const auto attrs = wandb::Attrs::parse(R"({"apiKeys":)" + json + "}").value();
  CHECK(Value(attrs.page(), attrs.view(), *attrs.view().field("apiKeys")).raw() == json);
  const auto empty = wandb::Attrs::parse(R"({"apiKeys":{},"teams":{"edges":[]}})").value();
  CHECK(Value(empty.page(), empty.view(), *empty.view().field("apiKeys")).raw() == "{}");
  CHECK(Value(empty.page(), empty.view(), *empty.view().field("teams")).raw() == R"({"edges":[]})");
}

TEST_CASE("a value prints for a person") {
  CHECK(printed(Value()) == "(not loaded)");
  CHECK(printed(value_of("null")) == "null");
  CHECK(printed(value_of("\"a\\nb\\u001b[2J\\u202ec\"")) == "a b [2J c");
  CHECK(printed(value_of("true")) == "true");
  CHECK(printed(value_of("12")) == "12");
  CHECK(printed(value_of("{\"a\":1}")) == "{\"a\":1}");
}

TEST_CASE("a value that looks like a key prints masked") {
  const std::string key(40, 'a');
  CHECK(printed(value_of("\"" + key + "\"")) == "****");
  CHECK(printed(value_of("{\"a\":\"" + key + "\"}")) == R"({"a":"****"})");
  const auto attrs = wandb::Attrs::parse(R"({"apiKeys":{"edges":[{"node":{"name":")" + key + "\"}}]}}").value();
  CHECK(printed(Value(attrs.page(), attrs.view(), *attrs.view().field("apiKeys"))).find(key) == std::string::npos);
}
