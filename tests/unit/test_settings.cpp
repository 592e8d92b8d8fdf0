// Tests what errors say about the settings that may be wrong: the key, the base URL, and their sources.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/error.hpp>

#include <wandb/testing/fake_transport.hpp>
#include <wandb/wandb.hpp>

#include "machine.hpp"

using namespace wandb;

namespace {

const std::string key_a(40, 'a');
const std::string key_2026 = "wandb_v1_" + std::string(27, 'x') + "_" + std::string(49, 'y');

bool holds(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// Returns the reason of the first call's error if the transport gives this answer.
template <class Answer>
Error asked(const Machine& machine, const Options& options, Answer answer) {
  testing::FakeTransport transport;
  answer(transport.expect());
  const Api api(transport, options, machine.environment());
  return api.viewer().error();
}

const auto refuses = [](auto&& expected) { expected.answers(401, R"({"error": "no such key"})"); };
const auto is_a_web_page = [](auto&& expected) { expected.answers(404, "<html>nothing here</html>"); };

}  // namespace

TEST_CASE("a key that does not fit is told with its length and what stands where, and never shows") {
  struct Case {
    std::string key;
    std::string_view told;
  };
  const std::vector<Case> cases{
      {std::string(39, 'a'), "too short: at least 40 characters expected, 39 given"},
      {"local-" + std::string(39, 'a'), "at least 40 characters expected behind its prefix, 39 given"},
      {"a" + std::string(20, 'b') + "-" + std::string(30, 'c'), "behind its prefix, 30 given"},
      {key_2026.substr(0, 61), "86 expected, 61 given"},
      {key_2026 + "z", "86 expected, 87 given"},
      {'"' + key_a + '"', "a quote at position 1 (42 characters)"},
      {key_a + "'", "a quote at position 41 (41 characters)"},
      {key_a.substr(20) + " " + key_a, "a blank at position 21 (61 characters)"},
      {key_a.substr(1) + "\n" + key_a, "a line end at position 40 (80 characters)"},
      {key_a + "\x01", "a control character at position 41"},
      {"\xE2\x80\x9C" + key_a + "\xE2\x80\x9D", "a character outside ASCII at position 1 (42 characters)"},
      {key_a.substr(30) + "\xC2\xA0" + key_a, "a character outside ASCII at position 11 (51 characters)"},
      {key_a + "!", "a character that no key has at position 41"},
      {"eyJh.eyJz", "begins like a JWT and is not three parts joined by dots"},
      {"eyJh..c2ln", "is not three parts"},
      {"eyJh.eyJz.c2=n", "a character that no key has at position 13"},
      {"abc.def.ghi", "a character that no key has at position 4"},
      {" \n", "is empty"},
  };
  Machine machine;
  testing::FakeTransport transport;
  for (const auto& one : cases) {
    CAPTURE(one.told);
    const auto check = [&](const Error& error, std::string_view source) {
      CHECK(error == errc::malformed_api_key);
      CHECK(holds(error.reason(), one.told));
      CHECK(holds(error.reason(), source));
      for (std::size_t i = 0; i + 9 < one.key.size(); ++i) CHECK_FALSE(holds(error.reason(), one.key.substr(i, 10)));
    };
    const Secret secret(one.key);
    const Api given(transport, {.api_key = secret}, machine.environment());
    if (given.status()) FAIL("the key was taken");
    check(given.status().error(), "from wandb::Options");
    const Api right(transport, {.api_key = Secret(key_a)}, machine.environment());
    check(right.as(secret).status().error(), "from Api::as");
    check(right.as(secret).viewer().error(), "from Api::as");
    User ann(right, Attrs{{"id", "1"}});
    check(ann.authenticate(secret).error(), "from User::authenticate");
    const User bob(right, Attrs{{"id", "2"}}, secret);
    check(bob.generate_api_key().error(), "from User's constructor");
    check(bob.user_api().error(), "from User's constructor");
    if (detail::trimmed(one.key).empty()) continue;
    machine.variables["WANDB_API_KEY"] = one.key;
    check(Api(transport, {}, machine.environment()).status().error(), "from WANDB_API_KEY");
    machine.variables.erase("WANDB_API_KEY");
  }
  CHECK(transport.operations().empty());
}

TEST_CASE("keys of every shape that the service has are taken, without the white space around them") {
  for (const auto& key : {key_a, "local-" + key_a, "a-b-" + std::string(38, 'c'), key_2026,
                          std::string("eyJh.eyJz.c2ln-_"), std::string(43, 'c'), "wandb_v2_" + key_a}) {
    CAPTURE(key);
    Machine machine;
    const Secret padded(" \t" + key + "\r\n");
    CHECK(sent_on(machine, {.api_key = padded}).key == basic(key));
    std::string sent;
    std::string host;
    const Api other(Sniffer{&sent, &host}, {.api_key = Secret(key_a)}, machine.environment());
    static_cast<void>(other.as(padded).viewer());
    CHECK(sent == basic(key));
    User ann(other, Attrs{{"id", "1"}});
    REQUIRE(ann.authenticate(padded));
    static_cast<void>(ann.generate_api_key());
    CHECK(sent == basic(key));
  }
}

TEST_CASE("a key that the server refuses is told with where it came from") {
  Machine machine;
  machine.variables["WANDB_BASE_URL"] = "https://wandb.example/sub";
  machine.variables["WANDB_API_KEY"] = key_a;
  CHECK(holds(asked(machine, {}, refuses).reason(), "the key is from WANDB_API_KEY"));
  CHECK(asked(machine, {}, refuses) == errc::unauthorized);
  CHECK(holds(asked(machine, {.api_key = Secret(key_a)}, refuses).reason(), "the key is from wandb::Options"));
  machine.variables.erase("WANDB_API_KEY");
  machine.write(".netrc", "machine wandb.example password " + key_a);
  CHECK(holds(asked(machine, {}, refuses).reason(), "the key is from " + machine.directory.path(".netrc")));

  testing::FakeTransport transport;
  transport.expect().answers(401, R"({"error": "no"})");
  const Api api(transport, {}, machine.environment());
  const User ann(api, Attrs{{"id", "1"}}, Secret(std::string(40, 'b')));
  CHECK(holds(ann.generate_api_key().error().reason(), "the key is from User's constructor"));
  transport.expect().answers(200, R"({"data": {"viewer": null}})");
  const User bob(api, Attrs{{"id", "1"}}, Secret(std::string(40, 'b')));
  CHECK(holds(bob.generate_api_key().error().reason(), "secret from User's constructor"));
}

TEST_CASE("an error that a wrong base URL may have caused says which was used and where it came from") {
  Machine machine;
  const Secret key(key_a);
  machine.variables["WANDB_BASE_URL"] = "https://wandb.example/graphql/";
  auto error = asked(machine, {.api_key = key}, is_a_web_page);
  CHECK(error == errc::not_the_service);
  CHECK(holds(error.reason(), "base URL https://wandb.example/graphql from WANDB_BASE_URL"));
  CHECK(holds(error.reason(), "the library adds /graphql itself"));
  error = asked(machine, {.base_url = "https://wandb.example/wrong", .api_key = key}, is_a_web_page);
  CHECK(holds(error.reason(), "base URL https://wandb.example/wrong from wandb::Options"));
  CHECK_FALSE(holds(error.reason(), "adds /graphql"));
  machine.variables.erase("WANDB_BASE_URL");
  error = asked(machine, {.api_key = key}, refuses);
  CHECK(holds(error.reason(), "base URL https://api.wandb.ai, the default; set WANDB_BASE_URL"));

  for (const auto code : {errc::resolve_failed, errc::connect_failed, errc::tls_failed, errc::protocol_error}) {
    error = asked(
        machine, {.base_url = "https://h", .api_key = key, .retry = {.max_attempts = 1}},
        [&](auto&& expected) { expected.fails(Error(make_error_code(code), "could not", Delivery::nothing_sent)); });
    CHECK(error == code);
    CHECK(holds(error.reason(), "could not (base URL https://h from wandb::Options)"));
  }
  // An error of a transport with its own codes still says that nothing was sent.
  error = asked(machine, {.base_url = "https://h", .api_key = key, .retry = {.max_attempts = 1}}, [&](auto&& expected) {
    expected.fails(Error(make_error_code(boost::asio::error::connection_refused), Delivery::nothing_sent));
  });
  CHECK(holds(error.reason(), "base URL https://h"));
  error = asked(machine, {.base_url = "https://h", .api_key = key},
                [&](auto&& expected) { expected.answers(409, R"({"errors": [{"message": "there"}]})"); });
  CHECK_FALSE(holds(error.reason(), "base URL"));
}

TEST_CASE("where the server knows nobody by a key, key and base URL are told as where it refuses the key") {
  Machine machine;
  machine.variables["WANDB_API_KEY"] = key_a;
  machine.variables["WANDB_BASE_URL"] = "https://h/sub";
  const auto knows_nobody = [](auto&& expected) { expected.answers(200, R"({"data": {"viewer": null}})"); };
  auto error = asked(machine, {}, knows_nobody);
  CHECK(error == errc::unauthorized);
  CHECK(error.reason() ==
        "the server knows nobody by these credentials (the key is from WANDB_API_KEY; base URL https://h/sub from "
        "WANDB_BASE_URL)");
  CHECK(error.advice() == "check the API key");
  CHECK(error.status() == 200);
  testing::FakeTransport transport;
  knows_nobody(transport.expect());
  const Api api(transport, {}, machine.environment());
  const User bob(api, Attrs{{"id", "1"}}, Secret(std::string(40, 'b')));
  error = bob.generate_api_key().error();
  CHECK(error == errc::unauthorized);
  CHECK(error.reason() ==
        "the server does not know the user's secret from User's constructor; it may have been deleted (base URL "
        "https://h/sub from WANDB_BASE_URL)");
}

TEST_CASE("a path that the server does not know is told with the base URL, though the answer is JSON") {
  Machine machine;
  const Secret key(key_a);
  const auto reason = [&](std::string_view url, int status, std::string_view body = R"({"error": "no such route"})") {
    return asked(machine, {.base_url = url, .api_key = key, .retry = {.max_attempts = 1}},
                 [&](auto&& expected) { expected.answers(status, body); })
        .reason();
  };
  const std::string_view graphql_error = R"({"errors": [{"message": "no such route"}]})";
  CHECK(holds(reason("https://h/wrong", 404), "(base URL https://h/wrong from wandb::Options)"));
  CHECK(holds(reason("https://h/wrong", 404, graphql_error), "(base URL https://h/wrong from wandb::Options)"));
  CHECK_FALSE(holds(reason("https://h/right", 400, graphql_error), "base URL"));
  for (const int status : {400, 403, 404, 405, 409, 410, 422, 429}) {
    CAPTURE(status);
    for (const auto body : {std::string_view(R"({"error": "no such route"})"), graphql_error}) {
      CHECK(holds(reason("https://h/graphql/", status, body), "the library adds /graphql itself, leave it out"));
      CHECK(holds(reason("https://h/x/GraphQL", status, body), "the library adds /graphql itself, leave it out"));
    }
  }
  // A status inside an error of a 200 says nothing about the path of the URL.
  CHECK_FALSE(holds(reason("https://h", 200, R"({"errors": [{"message": "m", "extensions": {"code": "NOT_FOUND"}}]})"),
                    "base URL"));
}

TEST_CASE("settings that cannot be used say where the base URL came from") {
  Machine machine;
  machine.variables["WANDB_BASE_URL"] = "http://wandb.example";
  auto error = sent_on(machine).fault;
  CHECK(error == errc::insecure_base_url);
  CHECK(holds(error.reason(), "from WANDB_BASE_URL"));
  machine.variables["WANDB_BASE_URL"] = "wandb.example";
  error = sent_on(machine).fault;
  CHECK(error == errc::invalid_base_url);
  CHECK(holds(error.reason(), "\"wandb.example\" from WANDB_BASE_URL does not begin with https://"));
  error = sent_on(machine, {.base_url = "https://h:0"}).fault;
  CHECK(holds(error.reason(), "from wandb::Options has a port"));
  machine.variables["WANDB_BASE_URL"] = " \n";
  error = sent_on(machine).fault;
  CHECK(error == errc::no_credentials);
  CHECK(holds(error.reason(), "base URL https://api.wandb.ai, the default"));
  CHECK(sent_on(machine, {.base_url = " https://h\n", .api_key = Secret(key_a)}).host == "h h");
}

TEST_CASE("names and paths of the server's are shown whatever their length, and keys in their place are not") {
  Machine machine;
  const std::string host = "wandb-production-of-the-research-department-0123456789.internal.example.com";
  const std::string path = "/a-path-that-is-longer-than-forty-characters-and-a-bit";
  const auto url = "https://" + host + path;
  const Secret key(key_a);
  CHECK(holds(asked(machine, {.base_url = url, .api_key = key}, is_a_web_page).reason(), url));
  const auto failed = [&](std::string_view why) {
    return asked(machine, {.base_url = url, .api_key = key, .retry = {.max_attempts = 1}},
                 [&](auto&& expected) {
                   expected.fails(Error(make_error_code(errc::resolve_failed), why, Delivery::nothing_sent));
                 })
        .reason();
  };
  CHECK(
      holds(failed("could not resolve " + host + ": no such name"), "could not resolve " + host + ": no such name ("));
  CHECK(holds(failed("x" + host + " " + key_a + " " + host + ":443"), "x" + host + " **** " + host + ":443 ("));
  CHECK(holds(sent_on(machine, {.base_url = "http://" + host}).key, host));
  CHECK(holds(sent_on(machine, {.base_url = url}).key, host));
  CHECK(holds(sent_on(machine, {.base_url = host + "/x"}).key, host + "/x"));
  CHECK(holds(sent_on(machine, {.base_url = url + "/../x"}).key, url));

  for (const auto& pasted : {key_a, "local-" + key_a, key_2026, "eyJ" + key_a + ".eyJ" + key_a + ".c2ln",
                             "WANDB_API_KEY=" + key_2026, "https://host/../" + key_2026, "https://" + key_2026 + ":0",
                             '"' + key_2026 + '"', "https://api:" + key_a + "@host", "https://host/?key=" + key_a}) {
    CAPTURE(pasted);
    const auto sent = sent_on(machine, {.base_url = pasted, .api_key = key});
    CHECK(sent.fault == errc::invalid_base_url);
    for (const auto& secret : {key_a, key_2026}) CHECK_FALSE(holds(sent.key, std::string_view(secret).substr(10, 12)));
  }
  machine.variables["WANDB_HTTP_TIMEOUT"] = key_2026;
  const auto sent = sent_on(machine, {.api_key = key});
  CHECK(sent.fault == errc::invalid_environment);
  CHECK_FALSE(holds(sent.key, "xxxx"));
}

TEST_CASE("a key in the place of the host is refused before anybody is asked for it, and shows nowhere") {
  Machine machine;
  machine.write(".netrc", "machine h password " + key_a);
  const Secret given(key_a);
  for (const auto& pasted :
       {key_a, "local-" + key_a, key_2026, key_2026.substr(0, 60), std::string("eyJh.eyJz.c2ln")}) {
    for (const auto& url : {"https://" + pasted, "http://" + pasted + ".:8080/x", "HTTPS://" + pasted + "/graphql/"}) {
      CAPTURE(url);
      for (const auto& options : {Options{.base_url = url}, Options{.base_url = url, .api_key = given}}) {
        const auto sent = sent_on(machine, options);
        CHECK(sent.fault == errc::invalid_base_url);
        CHECK(holds(sent.key, "an API key stands in the place of the host"));
        CHECK(holds(sent.key, "//****"));
        CHECK_FALSE(holds(sent.key, pasted));
        CHECK(sent.host.empty());
      }
    }
  }
}

TEST_CASE("keys in the place of a path show in no error of the settings") {
  Machine machine;
  const Secret key(key_a);
  for (const auto& pasted : {key_a, "local-" + key_a, key_2026}) {
    const auto url = "https://h/" + pasted + "/x";
    CAPTURE(url);
    auto reason = asked(machine, {.base_url = url, .api_key = key}, refuses).reason();
    CHECK(holds(reason, "base URL https://h/****/x from"));
    CHECK_FALSE(holds(reason, pasted));
    reason = sent_on(machine, {.base_url = url}).key;
    CHECK(holds(reason, "base URL https://h/****/x from"));
    CHECK_FALSE(holds(reason, pasted));
    for (const auto& path : {pasted, "/" + pasted + "/netrc", "~/" + pasted}) {
      machine.variables["NETRC"] = path;
      reason = sent_on(machine, {.base_url = "https://h"}).key;
      CHECK(holds(reason, "****"));
      CHECK_FALSE(holds(reason, pasted));
    }
    machine.write(pasted, "machine h password x");
    reason = sent_on(machine, {.base_url = "https://h"}).key;
    CHECK(holds(reason, "/**** does not"));
    CHECK_FALSE(holds(reason, pasted));
    machine.write(pasted, "machine h password " + key_a);
    reason = asked(machine, {.base_url = "https://h"}, refuses).reason();
    CHECK(holds(reason, "/****; "));
    CHECK_FALSE(holds(reason, pasted));
    machine.write(pasted, "machine h x");
    reason = sent_on(machine, {.base_url = "https://h"}).key;
    CHECK(holds(reason, "/****: line 1"));
    CHECK_FALSE(holds(reason, pasted));
    machine.variables.erase("NETRC");
    const auto home = machine.variables["HOME"];
    machine.variables["HOME"] = "/" + pasted;
    reason = sent_on(machine, {.base_url = "https://h"}).key;
    CHECK(holds(reason, "there is neither /****/.netrc nor /****/_netrc"));
    machine.variables["HOME"] = home;
  }
}

TEST_CASE("a base URL that cannot be used is told with what it lacks, or what stands where in it") {
  struct Case {
    std::string url;
    std::string_view told;
  };
  const std::vector<Case> cases{
      {"https://", "the base URL \"https://\" from wandb::Options has no host"},
      {"https:///", "\"https://\" from wandb::Options has no host"},
      {"https:///wandb", "has no host"},
      {"api.wandb.ai", "the base URL \"api.wandb.ai\" from wandb::Options does not begin with https://"},
      {"\"https://h\"", "from wandb::Options holds a quote at position 1"},
      {"'https://h'", "holds a quote at position 1"},
      {"`https://h`", "holds a quote at position 1"},
      {"https://h\"", "holds a quote at position 10"},
      {"\xE2\x80\x9Chttps://h\xE2\x80\x9D", "holds a character outside ASCII at position 1"},
      {"https://h\xC2\xA0", "holds a character outside ASCII at position 10"},
      {"https://h /x", "holds a blank at position 10"},
      {"https://h\n/x", "holds a line end at position 10"},
      {"https://h\\x", "holds a backslash at position 10"},
      {"<https://h>", "holds a bracket at position 1"},
      {"https://h/a[0]", "holds a bracket at position 12"},
      {"https://h/a|b", "holds a character at position 12, which no URL has there"},
      {"\"https://me:secret@h\"", "holds a quote at position 1"},
      {"\"" + key_a + "\"", "holds a quote at position 1"},
  };
  const Machine machine;
  for (const auto& one : cases) {
    CAPTURE(one.url);
    const auto sent = sent_on(machine, {.base_url = one.url});
    CHECK(sent.fault == errc::invalid_base_url);
    CHECK(holds(sent.key, one.told));
    for (const std::string_view secret : {"secret", "aaaaaa"}) CHECK_FALSE(holds(sent.key, secret));
  }
}

TEST_CASE("WANDB_IDENTITY_TOKEN_FILE is never passed over for somebody's netrc entry") {
  Machine machine;
  machine.write(".netrc", "machine api.wandb.ai password " + key_a);
  machine.variables["WANDB_IDENTITY_TOKEN_FILE"] = "/no/such/token";
  const auto error = asked(machine, {}, refuses);
  CHECK(error == errc::unreadable_credentials);
  CHECK(holds(error.reason(), "/no/such/token (WANDB_IDENTITY_TOKEN_FILE)"));
  machine.variables["WANDB_API_KEY"] = key_a;
  const auto sent = sent_on(machine);
  CHECK(sent.fault == errc::invalid_environment);
  CHECK(holds(sent.key, "WANDB_IDENTITY_TOKEN_FILE"));
  CHECK(holds(sent.key, "WANDB_API_KEY"));
  CHECK(sent_on(machine, {.api_key = Secret(key_2026)}).key == basic(key_2026));
  machine.variables["WANDB_IDENTITY_TOKEN_FILE"] = " ";
  CHECK(sent_on(machine).key == basic(key_a));
}

TEST_CASE("the host that is sent and connected to is in its normal form") {
  Machine machine;
  const Secret key(key_a);
  const auto host_of = [&](std::string_view url) { return sent_on(machine, {.base_url = url, .api_key = key}).host; };
  CHECK(host_of("https://HOST.Example.:00443/x") == "host.example host.example");
  CHECK(host_of("https://Host.Example:08443") == "host.example:8443 host.example");
  CHECK(host_of("http://LOCALHOST.:080") == "localhost localhost");
  CHECK(host_of("http://a.localhost.:8080") == "a.localhost:8080 a.localhost");
  CHECK(host_of("http://[0::1]") == "[::1] ::1");
  CHECK(host_of("http://[0000:0:0:0:0:0:0:0001]:08080") == "[::1]:8080 ::1");
  CHECK(host_of("https://[2001:DB8:0:0:1:0:0:1]") == "[2001:db8::1:0:0:1] 2001:db8::1:0:0:1");
  CHECK(host_of("http://[::FFFF:7f00:1]") == "[::ffff:127.0.0.1] ::ffff:127.0.0.1");
  CHECK(host_of("http://127.0.0.1:8080") == "127.0.0.1:8080 127.0.0.1");
  for (const std::string_view far : {"http://[::ffff:10.0.0.1]", "http://[::2]", "http://[::]", "http://[::7f00:1]",
                                     "http://localhost.example.", "http://notlocalhost."}) {
    CAPTURE(far);
    CHECK(sent_on(machine, {.base_url = far, .api_key = key}).fault == errc::insecure_base_url);
  }
}
