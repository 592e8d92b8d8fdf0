// Tests that the conformance suite catches transports that send again, or that change what they carry.
#include <doctest/doctest.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/error.hpp>
#include <wandb/headers.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/beast.hpp>

#include "test_conformance.hpp"

namespace {

using wandb::BeastTransport;
using wandb::Header;
using wandb::Request;
using namespace conformance_test;

// A transport that sends again after an answer with one of these statuses.
Mistake repeating(std::initializer_list<int> statuses) {
  return [again = std::vector<int>(statuses)](const BeastTransport& inner, const Request& request) {
    auto answer = inner.send(request);
    for (const int status : again) {
      if (answer && answer->status == status) return inner.send(request);
    }
    return answer;
  };
}

// A transport that adds a header to each request.
Mistake adding(Header header) {
  return [header](const BeastTransport& inner, Request request) {
    std::vector<Header> headers(request.headers.begin(), request.headers.end());
    headers.push_back(header);
    request.headers = headers;
    return inner.send(request);
  };
}

// A transport that changes the bodies of answers.
Mistake changing(void (*change)(std::string& body)) {
  return [change](const BeastTransport& inner, const Request& request) {
    auto answer = inner.send(request);
    if (!answer) return answer;
    std::string body(answer->body);
    change(body);
    answer->body = body;
    return answer;
  };
}

Answer follow_here(const BeastTransport& inner, const Request& request, std::string_view start) {
  auto answer = inner.send(request);
  if (!answer || answer->status < 300 || answer->status > 399) return answer;
  const std::string location(answer->headers.find("Location").value());
  if (location.find(start) != 0) return answer;
  auto again = request;
  again.target = "/elsewhere";
  return inner.send(again);
}

}  // namespace

TEST_CASE("a transport that follows redirects within the origin is caught") {
  check_caught("follows no redirect", "2 requests of one send",
               [](const auto& inner, const Request& request) { return follow_here(inner, request, "/elsewhere"); });
  check_caught("follows no redirect", "2 requests of one send", [](const auto& inner, const Request& request) {
    return follow_here(inner, request, "http://" + std::string(request.host));
  });
}

TEST_CASE("a transport that sends again because of a status is caught") {
  for (const int status : {408, 421, 425, 429, 500, 502, 503, 504}) {
    CAPTURE(status);
    check_caught("sends once whatever the status", "2 requests of one send", repeating({status}));
  }
}

TEST_CASE("a transport that answers a challenge is caught") {
  check_caught("sends once whatever the status", "2 requests of one send",
               [](const auto& inner, const Request& request) {
                 auto answer = inner.send(request);
                 return answer && answer->headers.find("WWW-Authenticate") ? inner.send(request) : answer;
               });
}

TEST_CASE("a transport that adds a header which no connection needs is caught") {
  for (const auto* name : {"Cookie", "Referer", "Accept-Language"}) {
    CAPTURE(name);
    check_caught("sends a request byte for byte", "added the header " + std::string(name), adding({name, "1"}));
  }
  check_caught("carries bodies of 0, 1 and 16 Mi bytes", "added the header Expect", adding({"Expect", "something"}));
}

TEST_CASE("a transport that sends cookies back is caught") {
  const auto jar = std::make_shared<std::string>();
  check_caught("returns the headers of an answer byte for byte", "added the header Cookie",
               [jar](const auto& inner, const Request& request) {
                 auto answer = jar->empty() ? inner.send(request) : adding({"Cookie", *jar})(inner, request);
                 if (answer && answer->headers.find("Set-Cookie")) *jar = *answer->headers.find("Set-Cookie");
                 return answer;
               });
}

TEST_CASE("a transport that takes a body for a text is caught") {
  constexpr std::string_view rule = "carries every byte of a body";
  check_caught(rule, "another body than a body with a NUL", changing([](std::string& body) { body = body.c_str(); }));
  check_caught(rule, "another body than a body with CR and LF",
               changing([](std::string& body) { std::erase(body, '\r'); }));
  check_caught(rule, "another body than a body with UTF-8", changing([](std::string& body) {
                 std::string encoded;
                 for (const char c : body) {
                   const auto byte = static_cast<unsigned char>(c);
                   if (byte >= 128) encoded += static_cast<char>(0xC0 | (byte >> 6));
                   encoded += byte < 128 ? c : static_cast<char>(0x80 | (byte & 63));
                 }
                 body = encoded;
               }));
  check_caught(rule, "another body than a body with blanks around it", changing([](std::string& body) {
                 while (!body.empty() && body.back() == ' ') body.pop_back();
               }));
}
