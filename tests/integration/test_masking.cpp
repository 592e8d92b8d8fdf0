// Tests that no text of an error shows a secret, however the server repeats it, and that every text is bounded.
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/text/base64.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport/beast.hpp>

#include "../scripted.hpp"

using namespace wandb;

namespace {

const std::string callers = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c";
const std::string given = "eyJhIjox.eyJiIjoy.c2lnbmF0dXJlX29mX2Fubg";
const std::string fresh = "9182736455463728190a0b0c0d0e0f1a2b3c4d5e";
const std::string newest = "wandb_v1_AbCdEfGhIjKlMnOpQrStUvWxYz0_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y";
const std::string long_host = "wandb-internal-production-cluster-of-research-eu-west-1.example.com";

std::vector<std::string> texts_of(const Error& error) {
  std::ostringstream out;
  out << error;
  std::vector<std::string> texts{error.message(), error.reason(), out.str()};
  for (const auto& said : error.messages()) texts.insert(texts.end(), {said.text, said.path, said.code});
  return texts;
}

/// Returns the part of the secret that an error shows, if it is long enough to matter.
std::string told(const Error& error, std::string_view secret) {
  for (const auto& text : texts_of(error)) {
    for (std::size_t at = 0; at + 12 <= secret.size(); ++at) {
      if (text.find(secret.substr(at, 12)) != text.npos) return text;
    }
  }
  return {};
}

struct Desk {
  testing::FakeTransport transport{};
  Api<testing::FakeTransport> api{
      transport,
      {.base_url = "https://" + long_host, .api_key = Secret(callers), .retry = {.max_attempts = 1}},
      Environment::none()};
  User<testing::FakeTransport> ann{api, Attrs{{"id", "u"}}, Secret(given)};

  testing::Expectation& answers(int status, std::string_view body) { return transport.expect().answers(status, body); }
  /// Returns the error of generating a key with this answer.
  Error of_generation(int status, std::string_view body, std::string_view header = "X-None",
                      std::string_view value = "") {
    answers(200, R"({"data":{"viewer":{"id":"u"}}})");
    answers(status, body).with_header(header, value);
    return ann.generate_api_key("ci").error();
  }
};

std::string generated(const std::string& key, const std::string& more) {
  return R"({"data":{"generateApiKey":{"apiKey":{"id":"K","name":")" + key + R"("}}})" + more + "}";
}

}  // namespace

TEST_CASE("nothing of an answer that may bring a new key is told") {
  for (const auto& key : {fresh, newest}) {
    const std::vector<std::pair<int, std::string>> answers{
        {200, "<html>" + key + "</html>"},
        {200, "<html>" + std::string(70, ' ') + key},
        {200, key},
        {200, "\"" + key + "\""},
        {201, R"({"key":")" + key + "\"}"},
        {200, R"({"data":{"generateApiKey":")" + key + "\"}}"},
        {200, R"({"data":{"generateApiKey":{"apiKey":{"id":7,"name":")" + key + "\"}}}}"},
        {200, R"({"data":{"generateApiKey":{"apiKey":{"name":")" + key + "\"}}} x " + key},
        {200, R"({"data":{"generateApiKey":{"apiKey":{"name":")" + key},
        {200, R"({"data":{"generateApiKey":{"apiKey":null}},"errors":[")" + key + "\"]}"},
        {502, "upstream said " + key},
        {502, R"({"message":")" + key + "\"}"},
        {500, R"({"data":null,"errors":[{"message":"made )" + key + R"(","path":["generateApiKey",")" + key +
                  R"("],"extensions":{"code":")" + key + R"("}}]})"},
        {502, R"({"errors":[{"message":"made )" + key.substr(key.size() - 15) +
                  R"(, lost","path":["generateApiKey",")" + key.substr(3, 15) + R"("],"extensions":{"code":")" +
                  key.substr(0, 13) + R"("}}]})"},
        {200, R"({"data":{"generateApiKey":null},"errors":[{"message":"made )" + key.substr(3, 15) +
                  R"(","path":["generateApiKey","apiKey"],"extensions":{"code":503}}]})"},
        {200, R"({"data":{"generateApiKey":{"apiKey":null}},"errors":[{"message":"made )" + key.substr(3, 15) +
                  R"(","path":["generateApiKey","apiKey"]}]})"},
        {200,
         generated(key, R"(,"errors":[{"message":"made )" + key.substr(20, 15) + R"(","path":["generateApiKey",")" +
                            key.substr(3, 15) + R"("],"extensions":{"code":")" + key.substr(9, 12) + R"("}}])")},
    };
    for (const auto& answer : answers) {
      CAPTURE(answer.second);
      CHECK(told(Desk().of_generation(answer.first, answer.second), key) == "");
    }
    for (const auto& header : {"Content-Type", "Location", "Content-type"}) {
      for (const auto& value :
           {key, "text/" + key, "https://" + key.substr(0, 39) + "/x", "/" + key, "x/" + key.substr(0, 20)}) {
        CAPTURE(value);
        const auto error = Desk().of_generation(302, "<html>", header, value);
        CHECK(error == errc::not_the_service);
        CHECK(told(error, key) == "");
      }
    }
  }
  const auto error = Desk().of_generation(302, "<p>", "Location", "https://" + long_host + "/login?next=x");
  CHECK(error.reason().find("(it leads elsewhere; no content type;") != std::string::npos);
  CHECK(Desk().of_generation(502, "<p>", "Content-Type", "Text/HTML; charset=utf-8").reason().find("(text/html;") !=
        std::string::npos);
}

