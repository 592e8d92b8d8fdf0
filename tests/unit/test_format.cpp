// Tests that std::format prints the same as `<<`.
#include <doctest/doctest.h>

#include <wandb/format.hpp>

#if defined(__cpp_lib_format)

#include <format>
#include <sstream>
#include <string>

#include <wandb/testing/fake_transport.hpp>
#include <wandb/wandb.hpp>

using wandb::Error;

namespace {

template <class T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace

TEST_CASE("an error, a user, a key and a text are formatted as they print, with what is secret masked") {
  const std::string secret(40, 'a');
  wandb::testing::FakeTransport transport;
  const wandb::Api api(transport, {.base_url = "http://localhost", .api_key = wandb::Secret(secret)});
  const auto attrs = wandb::Attrs::parse(
      R"({"id":"1","email":"ann@example.com","apiKeys":{"edges":[{"node":{"id":"K","name":")" + secret + R"("}}]}})");
  const wandb::User ann(api, *attrs);
  CHECK(std::format("{}", ann) == "<User ann@example.com>");
  CHECK(std::format("{}", ann) == printed(ann));
  CHECK(std::format("{}", wandb::User(api, wandb::Attrs{{"name", secret}})) ==
        printed(wandb::User(api, wandb::Attrs{{"name", secret}})));
  CHECK(std::format("{}", wandb::User(api, wandb::Attrs{{"name", secret}})).find(secret) == std::string::npos);
  CHECK(std::format("{}", ann.email()) == "ann@example.com");
  CHECK(std::format("{:>17}", ann.email()) == "  ann@example.com");
  CHECK(std::format("{}", ann.keys()[0]) == printed(ann.keys()[0]));
  CHECK(std::format("{}", ann.keys()[0]) == "aaaaa****");
  const Error error(wandb::errc::unauthorized);
  CHECK(std::format("{}", error) == error.message());
  CHECK(std::format("{}", error) == printed(error));
}

#endif
