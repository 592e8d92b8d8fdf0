// Tests the variables of a program's own documents.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <wandb/detail/flow/check_variables.hpp>
#include <wandb/graphql/parser.hpp>
#include <wandb/secret.hpp>
#include <wandb/text.hpp>
#include <wandb/variables.hpp>

namespace {

std::string fault_of(const wandb::Variables& variables) { return variables.status().error().reason(); }

/// What is wrong with variables for a document that declares `declarations`; empty if nothing is.
std::string misfit(std::string_view declarations, const wandb::Variables& variables, bool schema_is_known = true) {
  const auto text = "query (" + std::string(declarations) + ") { f }";
  const auto ast = std::make_unique<wandb::graphql::Ast>();
  REQUIRE_FALSE(wandb::graphql::parse(text, *ast));
  const auto json = variables.json();
  const auto found = wandb::detail::VariableCheck(*ast, schema_is_known)
                         .run(ast->operation()->variables, wandb::detail::JsonValue(json));
  return found ? found->first + " " + found->second : std::string();
}

}  // namespace

TEST_CASE("variables are written as a JSON object") {
  using wandb::Variables;
  const std::string id = "a\"b\n";
  CHECK(Variables().json() == "{}");
  CHECK(Variables{{"a", "b"}}.json() == R"({"a":"b"})");
  CHECK(Variables{{"id", id}, {"first", 10}, {"admin", true}, {"name", nullptr}, {"part", 0.5}}.json() ==
        R"({"id":"a\"b\u000a","first":10,"admin":true,"name":null,"part":0.5})");
  CHECK(Variables{{"low", std::numeric_limits<std::int64_t>::min()}, {"size", id.size()}}.json() ==
        R"({"low":-9223372036854775808,"size":4})");
  CHECK(Variables{{"input", Variables{{"email", "e"}, {"admin", false}}}}.json() ==
        R"({"input":{"email":"e","admin":false}})");
  CHECK(Variables{{"a", 1},
                  {"b", 1},
                  {"c", 1},
                  {"d", 1},
                  {"e", 1},
                  {"f", 1},
                  {"g", 1},
                  {"h", 1},
                  {"i", 1},
                  {"j", 1},
                  {"k", 1},
                  {"", 2}}
            .json()
            .ends_with(R"("k":1,"":2})"));
  Variables grown;
  grown.add("a", 1).add("b", "c");
  CHECK(grown.json() == R"({"a":1,"b":"c"})");
}

TEST_CASE("lists and optional values are variables") {
  using wandb::Variables;
  const std::vector<std::string> ids{"a", "b"};
  const std::vector<std::optional<int>> gaps{1, std::nullopt};
  const std::vector<Variables> objects{{{"a", 1}}, {}};
  const std::optional<std::string_view> some("q");
  CHECK(Variables{{"ids", ids}, {"gaps", gaps}, {"o", objects}}.json() ==
        R"({"ids":["a","b"],"gaps":[1,null],"o":[{"a":1},{}]})");
  CHECK(Variables{{"ids", std::array{"a", "b"}}, {"none", std::vector<int>()}}.json() ==
        R"({"ids":["a","b"],"none":[]})");
  CHECK(Variables{{"some", some}, {"none", std::optional<int>()}}.json() == R"({"some":"q","none":null})");
}

TEST_CASE("a secret is no variable") {
  static_assert(!std::is_constructible_v<wandb::VariableValue, wandb::Secret>);
  static_assert(!std::is_constructible_v<wandb::VariableValue, wandb::SecretView>);
  static_assert(!std::is_constructible_v<wandb::VariableValue, const int*>);
  static_assert(!std::is_constructible_v<wandb::VariableValue, char>);
  static_assert(std::is_constructible_v<wandb::VariableValue, wandb::Text>);
  static_assert(std::is_trivially_destructible_v<wandb::VariableValue>);
  CHECK(wandb::Variables{{"password", wandb::Secret("p").reveal()}}.json() == R"({"password":"p"})");
}

TEST_CASE("a value that cannot be sent is named") {
  using wandb::Variables;
  CHECK(Variables{{"a", 1}}.status().has_value());
  CHECK(fault_of({{"a", 1}, {"name", "\xFF"}, {"c", "\xFF"}}) == "the variable \"name\" is not UTF-8");
  CHECK(fault_of({{"a", 1.0 / 0.0}}) == "the variable \"a\" is not a finite number");
  CHECK(fault_of({{"a", std::numeric_limits<std::uint64_t>::max()}}) == "the variable \"a\" is too large");
  CHECK(fault_of({{"input", Variables{{"email", "\xFF"}}}}) ==
        "the variable \"input\" holds something unusable: the variable \"email\" is not UTF-8");
  CHECK(fault_of({{"ids", std::array{"a", "\xFF"}}}) == "the variable \"ids\" is not UTF-8");
}

