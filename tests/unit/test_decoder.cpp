#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "page_shapes.hpp"

using namespace page_shapes;
using wandb::SlotState;

namespace {

// Holds everything that the shape knows, with escapes, lists, raw values and fields that were not requested.
const std::string good =
    R"({"extensions":{"a":[{},"\"}"]},"data":{"users":{"edges":[{"node":{"id":"VX\u00e9","name":"A \"B\"",)"
    R"("admin":true,"totalRuns":12,"score":-1.5e2,"limits":{"a":["]",{"b":"\\"}]},"ips":["1","\u0032"],)"
    R"("counts":[1,null],"apiKeys":{"edges":[{"node":{"id":"1","name":"k"}}],"pageInfo":{"endCursor":null,)"
    R"("hasNextPage":false}}}},null],"pageInfo":{"hasNextPage":true}},"version":"v"},"errors":[{"message":"m",)"
    R"("path":["users","edges",1,"node"],"extensions":{"code":"FORBIDDEN"}}]})";

}  // namespace

TEST_CASE("the whole of an answer arrives") {
  const auto decoded = decode(good);
  REQUIRE(wrong(decoded) == "");
  REQUIRE(decoded.page);
  REQUIRE(edges(decoded).size() == 2);
  const auto user = node(decoded);
  CHECK(user.string("id") == "VX\u00e9");
  CHECK(user.string("name") == "A \"B\"");
  CHECK(user.boolean("admin") == true);
  CHECK(user.integer("totalRuns") == 12);
  CHECK(user.real("score") == -150.0);
  CHECK(user.raw("limits") == R"({"a":["]",{"b":"\\"}]})");
  CHECK(user.list("ips").string(1) == "2");
  CHECK(user.list("counts").is_null(1));
  CHECK(user.object("apiKeys")->list("edges")[0].object("node")->string("name") == "k");
  CHECK(user.object("apiKeys")->object("pageInfo")->state("endCursor") == SlotState::null);
  CHECK(edges(decoded).is_null(1));
  CHECK(decoded.page->root().object("users")->object("pageInfo")->boolean("hasNextPage") == true);
  CHECK(decoded.page->root().string("version") == "v");
  REQUIRE(decoded.errors.size() == 1);
  CHECK(decoded.errors[0].code == "FORBIDDEN");
}

TEST_CASE("an answer that breaks off at any byte is malformed, and gives no page") {
  for (std::size_t length = 0; length != good.size(); ++length) {
    CAPTURE(length);
    const auto decoded = decode(std::string_view(good).substr(0, length));
    REQUIRE(decoded.decode_error);
    REQUIRE_FALSE(decoded.page);
  }
}

TEST_CASE("an answer with any byte changed is decoded or malformed, and never more") {
  for (std::size_t at = 0; at != good.size(); ++at) {
    for (const char c : {'\0', '"', '{', '}', '[', ']', ',', ':', '\\', '0', '\xFF'}) {
      auto body = good;
      body[at] = c;
      const auto decoded = decode(body);
      REQUIRE((decoded.page != nullptr || decoded.decode_error || !decoded.errors.empty()));
    }
  }
}

TEST_CASE("a break tells how far the answer came") {
  CHECK(wrong(decode(R"({"data":{"users":{"edges":[{"node":{"id":"a"}},{"node":{"id":"b)")) ==
        "users.edges[1].node.id: it breaks off after 63 bytes");
}

TEST_CASE("fields may come in any order") {
  const auto decoded = decode_node(R"({"limits":1,"totalRuns":3,"name":"n","admin":false,"id":"i"})");
  const auto user = node(decoded);
  CHECK(user.string("id") == "i");
  CHECK(user.string("name") == "n");
  CHECK(user.boolean("admin") == false);
  CHECK(user.integer("totalRuns") == 3);
  CHECK(user.raw("limits") == "1");
}

TEST_CASE("data and errors may come in any order") {
  const auto decoded = decode(R"({"errors":[{"message":"m"}],"data":{"version":"1"},"error":"e"})");
  CHECK(decoded.page->root().string("version") == "1");
  REQUIRE(decoded.errors.size() == 2);
  CHECK(decoded.errors[0].message == "m");
  CHECK(decoded.errors[1].message == "e");
}

TEST_CASE("what nobody asked for is skipped, whatever it is") {
  const auto decoded = decode_node(
      R"({"x":{"id":"no","y":[{"id":"no"}]},"id":"i","z":[[],{},"s\n",1,1.5,true,null],"w":"\u00e9","name":"n"})");
  CHECK(node(decoded).string("id") == "i");
  CHECK(node(decoded).string("name") == "n");
  CHECK(decode(R"({"x":1e999,"data":{"version":"1","y":18446744073709551615}})").page);
}

TEST_CASE("of a field that comes twice the last counts") {
  const auto decoded = decode_node(R"({"id":"1","ips":["a","b"],"id":"2","ips":["c"],"name":"x","name":null})");
  CHECK(node(decoded).string("id") == "2");
  REQUIRE(node(decoded).list("ips").size() == 1);
  CHECK(node(decoded).list("ips").string(0) == "c");
  CHECK(node(decoded).state("name") == SlotState::null);
}

TEST_CASE("an object that comes twice begins anew") {
  const auto keys =
      decode_node(R"({"id":"1","apiKeys":{"edges":[{"node":{"id":"k"}}],"pageInfo":{"hasNextPage":true}},)"
                  R"("apiKeys":{"edges":[]}})");
  CHECK(node(keys).object("apiKeys")->list("edges").empty());
  CHECK(node(keys).object("apiKeys")->state("pageInfo") == SlotState::unloaded);
  const auto data = decode(R"({"data":{"users":{"edges":[]},"version":"1"},"data":{"version":"2"}})");
  CHECK(data.page->root().state("users") == SlotState::unloaded);
  CHECK(data.page->root().string("version") == "2");
}

TEST_CASE("escapes are resolved, in keys too") {
  const auto decoded =
      decode_node(R"({"\u0069d":"\"\\\/\b\f\n\r\t","na\u006de":"\u00e9\u20ac\ud83d\ude00","x\u0079":"skip"})");
  CHECK(node(decoded).string("id") == "\"\\/\b\f\n\r\t");
  CHECK(node(decoded).string("name") == "\u00e9\u20ac\U0001F600");
}

TEST_CASE("a long text with escapes arrives whole") {
  std::string text;
  std::string json;
  for (int i = 0; i != 20000; ++i) {
    text += i % 97 == 0 ? "\n" : "x";
    json += i % 97 == 0 ? "\\n" : "x";
  }
  const auto decoded = decode_node(R"({"id":")" + json + R"(","name":"\t)" + json + R"("})");
  CHECK(node(decoded).string("id") == text);
  CHECK(node(decoded).string("name") == "\t" + text);
}

TEST_CASE("half a surrogate pair, a control character and broken UTF-8 are malformed") {
  for (const char* text : {"\\ud83d", "\\ude00", "\\ud83d\\u0041", "\x01", "\xC3", "\xFF", "\\x", "\\u12"}) {
    CAPTURE(text);
    CHECK(decode_node("{\"id\":\"" + std::string(text) + "\"}").decode_error);
  }
}

TEST_CASE("a raw value is the text as it came") {
  for (const char* json :
       {R"({"a":"}","b":["\"]",{}]})", R"([1,[2,"]"]])", R"("a\"b")", R"("\u00e9")", "\"\"", "-1.50e+2", "true",
        "false", "{}", "[]", "{ \"a\" : [ ] }", "123456789012345678901234567890"}) {
    CAPTURE(json);
    CHECK(node(decode_node("{\"id\":\"i\",\"limits\" :\n " + std::string(json) + " ,\"name\":\"n\"}")).raw("limits") ==
          json);
    CHECK(node(decode_node("{\"id\":\"i\",\"limits\":" + std::string(json) + "}")).raw("limits") == json);
  }
}

