#include <sys/mman.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <wandb/attrs.hpp>
#include <wandb/detail/answer/attribute_names.hpp>
#include <wandb/detail/answer/attributes.hpp>

using wandb::Attrs;
using wandb::AttrValue;
using wandb::errc;
using wandb::SlotState;
using wandb::detail::equals_camel;
using wandb::detail::find_attribute;

TEST_CASE("attributes by hand are kept by their types") {
  const std::string name = "Ann";
  const Attrs attrs{{"email", "ann@example.com"},
                    {"name", name},
                    {"entity", std::string_view("team")},
                    {"admin", true},
                    {"totalRuns", 12u},
                    {"score", 1.5},
                    {"deletedAt", nullptr}};
  const auto user = attrs.view();
  CHECK(user.string("email") == "ann@example.com");
  CHECK(user.string("name") == "Ann");
  CHECK(user.string("entity") == "team");
  CHECK(user.boolean("admin") == true);
  CHECK(user.integer("totalRuns") == 12);
  CHECK(user.real("score") == 1.5);
  CHECK(user.state("deletedAt") == SlotState::null);
  CHECK(user.state("username") == SlotState::unloaded);
}

TEST_CASE("attributes by hand own their text") {
  std::string email = "a text that does not fit into a string object";
  const Attrs attrs{{"email", email}, {"name", ""}};
  email.assign(email.size(), 'x');
  CHECK(attrs.view().string("email") == "a text that does not fit into a string object");
  CHECK(attrs.view().string("name") == "");
}

TEST_CASE("of an attribute that is given twice the last counts") {
  const Attrs attrs{{"a", "first"}, {"b", "between"}, {"a", 2}};
  CHECK(attrs.view().integer("a") == 2);
  CHECK(attrs.view().string("b") == "between");
  CHECK(attrs.view().fields().size() == 2);
}

TEST_CASE("one attribute, or none, is no copy of other attributes") {
  CHECK(Attrs{{"email", "ann@example.com"}}.view().string("email") == "ann@example.com");
  CHECK(Attrs{{{"email", "ann@example.com"}}}.view().string("email") == "ann@example.com");
  CHECK(Attrs{}.view().fields().empty());
  CHECK(Attrs().view().state("id") == SlotState::unloaded);
}

TEST_CASE("attributes may come from a list that is made at run time") {
  std::vector<Attrs::Attr> list;
  list.emplace_back("email", "ann@example.com");
  list.emplace_back("admin", false);
  const Attrs attrs{std::span<const Attrs::Attr>(list)};
  CHECK(attrs.view().boolean("admin") == false);
}

namespace {

std::vector<std::string> many_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i != count; ++i) names.push_back("name" + std::to_string((i * 7919) % count));
  return names;
}

// Adds each name with its index as the value, and once more with the index doubled.
std::vector<Attrs::Attr> twice(const std::vector<std::string>& names) {
  std::vector<Attrs::Attr> list;
  for (const std::int64_t times : {1, 2}) {
    std::int64_t at = 0;
    for (const auto& name : names) list.emplace_back(name, times * at++);
  }
  return list;
}

// Compares, and counts the comparisons.
struct Counting {
  std::size_t* count;
  bool operator()(std::string_view a, std::string_view b) const {
    ++*count;
    return a < b;
  }
};

}  // namespace

TEST_CASE("as many attributes as there may be are made, in their order") {
  for (const std::size_t count : {60'000U, 65'535U}) {
    const auto names = many_names(count);
    const auto list = twice(names);
    const Attrs attrs{std::span<const Attrs::Attr>(list)};
    CHECK(attrs.status().has_value());
    const auto view = attrs.view();
    REQUIRE(view.fields().size() == count);
    std::size_t right = 0;
    for (std::size_t i = 0; i != count; ++i) {
      const auto& field = view.fields()[i];
      right += field.key == names[i] && view.slot(field).integer() == static_cast<std::int64_t>(2 * i) ? 1 : 0;
    }
    CHECK(right == count);
  }
}

TEST_CASE("more attributes than there may be are misuse") {
  for (const std::size_t count : {65'536U, 70'000U}) {
    const auto names = many_names(count);
    const auto list = twice(names);
    CHECK_THROWS_AS(static_cast<void>(Attrs(std::span<const Attrs::Attr>(list))), std::invalid_argument);
  }
}

