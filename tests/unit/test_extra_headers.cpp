// Tests the headers that the caller adds to each request: where they come from, which are refused, and what is told.
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/config/extra_headers.hpp>
#include <wandb/wandb.hpp>

#include "machine.hpp"

using namespace wandb;

namespace {

const Secret key{std::string(40, 'a')};
const std::string token = "iap-token-0123456789";

struct Kept {
  std::string name;
  std::string value;
  bool secret;
  friend bool operator==(const Kept&, const Kept&) = default;
};

/// Stores the headers of the request, and answers nothing.
struct Listener {
  std::vector<Kept>* kept;
  [[nodiscard]] Result<Response> send(const Request& request) const {
    for (const auto& [name, value, secret] : request.headers)
      kept->push_back({std::string(name), std::string(value), secret});
    return Error(errc::cancelled, Delivery::nothing_sent);
  }
};

/// The headers of a request beyond the library's own six.
std::vector<Kept> added(const Machine& machine, std::span<const Header> given = {}) {
  std::vector<Kept> kept;
  const Api api(Listener{&kept}, {.api_key = key, .extra_headers = given}, machine.environment());
  const auto status = api.status();
  CHECK_MESSAGE(status, (status ? "" : status.error().message()));
  static_cast<void>(api.viewer());
  REQUIRE(kept.size() >= 6);
  kept.erase(kept.begin(), kept.begin() + 6);
  return kept;
}

Error fault_of(const Machine& machine, std::span<const Header> given = {}) {
  std::vector<Kept> kept;
  const Api api(Listener{&kept}, {.api_key = key, .extra_headers = given}, machine.environment());
  const auto error = api.viewer().error();
  CHECK(kept.empty());
  REQUIRE_FALSE(api.status());
  CHECK(api.status().error().reason() == error.reason());
  return error;
}
Error fault_of(const std::string& json) {
  Machine machine;
  machine.variables["WANDB_X_EXTRA_HTTP_HEADERS"] = json;
  return fault_of(machine);
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("extra headers come from the options, from the variable, and from the user's name and e-mail") {
  Machine machine;
  CHECK(added(machine).empty());
  machine.variables = {{"WANDB_X_EXTRA_HTTP_HEADERS", R"( {"CF-Access-Client-Id": "one", "X-Two": " two "} )"},
                       {"WANDB_USERNAME", " ann "},
                       {"WANDB_USER_EMAIL", "ann@example.com"}};
  CHECK(added(machine) == std::vector<Kept>{{"X-WANDB-USERNAME", "ann", false},
                                            {"X-WANDB-USER-EMAIL", "ann@example.com", false},
                                            {"CF-Access-Client-Id", "one", true},
                                            {"X-Two", "two", true}});
  const Header given[] = {{"x-two", "2"}, {"X-Three", token}, {"X-Wandb-Username", "bob"}};
  CHECK(added(machine, given) == std::vector<Kept>{{"X-Wandb-Username", "bob", true},
                                                   {"X-WANDB-USER-EMAIL", "ann@example.com", false},
                                                   {"CF-Access-Client-Id", "one", true},
                                                   {"x-two", "2", true},
                                                   {"X-Three", token, true}});
}

TEST_CASE("blank variables add no header, nor does an empty object") {
  for (const auto* json : {"", " \t\n", "{}", " { } "}) {
    Machine machine;
    machine.variables["WANDB_X_EXTRA_HTTP_HEADERS"] = json;
    machine.variables["WANDB_USERNAME"] = machine.variables["WANDB_USER_EMAIL"] = " \t";
    CHECK(added(machine).empty());
  }
}

TEST_CASE("the options' texts may be destroyed after the constructor") {
  std::vector<Kept> kept;
  auto value = std::make_unique<std::string>(token);
  auto list = std::make_unique<std::vector<Header>>(std::vector<Header>{{"X-Token", *value}});
  const Api api(Listener{&kept}, {.api_key = key, .extra_headers = *list}, Environment::none());
  value.reset();
  list.reset();
  static_cast<void>(api.viewer());
  REQUIRE(kept.size() == 7);
  CHECK(kept.back() == Kept{"X-Token", token, true});
}

TEST_CASE("the variable is read as Python reads JSON: the last of several members counts, and escapes are decoded") {
  const auto value_of = [](const std::string& json) {
    Machine machine;
    machine.variables["WANDB_X_EXTRA_HTTP_HEADERS"] = json;
    const auto all = added(machine);
    return all.size() == 1 ? all.front().value : std::string("?");
  };
  CHECK(value_of(R"({"X-A": "1", "x-a": "2"})") == "2");
  CHECK(value_of(R"({"\u0058-A":"a\"b\\c\/d"})") == "a\"b\\c/d");
  CHECK(value_of(R"({"X-A": "\u00e9\u20AC\ud83d\ude00"})") == "\u00e9\u20ac\U0001F600");
  CHECK(value_of(R"({"X-A": ""})").empty());
  CHECK(value_of("{\n\t\"X-A\"\r\n:\"\u00e9\"}") == "\u00e9");
}

TEST_CASE("a variable that is no JSON object of texts is told with the place, and without its text") {
  struct Case {
    std::string json;
    std::string_view told;
  };
  const Case cases[] = {
      {token, "at character 1 an opening brace is expected"},
      {R"(["X-A", "iap-token-0123456789"])", "at character 1 an opening brace is expected"},
      {R"({"X-A": 17})",
       "at character 9 the opening quote of a value is expected; numbers and other values need quotes"},
      {R"({"X-A": null})", "at character 9 the opening quote of a value"},
      {R"({"X-A": true})", "at character 9 the opening quote of a value"},
      {R"({"X-A": {"iap-token-0123456789": "b"}})", "at character 9 the opening quote of a value"},
      {R"({X-A: "iap-token-0123456789"})", "at character 2 the opening quote of a name"},
      {R"({"X-A" "iap-token-0123456789"})", "at character 8 a colon"},
      {R"({"X-A": "iap-token-0123456789)", "at character 30 a closing quote"},
      {R"({"X-A": "iap-token-0123456789" "X-B": "1"})", "at character 32 a comma or a closing brace"},
      {R"({"X-A": "iap-token-0123456789",})", "at character 32 the opening quote of a name"},
      {R"({"X-A": "iap-token-0123456789"} x)", "at character 32 the text goes on"},
      {R"({"X-A": "iap-token-0123456789\q"})", "an escape is not valid"},
      {R"({"X-A": "\ud83d"})", "an escape is not valid"},
      {R"({"X-A": "\ude00"})", "an escape is not valid"},
      {R"({"X-A": "\ud83d\u0041"})", "an escape is not valid"},
      {R"({"X-A": "\u12"})", "an escape is not valid"},
      {R"({"X-A": "\u12)", "an escape is not valid"},
      {R"({"X-A": "\)", "an escape is not valid"},
      {"{\"X-A\": \"iap-token-0123456789\n\"}", "at character 30 a control character"},
      {"{", "at character 2 the opening quote of a name"},
  };
  for (const auto& one : cases) {
    const auto error = fault_of(one.json);
    CAPTURE(error.message());
    CHECK(error == errc::invalid_environment);
    CHECK(error.reason().starts_with("WANDB_X_EXTRA_HTTP_HEADERS is not a JSON object of texts: "));
    CHECK(holds(error.reason(), one.told));
    CHECK(holds(error.advice(), R"({"X-Name": "value"})"));
    CHECK_FALSE(holds(error.message(), "0123456789"));
  }
}

TEST_CASE("a header that cannot be sent is told with its name, and without its value") {
  struct Case {
    std::string json;
    std::string_view told;
  };
  const Case cases[] = {
      {R"({"": "iap-token-0123456789"})", "the header number 1 has a name that is empty"},
      {R"({"X-B": "1", "X A": "iap-token-0123456789"})", "the header number 2 has a name"},
      {R"({"X-A: iap-token-0123456789": ""})", "the header number 1 has a name"},
      {R"({"X-A\r\nX-B": "iap-token-0123456789"})", "the header number 1 has a name"},
      {R"({"X-A": "iap-token-0123456789\r\nX-B: 1"})", "the header X-A has a value that holds a control character"},
      {R"({"X-A": "iap-token-0123456789\u0000"})", "the header X-A has a value"},
      {R"({"X-A": "iap-token-0123456789\u007f"})", "the header X-A has a value"},
      {"{\"X-A\": \"iap-token-0123456789\xFF\"}", "the header X-A has a value"},
  };
  for (const auto& one : cases) {
    const auto error = fault_of(one.json);
    CAPTURE(error.message());
    CHECK(error == errc::invalid_environment);
    CHECK(holds(error.reason(), one.told));
    CHECK_FALSE(holds(error.message(), "0123456789"));
  }
  for (const Header& header : {Header{"X A", token}, Header{"", token}, Header{"X-A", "iap-token-0123456789\nX-B: 1"},
                               Header{"X-A", "iap-token-0123456789\x01"}}) {
    const auto error = fault_of(Machine(), std::span(&header, 1));
    CHECK(error == errc::invalid_argument);
    CHECK(error.reason().starts_with("wandb::Options: the header "));
    CHECK_FALSE(holds(error.message(), "0123456789"));
  }
}

TEST_CASE("a header that the library or a transport sends itself is refused, in any case of its letters") {
  for (const std::string name :
       {"Authorization", "authorization", "User-Agent", "Content-Type", "content-encoding", "Accept", "ACCEPT-ENCODING",
        "Use-Admin-Privileges", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",
        "Proxy-Connection", "Expect", "TE", "Trailer", "Upgrade"}) {
    CAPTURE(name);
    const auto error = fault_of(R"({")" + name + R"(": "iap-token-0123456789"})");
    CHECK(error == errc::invalid_environment);
    CHECK(holds(error.reason(), "the header " + name + " is one that the library or its transport sends itself"));
    const Header header{name, token};
    CHECK(fault_of(Machine(), std::span(&header, 1)) == errc::invalid_argument);
  }
}

TEST_CASE("Proxy-Authorization is for the proxy: no request has it, and the options refuse it") {
  Machine machine;
  machine.variables["WANDB_X_EXTRA_HTTP_HEADERS"] = R"({"proxy-authorization": "Basic eDp5", "X-A": "1"})";
  CHECK(added(machine) == std::vector<Kept>{{"X-A", "1", true}});
  CHECK(detail::find_proxy_authorization(machine.environment()).value() == "Basic eDp5");
  const Header header{"Proxy-Authorization", token};
  const auto error = fault_of(Machine(), std::span(&header, 1));
  CHECK(error == errc::invalid_argument);
  CHECK(holds(error.reason(), "the header Proxy-Authorization is for a proxy"));
  CHECK_FALSE(holds(error.message(), token));
}

TEST_CASE("a user's name with a control character is told by its variable") {
  for (const std::string variable : {"WANDB_USERNAME", "WANDB_USER_EMAIL"}) {
    Machine machine;
    machine.variables[variable] = "ann\nX-Admin: yes";
    const auto error = fault_of(machine);
    CHECK(error == errc::invalid_environment);
    CHECK(error.reason().starts_with(variable + " holds a control character"));
  }
}

TEST_CASE("an error shows no piece of an extra header's value, and short values do not blank it out") {
  struct Teller {
    [[nodiscard]] Result<Response> send(const Request&) const {
      return Error(make_error_code(errc::connect_failed),
                   "sent X-Token: iap-token-0123456789, token-012345, and X-Mode: on, gone", Delivery::nothing_sent);
    }
  };
  const Header given[] = {{"X-Token", token}, {"X-Mode", "on"}};
  const Api api(Teller{}, {.api_key = key, .retry = {.max_attempts = 1}, .extra_headers = given}, Environment::none());
  const auto error = api.viewer().error();
  CHECK(error.reason().starts_with("sent X-Token: ****, ****, and X-Mode: on, gone"));
}

TEST_CASE("status tells each setting and where it came from, and shows no secret") {
  Machine machine;
  machine.variables["WANDB_X_EXTRA_HTTP_HEADERS"] = R"({"X-Token": "iap-token-0123456789"})";
  machine.variables["WANDB_BASE_URL"] = "https://wandb.example.com/";
  machine.variables["WANDB_API_KEY"] = "local-" + std::string(40, 'b');
  machine.variables["WANDB_HTTP_TIMEOUT"] = "2.5";
  machine.variables["WANDB_USERNAME"] = "ann";
  const Header given[] = {{"X-Mode", "on"}};
  std::vector<Kept> kept;
  const Api api(Listener{&kept}, {.user_agent = "ci/1", .extra_headers = given}, machine.environment());
  const auto settings = api.status().value();
  std::string text;
  for (const auto& [name, value, source] : settings) text += name + " = " + value + " from " + source + "\n";
  CHECK(text ==
        "base URL = https://wandb.example.com from WANDB_BASE_URL\n"
        "API key = local-bbbbb**** from WANDB_API_KEY\n"
        "timeout = 2.5 s from WANDB_HTTP_TIMEOUT\n"
        "user agent = W&B Public Client " +
            std::string(version) + " wandb-users/" + std::string(version) +
            " ci/1 from wandb::Options\n"
            "header X-WANDB-USERNAME = ann from WANDB_USERNAME\n"
            "header X-Token = **** from WANDB_X_EXTRA_HTTP_HEADERS\n"
            "header X-Mode = **** from wandb::Options\n");
}

TEST_CASE("status tells the options, the defaults, the settings file and the netrc file") {
  Machine machine;
  machine.write(".netrc", "machine wandb.example.com login user password " + std::string(40, 'c'));
  std::vector<Kept> kept;
  const auto status = [&](const Options& options) {
    return Api(Listener{&kept}, options, machine.environment()).status();
  };
  const auto one = status({.base_url = "https://wandb.example.com", .timeout = std::chrono::seconds(3)}).value();
  CHECK(one.at(0).source == "wandb::Options");
  CHECK(one.at(1).source == (machine.home / ".netrc").string());
  CHECK(one.at(2).value == "3 s");
  CHECK(one.at(2).source == "wandb::Options");
  const auto other = status({.api_key = key}).value();
  CHECK(other.at(0).value == "https://api.wandb.ai");
  CHECK(other.at(0).source == "the default");
  CHECK(other.at(1).source == "wandb::Options");
  CHECK(other.at(2).value == "19 s");
  CHECK(other.at(2).source == "the default");
  machine.variables["WANDB_CONFIG_DIR"] = machine.home.string();
  machine.write("settings", "[default]\nbase_url = https://other.example.com\n");
  CHECK(status({.api_key = key}).value().at(0).source == (machine.home / "settings").string());
}

TEST_CASE("status tells what the transport adds, also behind an AnyTransport") {
  struct Telling {
    [[nodiscard]] Result<Response> send(const Request&) const { return Error(errc::cancelled); }
    [[nodiscard]] Settings settings(const Origin& server) const {
      return {{"proxy", std::string(server.host), "mine"}};
    }
  };
  const Options options{.base_url = "https://wandb.example.com", .api_key = key};
  const auto last_of = [](const auto& api) { return api.status().value().back(); };
  CHECK(last_of(Api(Telling{}, options, Environment::none())).value == "wandb.example.com");
  CHECK(last_of(Api(AnyTransport(Telling{}), options, Environment::none())).source == "mine");
  std::vector<Kept> kept;
  CHECK(last_of(Api(AnyTransport(Listener{&kept}), options, Environment::none())).name == "user agent");
  Telling referred;
  CHECK(last_of(Api(std::ref(referred), options, Environment::none())).name == "proxy");
}