TEST_CASE("a new key that an answer does not show whole is told in no piece beside its data") {
  const auto data = [](const std::string& payload, const std::string& message, const std::string& more) {
    return R"({"data":{"generateApiKey":)" + payload + R"(},"errors":[{"message":")" + message + "\"" + more + "}]}";
  };
  for (const auto& key : {fresh, newest}) {
    const auto id = key.substr(0, 20);
    for (const std::string& payload :
         {std::string(R"({"apiKey":null})"), std::string(R"({"apiKey":{"id":"K2","name":"k"}})"),
          std::string(R"({"apiKey":{"id":"K2"}})"), std::string(R"({"apiKey":{"id":"K2","name":null}})"),
          R"({"apiKey":{"id":"K2","name":")" + id + R"("}})",
          R"({"apiKey":{"id":"K2","name":")" + key.substr(0, 36) + R"("}})",
          R"({"apiKey":{"id":"K2","name":")" + key + R"("}})", R"({"apiKey":{"id":"K2","name":")" + key + R"( "}})"}) {
      for (const std::string& said : {key.substr(0, 36), key.substr(20), key.substr(4), key, key.substr(20, 13)}) {
        for (const std::string more :
             {"", R"(,"path":["generateApiKey","apiKey"])", R"(,"path":["generateApiKey"])", R"(,"path":["audit"])"}) {
          for (const int status : {200, 403, 502}) {
            Desk desk;
            CAPTURE(payload);
            CAPTURE(said);
            const auto error = desk.of_generation(status, data(payload, "could not mail " + said, more));
            if (error.outcome() != Outcome::ran && error.outcome() != Outcome::unknown) continue;
            CHECK(told(error, key) == "");
          }
        }
      }
    }
    for (const std::string before : {"504 ", "504-", "HTTP 504 "}) {
      const auto code = R"(,"extensions":{"code":")" + before + key.substr(3, 30) + "\"}";
      const auto error = Desk().of_generation(200, data("null", "gone", code));
      CHECK(told(error, key) == "");
      CHECK(error.outcome() == Outcome::unknown);
    }
    // It is not shown either if it is unknown what the errors concern.
    for (const std::string more :
         {R"(,"path":["generateApiKey","apiKey"])", R"(,"path":7)", R"(,"path":["audit","log"])"}) {
      CHECK(told(Desk().of_generation(200, data("null", "could not mail " + key.substr(2, 30), more)), key) == "");
      CHECK(told(Desk().of_generation(200, data("null", "no\"},{\"message\":\"mail " + key.substr(2, 30), more)),
                 key) == "");
      CHECK(told(Desk().of_generation(200, data("null", "mail " + key.substr(2, 30) + R"("},{"message":"no)", more)),
                 key) == "");
    }
  }
}

TEST_CASE("why no key was made is told in the server's words, in doubt without what may be a piece of one") {
  const auto said = [](int status, const std::string& error) {
    return Desk()
        .of_generation(status, R"({"data":{"generateApiKey":null},"errors":[)" + error + "]}")
        .messages()
        .at(0);
  };
  const std::string taken = "the name github-actions-2024 is taken";
  CHECK(said(200, R"({"message":")" + taken + "\"}").text == taken);
  const auto doubtful = said(502, R"({"message":"upstream request 1234567890ab failed","path":["generateApiKey"],)"
                                  R"("extensions":{"code":"504_UPSTREAM_GONE"}})");
  CHECK(doubtful.text == "upstream request **** failed");
  CHECK(doubtful.path == "generateApiKey");
  Desk desk;
  desk.answers(502, R"({"errors":["request 1234567890ab failed"]})");
  CHECK(desk.api.viewer().error().messages().at(0).text == "request 1234567890ab failed");
}

