#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <wandb/detail/answer/classify_error.hpp>

#include "page_shapes.hpp"

using namespace page_shapes;
using wandb::detail::ErrorPath;
using wandb::detail::GraphqlError;
using wandb::detail::own_status;
using wandb::detail::to_messages;

namespace {

std::vector<GraphqlError> errors(const std::string& body) {
  const auto decoded = decode(body);
  CHECK_FALSE(decoded.decode_error);
  return decoded.errors;
}
GraphqlError only(const std::string& body) {
  const auto all = errors(body);
  REQUIRE(all.size() == 1);
  return all[0];
}

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
    CHECK(to_messages({only(body)}).at(0).text == "(the server gave no reason)");
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
  CHECK(error.path[0] == ErrorPath::Step{"users"});
  CHECK(error.path[2] == ErrorPath::Step{{}, 3});
  CHECK(error.path[5] == ErrorPath::Step{});
  CHECK(error.path.text() == "users.edges[3].node.name");
  CHECK(only(R"({"errors":[{"path":null}]})").path.text() == "");
}

TEST_CASE("a path keeps its length, whatever stands in it") {
  CHECK(only(R"({"errors":[{"path":["a",null,-1,1.5,{"b":[]},true,99999999999999999999]}]})").path.size() == 7);
  CHECK(only(R"({"errors":[{"path":"a"}]})").path.empty());
  CHECK(only(R"({"errors":[{"path":["a"],"path":["b"]}]})").path.text() == "b");
}

TEST_CASE("an error's code is text, and a status where it is one") {
  const auto extended = [](const std::string& extensions) {
    return only(R"({"errors":[{"message":"m","extensions":)" + extensions + "}]}");
  };
  CHECK(extended(R"({"code":"FORBIDDEN"})").code == "FORBIDDEN");
  CHECK(extended(R"({"code":"FORBIDDEN"})").status == 0);
  CHECK(extended(R"({"code":403})").code == "403");
  CHECK(own_status(extended(R"({"code":403})")) == 403);
  CHECK(own_status(extended(R"({"code":"404"})")) == 404);
  CHECK(own_status(extended(R"({"code":7})")) == 0);
  CHECK(extended(R"({"status":409,"code":"X"})").status == 409);
  CHECK(own_status(extended(R"({"code":403,"status":409})")) == 403);
  CHECK(own_status(extended(R"({"code":403,"status":504})")) == 504);
  CHECK(own_status(extended(R"({"http":{"status":503}})")) == 503);
  CHECK(extended(R"({"code":null,"status":"x","other":{}})").code == "");
  CHECK(extended("null").code == "");
  CHECK(own_status(only(R"({"error":{"message":"m","code":401}})")) == 401);
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
