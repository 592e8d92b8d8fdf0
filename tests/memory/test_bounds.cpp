// Tests that the memory for an answer is bounded by its size, and that repeated changes do not slow down reading.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/wandb.hpp>

#include "heap.hpp"

using namespace wandb;

namespace {

std::string repeated(std::string_view piece, std::size_t size) {
  std::string text(piece);
  while (text.size() < size) text.append(",").append(piece);
  return text;
}

/// The most memory that decoding takes besides the body, as a share of what it may.
double cost(const std::string& body) {
  SecureString own{body};
  const auto before = heap.live;
  heap.peak = before;
  { const auto decoded = detail::decode(graphql::search_users.shape, std::move(own)); }
  return static_cast<double>(heap.peak - before) / static_cast<double>(8 * body.size() + std::size_t{64} * 1024);
}

/// A server that returns a user with a new name each time.
struct Renaming {
  std::size_t* count;
  Result<Response> send(const Request& request) const {
    const bool update = request.body.find("mutation") != request.body.npos;
    const auto user = R"({"id":"u","name":"name )" + std::to_string(++*count) + R"(","email":"ann@example.com")";
    return Response{200,
                    {},
                    SecureString{update ? R"({"data":{"updateUser":{"user":)" + user + "}}}}"
                                        : R"({"data":{"user":)" + user + R"(,"flags":"{}"}}})"}};
  }
};

template <class F>
std::chrono::nanoseconds fastest(F f) {
  auto best = std::chrono::nanoseconds::max();
  for (int round = 0; round != 20; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i != 100; ++i) f();
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - begin);
  }
  return best;
}

}  // namespace

TEST_CASE("decoding takes memory by the size of the answer, whatever is in it") {
  const auto users = [](const std::string& edges, const std::string& rest = "") {
    return R"({"data":{"users":{"edges":[)" + edges + R"(],"pageInfo":{"hasNextPage":false}}})" + rest + "}";
  };
  const auto inside = [&](const std::string& field) {
    return users(R"({"node":{"id":"1","name":"n",)" + field + "}}");
  };
  for (const std::size_t size : {std::size_t{100}, std::size_t{20} << 10, std::size_t{2} << 20}) {
    CAPTURE(size);
    for (const auto* edge :
         {"{}", "null", R"({"node":{}})", R"({"node":null})", R"({"node":{"id":"1","name":"\u0041"}})"}) {
      CAPTURE(edge);
      CHECK(cost(users(repeated(edge, size))) <= 1.0);
    }
    for (const auto* edge : {"{}", "null", R"({"node":{}})"}) {
      CHECK(cost(inside(R"("apiKeys":{"edges":[)" + repeated(edge, size) + "]}")) <= 1.0);
      CHECK(cost(inside(R"("teams":{"edges":[)" + repeated(edge, size) + "]}")) <= 1.0);
    }
    for (const auto* error : {"0", "\"a\"", "{}", "[]", R"({"path":[]})", R"({"path":[1,1,1,1]})", R"({"code":"C"})"}) {
      CAPTURE(error);
      CHECK(cost(R"({"data":{},"errors":[)" + repeated(error, size) + "]}") <= 1.0);
      CHECK(cost(R"({"errors":[)" + repeated(error, size) + R"(],"error":[)" + repeated(error, size) + "]}") <= 1.0);
    }
    CHECK(cost(R"({"errors":[{"path":[)" + repeated("1", size) + "]}]}") <= 1.0);
    CHECK(cost(R"({"errors":[{"message":")" + std::string(size, 'm') + R"(","path":[")" + std::string(size, 'p') +
               R"("]}]})") <= 1.0);
    CHECK(cost(R"({"errors":[{"message":")" + std::string(size / 2, '\\') + "\"}]}") <= 1.0);
    CHECK(cost(R"({")" + std::string(size, 'k') + R"(":1,"data":{}})") <= 1.0);
    CHECK(cost(R"({"\u0061)" + std::string(size, 'k') + R"(":1,"data":{}})") <= 1.0);
    CHECK(cost("<html>" + std::string(size, 'h')) <= 1.0);
  }
}

TEST_CASE("an answer with more rows than its text can mean is refused, and one with many errors is not") {
  const auto read = [](const std::string& edges, const std::string& errors) {
    return detail::decode(graphql::search_users.shape,
                          SecureString{R"({"data":{"users":{"edges":[)" + edges +
                                       R"(],"pageInfo":{"hasNextPage":false}}},"errors":[)" + errors + "]}"});
  };
  CHECK(read(repeated("{}", std::size_t{2} << 20), "").decode_error->reason == "it holds more than its size allows");
  CHECK(read("", repeated("0", std::size_t{2} << 20)).decode_error->reason ==
        "it holds more errors than its size allows");
  std::string edges;
  std::string errors;
  for (int i = 0; i != 40'000; ++i) {
    edges += std::string(i == 0 ? "" : ",") + R"({"node":null})";
    errors += std::string(i == 0 ? "" : ",") + R"({"message":"x","path":["users","edges",)" + std::to_string(i) +
              R"(,"node"]})";
  }
  const auto decoded = read(edges, errors);
  CHECK_FALSE(decoded.decode_error);
  CHECK(decoded.errors.size() == 40'000);
}

TEST_CASE("a handle that is updated and read anew again and again stays as small and as quick as it was") {
  std::size_t count = 0;
  const Secret key(std::string(40, 'a'));
  const Api api(Renaming{&count}, {.base_url = "http://localhost", .api_key = key}, Environment::none());
  const User ann(api, Attrs{{"id", "u"}, {"photoUrl", "p"}});
  const auto change = [&](int times) {
    for (int i = 0; i != times; ++i) {
      ann.set_admin(true).value();
      if (i % 2 == 0) ann.reload().value();
    }
  };
  std::size_t length = 0;
  const auto read = [&] { length += ann.name().size() + ann.email().size() + ann["photo_url"].raw().size(); };
  change(20);
  const auto size = heap.live;
  const auto time = fastest(read);
  change(10'000);
  CHECK(heap.live <= size + 1024);
  // If each change made reading slower, this many would do so by a factor of hundreds.
  CHECK(fastest(read) <= 10 * time);
  CHECK(length != 0);
  CHECK(ann.name() == "name " + std::to_string(count));
}

TEST_CASE("what was read of a user lives on when the user has changed") {
  std::size_t count = 0;
  const Secret key(std::string(40, 'a'));
  const Api api(Renaming{&count}, {.base_url = "http://localhost", .api_key = key}, Environment::none());
  const User ann(api, Attrs{{"id", "u"}});
  ann.reload().value();
  const auto name = ann.name();
  const auto value = ann["name"];
  for (int i = 0; i != 3; ++i) ann.reload().value();
  CHECK(name == "name 1");
  CHECK(value.as_string().value() == "name 1");
  CHECK(ann.name() == "name 4");
}