TEST_CASE("a raw value is found behind an escaped key") {
  const auto decoded = decode_node(
      R"({"a\u003ab":{"c:d":":"},"id":"x:y","\u006cimits":{"e":":"},"name":"n","ips":["z:"],"lim\u0069ts":[1]})");
  CHECK(node(decoded).raw("limits") == "[1]");
  CHECK(node(decode_node(R"({"id":"x:\"y","\u006cimits":{"e":":"}})")).raw("limits") == R"({"e":":"})");
}

TEST_CASE("a raw null is null") {
  CHECK(node(decode_node(R"({"id":"","limits":null})")).state("limits") == SlotState::null);
}

TEST_CASE("whole numbers are kept exactly, up to the last that fits") {
  const auto runs = [](const std::string& number) { return decode_node(R"({"id":"","totalRuns":)" + number + "}"); };
  CHECK(node(runs("9223372036854775807")).integer("totalRuns") == std::numeric_limits<std::int64_t>::max());
  CHECK(node(runs("-9223372036854775808")).integer("totalRuns") == std::numeric_limits<std::int64_t>::min());
  CHECK(node(runs("12e1")).integer("totalRuns") == 120);
  CHECK(node(runs("3.0")).integer("totalRuns") == 3);
  for (const char* number : {"9223372036854775808", "-9223372036854775809", "1e19", "1e400", "-1e400"}) {
    CAPTURE(number);
    CHECK(wrong(runs(number)) == "users.edges[0].node.totalRuns: the number is too large");
  }
  CHECK(wrong(runs("1.5")) == "users.edges[0].node.totalRuns: it is not a whole number");
}

TEST_CASE("numbers may be whole where they need not be") {
  const auto score = [](const std::string& number) { return decode_node(R"({"id":"","score":)" + number + "}"); };
  CHECK(node(score("3")).real("score") == 3.0);
  CHECK(node(score("18446744073709551615")).real("score") == 18446744073709551615.0);
  CHECK(wrong(score("1e400")) == "users.edges[0].node.score: the number is too large");
}

TEST_CASE("a value of the wrong type is malformed, and its place is named") {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {R"({"id":5})", "id: it is not a string"},
      {R"({"id":true})", "id: it is not a string"},
      {R"({"id":{}})", "id: it is not a string"},
      {R"({"id":["a"]})", "id: it is not a string"},
      {R"({"id":1.5})", "id: it is not a string"},
      {R"({"admin":"true"})", "admin: it is not true or false"},
      {R"({"admin":"\n"})", "admin: it is not true or false"},
      {R"({"totalRuns":"1"})", "totalRuns: it is not a whole number"},
      {R"({"score":"1"})", "score: it is not a number"},
      {R"({"score":false})", "score: it is not a number"},
      {R"({"ips":"a"})", "ips: it is not a list"},
      {R"({"ips":{}})", "ips: it is not a list"},
      {R"({"ips":1})", "ips: it is not a list"},
      {R"({"ips":["a",1]})", "ips[1]: it is not a string"},
      {R"({"ips":["a",["b"]]})", "ips[1]: it is not a string"},
      {R"({"ips":["a",{}]})", "ips[1]: it is not a string"},
      {R"({"apiKeys":[]})", "apiKeys: it is not an object"},
      {R"({"apiKeys":1})", "apiKeys: it is not an object"},
      {R"({"apiKeys":{"edges":{}}})", "apiKeys.edges: it is not a list"},
      {R"({"apiKeys":{"edges":[[]]}})", "apiKeys.edges[0]: it is not an object"},
      {R"({"apiKeys":{"edges":[{},{"node":{"id":2}}]}})", "apiKeys.edges[1].node.id: it is not a string"},
  };
  for (const auto& one : cases) {
    const auto json = one.first;
    const auto expected = one.second;
    CAPTURE(json);
    CHECK(wrong(decode_node(json)) == "users.edges[0].node." + std::string(expected));
  }
}