TEST_CASE("variables are read from a JSON object") {
  using wandb::Variables;
  CHECK(Variables::parse(R"( {"a": [1, {"b": null}]} )").value().json() == R"({"a": [1, {"b": null}]})");
  CHECK(Variables::parse("{ }").value().json() == "{}");
  CHECK(Variables::parse(R"({"a":1})").value().add("b", 2).json() == R"({"a":1,"b":2})");
  for (const std::string_view text : {"", " ", "[1]", "null", "{", "{\"a\":}", "{\"a\":1} x", "{\"a\":\"\xFF\"}"}) {
    CAPTURE(text);
    CHECK(Variables::parse(text).error() == wandb::errc::invalid_argument);
  }
  const auto error = Variables::parse(R"({"password": "hunter2 and more" x})").error();
  CHECK(error.message().find("hunter2") == std::string::npos);
}

TEST_CASE("variables are held against the names that a document declares") {
  CHECK(misfit("$a: String, $b: Int! = 1, $c: ID!", {{"c", "x"}}).empty());
  CHECK(misfit("$id: ID!", {{"id", "x"}, {"idd", "x"}}) == "the variable \"idd\" is not declared by the document");
  CHECK(misfit("$id: ID!, $ids: [ID!]!", {{"id", "x"}}) == "the variable \"ids\" is missing, and its type is [ID!]!");
  CHECK(misfit("$id: ID!", {{"id", nullptr}}) == "the variable \"id\" is null, and its type is ID!");
  CHECK(misfit("$id: ID", {{"id", "x"}, {"id", "y"}}) == "the variable \"id\" is given twice");
}

TEST_CASE("variables are held against the types that a document declares") {
  CHECK(misfit("$n: Int", {{"n", "10"}}) == "the variable \"n\" does not fit its type Int");
  CHECK(misfit("$n: Int", {{"n", 2147483648}}) == "the variable \"n\" does not fit its type Int");
  CHECK(misfit("$n: Int", {{"n", 0.5}}) == "the variable \"n\" does not fit its type Int");
  CHECK(misfit("$n: Int, $f: Float, $d: ID", {{"n", -1}, {"f", 1}, {"d", 1}}).empty());
  CHECK(misfit("$s: String", {{"s", true}}) == "the variable \"s\" does not fit its type String");
  CHECK(misfit("$b: Boolean!", {{"b", "true"}}) == "the variable \"b\" does not fit its type Boolean!");
  CHECK(misfit("$t: DateTime", {{"t", 1}}) == "the variable \"t\" does not fit its type DateTime");
  CHECK(misfit("$j: JSON", {{"j", std::array{1, 2}}}).empty());
  CHECK(misfit("$ids: [ID!]", {{"ids", "one"}}).empty());
  CHECK(misfit("$ids: [ID!]", {{"ids", std::array{std::optional("a"), std::optional<const char*>()}}}) ==
        "the variable \"ids[1]\" is null, and its type is ID!");
  CHECK(misfit("$ids: [ID!]", {{"ids", std::array{1.5}}}) == "the variable \"ids[0]\" does not fit its type ID!");
}

TEST_CASE("a name that comes twice is refused in every object") {
  using wandb::Variables;
  const Variables twice{{"email", "a"}, {"admin", true}, {"email", "b"}};
  CHECK(misfit("$input: CreateUserInput!", {{"input", twice}}) ==
        "the variable \"input\" has the field \"email\" twice");
  CHECK(misfit("$j: JSON", {{"j", Variables{{"a", std::array{Variables{}, twice}}}}}) ==
        "the variable \"j.a[1]\" has the field \"email\" twice");
  CHECK(misfit("$x: Unknown", {{"x", twice}}, false) == "the variable \"x\" has the field \"email\" twice");
  CHECK(misfit("$j: JSON", Variables::parse(R"({"j":[{"a":1,"\u0061":2}]})").value()) ==
        "the variable \"j[0]\" has the field \"a\" twice");
  CHECK(misfit("$j: JSON", {{"j", Variables{{"a", Variables{{"a", 1}}}, {"b", Variables{{"a", 1}}}}}}).empty());
}

TEST_CASE("input objects are held against the schema") {
  using wandb::Variables;
  constexpr auto declared = "$input: CreateUserInput!";
  CHECK(misfit(declared, {{"input", Variables{{"email", "e"}}}}).empty());
  CHECK(misfit(declared, {{"input", Variables{{"admin", true}}}}) ==
        "the variable \"input\" lacks the field \"email\" of CreateUserInput");
  CHECK(misfit(declared, {{"input", Variables{{"email", 1}}}}) ==
        "the variable \"input.email\" does not fit its type String!");
  CHECK(misfit(declared, {{"input", Variables{{"email", "e"}, {"emial", "e"}}}}) ==
        "the variable \"input\" has a field \"emial\", which CreateUserInput does not have");
  CHECK(misfit(declared, {{"input", "e"}}) == "the variable \"input\" does not fit its type CreateUserInput");
  CHECK(misfit(declared, {{"input", Variables{{"new", 1}}}}, false).empty());
  CHECK(misfit("$x: Unknown, $n: Int", {{"x", 1}, {"n", "1"}}, false) ==
        "the variable \"n\" does not fit its type Int");
}