#if SIZE_MAX > UINT32_MAX
TEST_CASE("a text that is longer than an attribute can hold is misuse") {
  // Makes that many pages, none of which is ever written.
  const auto size = (std::size_t{1} << 32) + 5;
  void* const pages = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(pages != MAP_FAILED);
  const std::string_view text(static_cast<const char*>(pages), size);
  CHECK_THROWS_AS((static_cast<void>(Attrs{{"a", text}, {"b", "x"}})), std::invalid_argument);
  CHECK(Attrs{{"a", text}, {"a", "x"}}.view().string("a") == "x");
  CHECK(Attrs::parse(text).error() == errc::invalid_argument);
  ::munmap(pages, size);
}
#endif

TEST_CASE("the places of names are found in n log n comparisons") {
  for (const std::size_t count : {1'000U, 60'000U}) {
    for (const bool sorted : {false, true}) {
      auto names = many_names(count);
      if (sorted) std::sort(names.begin(), names.end());
      std::vector<std::string_view> views(names.begin(), names.end());
      views.insert(views.end(), names.begin(), names.end());
      std::size_t comparisons = 0;
      const auto found = wandb::detail::distinct(views, Counting{&comparisons});
      REQUIRE(found.size() == count);
      std::size_t right = 0;
      for (std::size_t i = 0; i != count; ++i) right += found[i].first == i && found[i].last == i + count ? 1 : 0;
      CHECK(right == count);
      CHECK(comparisons < 4 * views.size() * static_cast<std::size_t>(std::bit_width(views.size())));
    }
  }
}

TEST_CASE("parsed attributes that come again and again are compared with few others") {
  std::string json = "{";
  for (int i = 0; i != 1000; ++i) json += "\"a" + std::to_string(i) + "\":1,";
  for (int i = 0; i != 20'000; ++i) json += "\"a" + std::to_string(i * 617 % 1000) + "\":2,";
  json += "\"a0\":3}";
  std::size_t comparisons = 0;
  const auto found = wandb::detail::attributes_of(wandb::detail::JsonValue(json), 1000, Counting{&comparisons});
  CHECK(found.size() == 1000);
  CHECK(comparisons < 21'000 * 12);
  const auto attrs = Attrs::parse(json).value();
  CHECK(attrs.view().fields().size() == 1000);
  CHECK(attrs.view().integer("a0") == 3);
  CHECK(attrs.view().integer("a999") == 2);
}

TEST_CASE("a pointer is no truth, and an unsigned 64-bit integer no attribute") {
  static_assert(!std::is_convertible_v<int*, AttrValue>);
  static_assert(!std::is_convertible_v<std::uint64_t, AttrValue>);
  static_assert(std::is_convertible_v<std::int64_t, AttrValue> && std::is_convertible_v<bool, AttrValue>);
}

TEST_CASE("a character is no number, and a number of one byte no character") {
  static_assert(!std::is_convertible_v<char, AttrValue> && !std::is_convertible_v<wchar_t, AttrValue>);
  static_assert(!std::is_convertible_v<char8_t, AttrValue> && !std::is_convertible_v<char16_t, AttrValue> &&
                !std::is_convertible_v<char32_t, AttrValue>);
  const Attrs attrs{{"a", static_cast<signed char>(-5)}, {"b", std::uint8_t{200}}};
  CHECK(attrs.view().integer("a") == -5);
  CHECK(attrs.view().integer("b") == 200);
}

TEST_CASE("attributes are parsed by their types") {
  const auto attrs = Attrs::parse(
      R"({"id":"VX","n":3,"r":1.5,"big":18446744073709551615,"b":false,"nul":null,"o":{"a":[1]},"l":[1, 2]})");
  REQUIRE(attrs.has_value());
  const auto user = attrs->view();
  CHECK(user.string("id") == "VX");
  CHECK(user.integer("n") == 3);
  CHECK(user.real("r") == 1.5);
  CHECK(user.real("big") == 18446744073709551615.0);
  CHECK(user.boolean("b") == false);
  CHECK(user.state("nul") == SlotState::null);
  CHECK(user.raw("o") == R"({"a":[1]})");
  CHECK(user.raw("l") == "[1, 2]");
}

TEST_CASE("keys and teams are parsed as connections") {
  const auto attrs =
      Attrs::parse(R"({"apiKeys":{"edges":[{"node":{"id":"1","name":"k","description":null,"x":1}},{"node":null}],)"
                   R"("pageInfo":{"endCursor":"c","hasNextPage":true}},"teams":{"edges":[{"node":{"name":"t"}}]}})");
  REQUIRE(attrs.has_value());
  const auto keys = attrs->view().object("apiKeys");
  REQUIRE(keys->list("edges").size() == 2);
  CHECK(keys->list("edges")[0].object("node")->string("name") == "k");
  CHECK_FALSE(keys->list("edges")[1].object("node"));
  CHECK(keys->object("pageInfo")->boolean("hasNextPage") == true);
  CHECK(attrs->view().object("teams")->list("edges")[0].object("node")->string("name") == "t");
}

TEST_CASE("a connection that is null, or a list, is kept as it is") {
  const auto attrs = Attrs::parse(R"({"apiKeys":null,"teams":["a"]})");
  REQUIRE(attrs.has_value());
  CHECK(attrs->view().state("apiKeys") == SlotState::null);
  CHECK(attrs->view().raw("teams") == R"(["a"])");
}

TEST_CASE("escaped names and values are parsed") {
  const auto attrs = Attrs::parse(R"({"na\u006de":"A\u00e9","o\n":{"a":1},"\"":[2]})");
  REQUIRE(attrs.has_value());
  CHECK(attrs->view().string("name") == "A\u00e9");
  CHECK(attrs->view().raw("o\n") == R"({"a":1})");
  CHECK(attrs->view().raw("\"") == "[2]");
}

TEST_CASE("of an attribute that is parsed twice the last counts") {
  CHECK(Attrs::parse(R"({"a":"x","a":"y"})")->view().string("a") == "y");
  CHECK(Attrs::parse(R"({"a":null,"a":"y"})")->view().string("a") == "y");
  CHECK(Attrs::parse(R"({"a":"x","a":null})")->view().state("a") == SlotState::null);
}

TEST_CASE("no attributes can be parsed") { CHECK(Attrs::parse(" {} ")->view().fields().empty()); }

TEST_CASE("what is no object is refused, with its reason and place") {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"", "it is empty"},
      {"[]", "it is not an object"},
      {"5", "it is not an object"},
      {"\"a\"", "it is not an object"},
      {"{", "it breaks off after 1 bytes"},
      {R"({"a":1} x)", "text follows its end at byte 8: `x`"},
      {R"({"a":})", "at a: it is not JSON at byte 5: `}`"},
      {R"({"apiKeys":{"edges":[{},{"node":{"id":5}}]}})", "at apiKeys.edges[1].node.id: it is not a string"},
  };
  for (const auto& one : cases) {
    const auto json = one.first;
    const auto reason = one.second;
    CAPTURE(json);
    const auto refused = Attrs::parse(json);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::invalid_argument);
    CHECK(refused.error().reason() == "the attributes are not usable: " + std::string(reason));
  }
}