TEST_CASE("a null where the schema allows none is malformed, and its place is named") {
  CHECK(wrong(decode_node(R"({"id":null})")) == "users.edges[0].node.id: it is null, which the schema does not allow");
  CHECK(wrong(decode_node(R"({"id":"","ips":["a",null]})")) ==
        "users.edges[0].node.ips[1]: it is null, which the schema does not allow");
  CHECK(wrong(decode_node(R"({"id":"","apiKeys":{"edges":null}})")) ==
        "users.edges[0].node.apiKeys.edges: it is null, which the schema does not allow");
}

TEST_CASE("a null that a later value replaces is none") { CHECK(decode_node(R"({"id":null,"id":"i"})").page); }

TEST_CASE("an error at, above or below a null explains it") {
  const auto with = [](const std::string& path) {
    return decode_node(R"({"id":null})",
                       R"(,"errors":[{"message":"other","path":["users","zzz"]},{"message":"m","path":)" + path + "}]");
  };
  for (const char* path : {R"(["users","edges",0,"node","id"])", R"(["users","edges",0,"node"])", R"(["users"])",
                           R"(["users","edges",0,"node","id","x"])"}) {
    CAPTURE(path);
    CHECK(wrong(with(path)) == "");
    CHECK(node(with(path)).state("id") == SlotState::null);
  }
  for (const char* path : {R"(["users","edges",1,"node","id"])", R"(["users","edges",0,"node","name"])", R"(["user"])",
                           R"([])", "null", R"(["users","edges","0"])"}) {
    CAPTURE(path);
    CHECK(with(path).decode_error);
  }
}

