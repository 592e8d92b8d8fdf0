#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "page_shapes.hpp"

using namespace page_shapes;
using wandb::detail::GraphqlError;
using wandb::detail::locate;
using wandb::detail::PathElement;

namespace {

std::vector<GraphqlError> errors(const std::string& body) {
  const auto decoded = decode(body);
  CHECK_FALSE(decoded.malformed);
  return decoded.errors;
}
GraphqlError only(const std::string& body) {
  const auto all = errors(body);
  REQUIRE(all.size() == 1);
  return all[0];
}

const std::string broken =
    R"({"data":{"users":{"edges":[{"node":{"id":"1","name":null}},{"node":null},null,)"
    R"({"node":{"id":"4","apiKeys":{"edges":[{"node":{"id":"k"}},{"node":null}]}}}]}},"errors":["x"]})";

}  // namespace

TEST_CASE("each of the server's forms of an error is understood") {
  CHECK(only(R"({"error":"text"})").message == "text");
  CHECK(only(R"({"error":{"message":"text"}})").message == "text");
  CHECK(only(R"({"errors":["text"]})").message == "text");
  CHECK(only(R"({"errors":[{"message":"text"}]})").message == "text");
  CHECK(only(R"({"errors":{"message":"text"}})").message == "text");
  CHECK(only(R"({"errors":"text"})").message == "text");
  const auto both = errors(R"({"errors":["a",{"message":"b"}]})");
  REQUIRE(both.size() == 2);
  CHECK(both[0].message == "a");
  CHECK(both[1].message == "b");
}

TEST_CASE("an error's message has its escapes resolved") {
  CHECK(only(R"({"errors":["a\"\\\/\b\f\n\r\t\u00e9\u20ac\ud83d\ude00"]})").message ==
        "a\"\\/\b\f\n\r\t\u00e9\u20ac\U0001F600");
  CHECK(only(R"({"errors":[{"mess\u0061ge":"m"}]})").message == "m");
}

TEST_CASE("an error without words still is one") {
  for (const char* body : {R"({"errors":[{}]})", R"({"errors":[{"message":null}]})", R"({"errors":[5]})",
                           R"({"error":true})", R"({"errors":[[]]})"}) {
    CAPTURE(body);
    CHECK(only(body).message == "(the server gave no reason)");
  }
}

TEST_CASE("null, false and an empty list are no errors") {
  for (const char* said : {"null", "[]", "false", "[null]"}) {
    CAPTURE(said);
    CHECK(errors(R"({"data":{},"error":)" + std::string(said) + "}").empty());
    CHECK(errors(R"({"data":{},"errors":)" + std::string(said) + "}").empty());
  }
}

TEST_CASE("an error's path has keys and indices") {
  const auto error = only(R"({"errors":[{"message":"m","path":["users","edges",3,"node","name"]}]})");
  REQUIRE(error.path.size() == 5);
  CHECK(error.path[0] == PathElement{"users"});
  CHECK(error.path[2] == PathElement{{}, 3});
  CHECK(error.path_text() == "users.edges[3].node.name");
  CHECK(only(R"({"errors":[{"path":null}]})").path_text() == "");
}

TEST_CASE("a path keeps its length, whatever stands in it") {
  CHECK(only(R"({"errors":[{"path":["a",null,-1,1.5,{"b":[]},true,99999999999999999999]}]})").path.size() == 7);
  CHECK(only(R"({"errors":[{"path":"a"}]})").path.empty());
  CHECK(only(R"({"errors":[{"path":["a"],"path":["b"]}]})").path_text() == "b");
}

TEST_CASE("an error's code is text, and a status where it is one") {
  const auto extended = [](const std::string& extensions) {
    return only(R"({"errors":[{"message":"m","extensions":)" + extensions + "}]}");
  };
  CHECK(extended(R"({"code":"FORBIDDEN"})").code == "FORBIDDEN");
  CHECK(extended(R"({"code":"FORBIDDEN"})").status == 0);
  CHECK(extended(R"({"code":403})").code == "403");
  CHECK(extended(R"({"code":403})").status == 403);
  CHECK(extended(R"({"code":"404"})").status == 404);
  CHECK(extended(R"({"code":7})").status == 0);
  CHECK(extended(R"({"status":409,"code":"X"})").status == 409);
  CHECK(extended(R"({"code":403,"status":409})").status == 409);
  CHECK(extended(R"({"code":null,"status":"x","other":{}})").code == "");
  CHECK(extended("null").code == "");
  CHECK(only(R"({"error":{"message":"m","code":401}})").status == 401);
}

TEST_CASE("the deepest null on a path is found") {
  const auto decoded = decode(broken);
  REQUIRE(decoded.page);
  const auto place = locate(*decoded.page, {{"users"}, {"edges"}, {{}, 0}, {"node"}, {"name"}});
  CHECK(place.is_null);
  CHECK(place.field->key == "name");
  CHECK(place.object.string("id") == "1");
  CHECK(place.consumed == 5);
  CHECK_FALSE(place.element);
}

TEST_CASE("a path that goes on below a null stops at the null") {
  const auto decoded = decode(broken);
  const auto node = locate(*decoded.page, {{"users"}, {"edges"}, {{}, 1}, {"node"}, {"name"}});
  CHECK(node.is_null);
  CHECK(node.field->key == "node");
  CHECK(node.consumed == 4);
  const auto edge = locate(*decoded.page, {{"users"}, {"edges"}, {{}, 2}, {"node"}, {"name"}});
  CHECK(edge.is_null);
  CHECK(edge.element);
  CHECK(edge.field->key == "edges");
  CHECK(edge.row == 2);
  CHECK(edge.consumed == 3);
  const auto key = locate(*decoded.page,
                          {{"users"}, {"edges"}, {{}, 3}, {"node"}, {"apiKeys"}, {"edges"}, {{}, 1}, {"node"}, {"id"}});
  CHECK(key.is_null);
  CHECK(key.consumed == 8);
}

TEST_CASE("a path that leads to no null says how far the page goes along") {
  const auto decoded = decode(broken);
  const auto value = locate(*decoded.page, {{"users"}, {"edges"}, {{}, 0}, {"node"}, {"id"}, {"x"}});
  CHECK_FALSE(value.is_null);
  CHECK(value.consumed == 5);
  CHECK(value.field->key == "id");
  CHECK(locate(*decoded.page, {{"users"}, {"edges"}, {{}, 9}, {"node"}}).consumed == 2);
  CHECK(locate(*decoded.page, {{"users"}, {"edges"}, {"0"}}).consumed == 2);
  CHECK(locate(*decoded.page, {{"users"}, {{}, 0}}).consumed == 1);
  CHECK(locate(*decoded.page, {{"users"}, {"nobody"}}).consumed == 1);
  CHECK(locate(*decoded.page, {{"nobody"}}).field == nullptr);
  CHECK(locate(*decoded.page, {}).consumed == 0);
}

TEST_CASE("many nulls and many errors are matched without trying each with each") {
  std::string body = R"({"data":{"users":{"edges":[)";
  std::string said = R"("errors":[)";
  for (int i = 0; i != 20000; ++i) {
    body += (i ? "," : "") + std::string(R"({"node":{"id":null}})");
    said += (i ? "," : "") + std::string(R"({"path":["users","edges",)") + std::to_string(i) + R"(,"node","id"]})";
  }
  const auto decoded = decode(body + "]}}," + said + "]}");
  CHECK(wrong(decoded) == "");
  CHECK(decoded.errors.size() == 20000);
}