TEST_CASE("no part of a secret that is known stands in a page of something in between, wherever that is cut") {
  for (const auto& secret : {callers, given}) {
    const auto token = std::string(detail::basic_authorization(secret)).substr(6);
    for (const auto& shown : {secret, token}) {
      for (std::size_t before = 0; before != 90; ++before) {
        for (const std::string space : {"!", " ", "a"}) {
          Desk desk;
          std::string filling;
          for (std::size_t i = 0; i != before; ++i) filling += space;
          const auto as_ann = desk.api.as(Secret(secret));
          desk.answers(403, filling + shown.substr(0, 36) + "</p>" + filling + shown.substr(1));
          CHECK(told(as_ann.viewer().error(), shown) == "");
          // The JSON breaks off in the middle of the key.
          desk.answers(200, R"({"data":{"viewer":{"id":)" + filling + shown);
          CHECK(told(as_ann.viewer().error(), shown) == "");
        }
      }
    }
  }
}

TEST_CASE("a key that nobody knows is masked in the page of something in between, and a short JWT too") {
  for (const auto& key : {fresh, newest, given, std::string("eyJh.eyJz.c2lnbmF0dXJl")}) {
    for (std::size_t before = 0; before != 90; ++before) {
      Desk desk;
      desk.answers(403, std::string(before, '!') + key);
      CHECK(told(desk.api.viewer().error(), key) == "");
      desk.answers(403, "{\"a\":" + std::string(before, ' ') + key);
      CHECK(told(desk.api.viewer().error(), key) == "");
      desk.answers(403, "<p>").with_header("Content-Type", std::string(before, 'x') + "/" + key);
      CHECK(told(desk.api.viewer().error(), key) == "");
      desk.answers(302, "<p>").with_header("Location", "https://host/" + std::string(2 * before, 'x') + "?" + key);
      CHECK(told(desk.api.viewer().error(), key) == "");
    }
  }
}