TEST_CASE("attributes that break off at any byte are refused") {
  const std::string json =
      R"({"id":"V\n","n":-3.5e1,"o":{"a":["}"]},"apiKeys":{"edges":[{"node":{"id":"1"}}]},"t":true,"z":null})";
  REQUIRE(Attrs::parse(json).has_value());
  for (std::size_t length = 0; length != json.size(); ++length) {
    CAPTURE(length);
    REQUIRE(Attrs::parse(std::string_view(json).substr(0, length)).error() == errc::invalid_argument);
  }
}

TEST_CASE("more attributes than any user has are refused") {
  const auto many = [](int count) {
    std::string json = "{";
    for (int i = 0; i != count; ++i) json += (i ? ",\"a" : "\"a") + std::to_string(i) + "\":1";
    return Attrs::parse(json + "}");
  };
  CHECK(many(1000)->view().integer("a999") == 1);
  CHECK(many(1001).error() == errc::invalid_argument);
  CHECK(many(70000).error() == errc::invalid_argument);
}

TEST_CASE("snake_case is camelCase with other means") {
  static_assert(equals_camel("photo_url", "photoUrl") && equals_camel("created_at", "createdAt"));
  static_assert(equals_camel("id", "id") && equals_camel("photoUrl", "photoUrl"));
  static_assert(equals_camel("line_2_text", "line2Text"));
  static_assert(equals_camel("__typename", "__typename") && equals_camel("_a", "_a") && equals_camel("a_", "a_"));
  static_assert(!equals_camel("photo_url", "photo_url") && !equals_camel("photo_url", "photoUr"));
  static_assert(!equals_camel("photo_url", "photoUrls") && !equals_camel("", "a") && equals_camel("", ""));
}

TEST_CASE("an attribute is found in camelCase first, then as it is named") {
  const Attrs attrs{{"photo_url", "snake"}, {"photoUrl", "camel"}, {"only_snake", "s"}, {"Name", "upper"}};
  const auto found = [&](std::string_view name) -> std::string {
    const auto* field = find_attribute(attrs.view(), name);
    return field == nullptr ? "none" : std::string(attrs.view().slot(*field).text());
  };
  CHECK(found("photo_url") == "camel");
  CHECK(found("photoUrl") == "camel");
  CHECK(found("only_snake") == "s");
  CHECK(found("onlySnake") == "none");
  CHECK(found("name") == "none");
  CHECK(found("") == "none");
}
