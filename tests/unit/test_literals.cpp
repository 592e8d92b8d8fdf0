// Tests the formats that the library reads and writes: GraphQL's literals, UTF-8, dates.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <wandb/detail/text/json_text.hpp>
#include <wandb/graphql/parser.hpp>
#include <wandb/graphql/validate.hpp>
#include <wandb/retry_after.hpp>

using namespace std::chrono_literals;

namespace {

std::string verdict(std::string_view source) {
  const auto ast = std::make_unique<wandb::graphql::Ast>();
  auto fault = wandb::graphql::parse(source, *ast);
  if (!fault) fault = wandb::graphql::validate(*ast);
  return fault ? describe(*fault) : "";
}
std::string given(std::string_view first) {
  return verdict("{users(first: " + std::string(first) + "){edges{cursor}}}");
}

}  // namespace

TEST_CASE("a number is read by GraphQL's rules") {
  CHECK(given("-0") == "");
  for (const auto* real : {"1.5", "-0.5e3", "1E+2", "1e-2"})
    CHECK(given(real) == "wrong type for '" + std::string(real) + "' on Int");
  for (const auto* wrong : {"-", "1.", "1.e3", "1e", "1e+", "1.5x", "1.2.3", "0xA"}) {
    CAPTURE(wrong);
    CHECK(given(wrong).starts_with("syntax error"));
  }
}

TEST_CASE("a block string ends at three quotes that are not escaped") {
  CHECK(verdict("{viewer(entityName: \"\"\"a \"quoted\" \\\"\"\" word\"\"\"){id}}") == "");
  CHECK(verdict("{viewer(entityName: \"\"\"\"\"\"){id}}") == "");
  CHECK(verdict("{viewer(entityName: \"\"\"a\\\"\"\"){id}}").starts_with("syntax error"));
  CHECK(given("\"\"\"1\"\"\"") == "wrong type for '1' on Int");
}

TEST_CASE("types, objects and lists of a document are held against the schema") {
  CHECK(verdict("query Q($x: Usr){viewer{id}}").starts_with("unknown type"));
  CHECK(verdict("query Q($x: [ID!]! = [\"a\", 5]){users(ids: $x){edges{cursor}}}") == "");
  CHECK(verdict("query Q($x: [ID!] = [true]){users(ids: $x){edges{cursor}}}") == "wrong type for 'true' on ID");
  CHECK(verdict("query Q($x: [ID] = [\"a\"]){users(ids: $x){edges{cursor}}}") == "wrong type for 'x' on ID");
  CHECK(verdict("query Q($x: ID = null){user(id: $x){id}}") == "");
  CHECK(verdict("{users(ids: [null]){edges{cursor}}}") == "wrong type for 'null' on ID");
  CHECK(verdict("{viewer{...F}} fragment F on Nothing{id}").starts_with("unknown type 'Nothing'"));
  CHECK(verdict("{viewer{... on Nothing{id}}}") == "unknown type 'Nothing'");
}

TEST_CASE("UTF-8 is text in its shortest form, without surrogates") {
  for (const auto* text : {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF"}) {
    CAPTURE(text);
    CHECK(wandb::detail::is_utf8(text));
  }
  for (const auto* bytes : {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xE2\x28\xA1", "a\xFF"}) {
    CAPTURE(std::string(bytes).size());
    CHECK_FALSE(wandb::detail::is_utf8(bytes));
  }
}

TEST_CASE("`Retry-After` is a number of seconds or a date, and nothing else") {
  const std::chrono::sys_seconds now(std::chrono::sys_days(std::chrono::year(2026) / 11 / 25));
  const auto wait = [&](std::string_view text) { return wandb::parse_retry_after(text, now); };
  CHECK(wait("Wed, 25 Nov 2026 00:01:00 GMT") == 1min);
  CHECK(wait("Wednesday, 25-Nov-26 00:00:09 GMT") == 9s);
  CHECK(wait("Wed Nov 25 00:00:30 2026") == 30s);
  CHECK(wait("Friday, 25-Nov-77 00:00:00 GMT") == 0s);  // the date is more than 50 years ahead, so that it means 1977
  for (const auto* wrong :
       {"", "-1", "1.", "1x", "Wed, 25 Nov 2026 00:01:00", "Wed, 31 Feb 2026 00:00:00 GMT",
        "Wed, 25 Foo 2026 00:00:00 GMT", "Wed, 25 Nov 2026 24:00:00 GMT", "Wed, 25 Nov 2026 00-01-00 GMT", "Wed, x",
        "Wed Nov", "Nov", "Wed Nov 25 00:00:30 26", "Wed, 25 Nov 20x6 00:01:00 GMT", "Wed, 25 Nov 2026 00:61:00 GMT"}) {
    CAPTURE(wrong);
    CHECK_FALSE(wait(wrong).has_value());
  }
}