TEST_CASE("what is not JSON is malformed, with a little of it") {
  CHECK(wrong(decode("")) == ": it is empty");
  CHECK(wrong(decode(" \n ")) == ": it is empty");
  CHECK(wrong(decode("<html>\n<b>502</b>")) == ": it is not JSON: `<html> <b>502</b>`");
  CHECK(wrong(decode("upstream connect error")) == ": it is not JSON: `upstream connect error`");
  CHECK(wrong(decode("{\"data\":{\"version\" \"1\"}}")) == "version: it is not JSON at byte 19: `\"1\"}}`");
}

TEST_CASE("a key in an answer that is not JSON is masked, even one that the excerpt would cut") {
  const std::string key = "0123456789abcdef0123456789abcdef01234567";
  for (std::size_t before = 0; before != 90; ++before) {
    CHECK(wrong(decode(std::string(before, '!') + key)).find("0123") == std::string::npos);
  }
}

TEST_CASE("text behind the end is malformed, space is not") {
  CHECK(decode("{\"data\":{}} \n").page);
  CHECK(wrong(decode("{\"data\":{}} x")) == ": text follows its end at byte 12: `x`");
  CHECK(decode("{\"data\":{}}{}").decode_error);
  CHECK(decode(std::string("{\"data\":{}}\0", 12)).decode_error);
}

TEST_CASE("an answer that is no object is malformed") {
  for (const char* body : {"[]", "[{\"data\":{}}]", "1", "\"data\"", "true", "null"}) {
    CAPTURE(body);
    CHECK(decode(body).decode_error);
    CHECK_FALSE(decode(body).page);
  }
  CHECK(wrong(decode("[]")) == ": it is not an object");
}

TEST_CASE("data that is no object is malformed, null is the absence of data") {
  CHECK(wrong(decode(R"({"data":5})")) == ": it is not an object");
  CHECK(wrong(decode(R"({"data":[]})")) == ": it is not an object");
  CHECK(wrong(decode(R"({"data":null})")) == ": it has neither data nor errors");
  CHECK(wrong(decode(R"({})")) == ": it has neither data nor errors: `{}`");
  CHECK(wrong(decode(R"({"errors":[]})")) == ": it has neither data nor errors");
  const auto refused = decode(R"({"data":null,"errors":["no"]})");
  CHECK(wrong(refused) == "");
  CHECK_FALSE(refused.page);
  CHECK(refused.errors.size() == 1);
}

TEST_CASE("nesting has a limit, and below it nothing is lost") {
  const auto nested = [](std::size_t depth) {
    return decode(R"({"x":)" + std::string(depth, '[') + std::string(depth, ']') + R"(,"data":{"version":"1"}})");
  };
  CHECK(nested(63).page);
  CHECK(wrong(nested(64)) == ": it is nested more than 64 levels deep");
  CHECK(decode(std::string(1'000'000, '[')).decode_error);
  CHECK(decode_node(R"({"id":"","limits":)" + std::string(500'000, '[')).decode_error);
}

TEST_CASE("errors are told even where the data is malformed") {
  const auto decoded = decode(R"({"errors":["no"],"data":{"version":5}})");
  CHECK(wrong(decoded) == "version: it is not a string");
  CHECK(decoded.errors.size() == 1);
}

TEST_CASE("an answer without a shape's fields has a page without values") {
  const auto decoded = decode(R"({"data":{}})");
  REQUIRE(decoded.page);
  CHECK(decoded.page->root().state("users") == SlotState::unloaded);
}