TEST_CASE("a redirect's host is shown however long it is, and what it holds beside is not") {
  const auto to = [](const std::string& location) {
    Desk desk;
    desk.answers(302, "<p>").with_header("Location", location);
    const auto reason = desk.api.viewer().error().reason();
    const auto begin = reason.find("it leads to ") + 12;
    return reason.substr(begin, reason.find("; ", begin) - begin);
  };
  CHECK(to("https://" + long_host + ":8443/login") == "https://" + long_host + ":8443/login");
  CHECK(to("//" + long_host) == "//" + long_host);
  CHECK(to("/login?next=https://a") == "/login?next=https://a");
  CHECK(to("https://host/" + fresh + "?token=" + fresh + "#" + given) == "https://host/****?token=****#****");
  CHECK(to("https://api:" + fresh + "@" + long_host + "/a@b") == "https://****@" + long_host + "/a@b");
  CHECK(to("https://" + callers + ".example.com") == "https://****.example.com");
  CHECK(to("https://host/a\u202eb\x1b[2J") == "https://host/a b [2J");
  CHECK(to("https://host/" + std::string(100'000, '/')).size() <= 200);
  // The end of a host identifies its owner.
  std::string labels;
  while (labels.size() < 210) labels += "aaaaaaaaa.";
  CHECK(to("https://api.wandb.ai." + labels + "evil.com/login") ==
        "https://api.wandb.ai." + labels + "evil.com/\u2026");
  for (const std::size_t times : {2U, 60U, 500U}) {
    std::string many;
    for (std::size_t i = 0; i != times; ++i) many += labels;
    for (const std::string before : {"https://api.wandb.ai.", "//", "https://u:p@"}) {
      const auto shown = to(before + many + "evil.com/" + many);
      CHECK(shown.ends_with(".evil.com/\u2026"));
      CHECK(shown.find("\u2026aa") != std::string::npos);
      CHECK(shown.size() < 300);
    }
  }
  CHECK(to(std::string(400, 'x') + "://host/p").ends_with("\u2026host/p"));
}

TEST_CASE("every text of the server is told on one line, of a length that a person reads, and soon") {
  const auto part = callers.substr(5, 11);
  std::string pieces;
  while (pieces.size() < 200'000) pieces += part;
  for (const auto& text : {std::string(200'000, 'x') + " end", pieces, std::string(200'000, '%'),
                           std::string(60'000, ' ') + callers + std::string(200'000, ' ')}) {
    Desk desk;
    desk.answers(200, R"({"data":{"viewer":{"id":"u","name":"n"}},"errors":[{"message":")" + text +
                          R"(","path":["viewer",")" + text + R"("],"extensions":{"code":")" + text + R"("}}]})");
    const auto began = std::chrono::steady_clock::now();
    const auto me = desk.api.viewer().value();
    const auto errors = me.errors();
    REQUIRE(errors.size() == 1);
    for (const auto& shown : texts_of(errors[0])) CHECK(shown.size() < 10'000);
    CHECK(told(errors[0], callers) == "");
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
  }
  Desk desk;
  desk.answers(400,
               "{\"errors\":[{\"message\":\"a\\nb\u0085c\u2028d\u202ee\",\"path\":[\"f\\u001b[2Jg\"],\"extensions\":{"
               "\"code\":\"h\u009bi\"}}]}");
  const auto said = desk.api.viewer().error().messages().at(0);
  CHECK(said.text == "a b c d e");
  CHECK(said.path == "f [2Jg");
  CHECK(said.code == "h i");
}

TEST_CASE("a transport's words are shown as they are, but for the secrets that it was given") {
  Desk desk;
  const auto header = std::string(detail::basic_authorization(callers));
  desk.transport.expect().fails(Error(
      make_error_code(errc::connect_failed),
      "could not connect to " + long_host + ":443\nwith " + header + " of " + callers.substr(2, 20) + " and " + newest,
      Delivery::nothing_sent));
  const auto error = desk.api.viewer().error();
  CHECK(error.reason() == "could not connect to " + long_host +
                              ":443 with Basic **** of **** and **** (base URL https://" + long_host +
                              " from wandb::Options)");
  CHECK(error.code() == make_error_code(errc::connect_failed));
  CHECK(error.delivery() == Delivery::nothing_sent);
}

TEST_CASE("the place of a fault is shown however long it is") {
  Desk desk;
  desk.answers(200, R"({"data":{"users":{"edges":[{"node":{"id":"u","name":"n","apiKeys":{"edges":[{"node":{"id":"k",)"
                    R"("name":7}}]}}}],"pageInfo":{"hasNextPage":false}}}})");
  const auto reason = desk.api.users().next().value().error().reason();
  CHECK(reason.find("users.edges[0].node.apiKeys.edges[0].node.name") != std::string::npos);
}

TEST_CASE("a key in what was sent does not turn the sender's words into the server's") {
  Desk desk;
  const std::string email = "permission-of " + fresh;
  desk.answers(200, R"({"data":{"createUser":null},"errors":[{"message":"no good: )" + email + "\"}]}");
  const auto error = desk.api.create_user(email).error();
  CHECK(error == errc::rejected);
  CHECK(error.messages().at(0).text == "no good: permission-of ****");
}

TEST_CASE("what comes over the wire is masked as well") {
  const auto error_of = [](int status, const std::string& body, const std::string& header, const std::string& value) {
    testing::LoopbackServer server([&](const Request&) {
      Response response;
      response.status = status;
      response.headers.add(header, value);
      response.body = body;
      return response;
    });
    const BeastTransport transport;
    const Api api(transport, {.base_url = server.base_url(), .api_key = Secret(callers), .retry = {.max_attempts = 1}},
                  Environment::none());
    return api.viewer().error();
  };
  const auto redirect = error_of(302, "<p>" + fresh + "</p>", "Location", "https://" + long_host + "/" + callers);
  CHECK(redirect.reason().find("it leads to https://" + long_host + "/****;") != std::string::npos);
  CHECK(told(redirect, fresh) == "");
  CHECK(told(error_of(502, callers.substr(0, 36), "Content-Type", "x/" + newest), callers) == "");
  CHECK(told(error_of(502, "<p>", "Content-Type", "x/" + newest), newest) == "");
  const auto refused = error_of(401, R"({"errors":["no \u202e)" + callers.substr(3, 15) + "\"]}", "X-A", "b");
  CHECK(refused.messages().at(0).text == "no  ****");
}

TEST_CASE("what somebody is called prints without a key, and an address as it is") {
  Desk desk;
  const auto printed = [&](const char* attribute, const std::string& text) {
    std::ostringstream out;
    const User user(desk.api, Attrs{{attribute, text}});
    out << user << ' ' << user[attribute];
    return out.str();
  };
  CHECK(printed("username", fresh) == "<User ****> ****");
  CHECK(printed("name", "Ann " + given) == "<User Ann ****> Ann ****");
  const std::string email = "svc-ml-training-pipeline-of-the-whole-company@example.com";
  CHECK(printed("email", email) == "<User " + email + "> " + email);
}
