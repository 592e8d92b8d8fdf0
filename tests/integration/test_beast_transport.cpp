// Tests BeastTransport against a real server: the bytes sent, the answers received, and the choice of connections.
#include "test_beast_transport.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <wandb/testing/detail/has_ipv6.hpp>

using namespace beast_test;
using wandb::BeastTransport;
using wandb::Delivery;
using wandb::errc;

TEST_CASE("a request arrives as it was given, with Host and Content-Length added") {
  std::string seen;
  const LoopbackServer server([&seen](const wandb::Request& request) {
    seen.append(request.method).append(" ").append(request.target).append("|").append(request.host);
    for (const auto& field : request.headers) {
      seen.append("|").append(field.name).append("=").append(field.value).append(field.secret ? "!" : "");
    }
    seen.append("|").append(request.body);
    return ok("");
  });
  const BeastTransport transport;
  auto request = request_to(server);
  request.method = "PUT";
  request.target = "/a%20b?c=d";
  request.host = "api.example:1234";
  request.body = "{\"x\":1}";
  const std::array headers{wandb::Header{"Authorization", "Basic eDp5", true}, wandb::Header{"X-Empty", ""}};
  request.headers = headers;
  REQUIRE(transport.send(request).has_value());
  CHECK(seen == "PUT /a%20b?c=d|api.example:1234|Authorization=Basic eDp5!|X-Empty=|{\"x\":1}");
}

TEST_CASE("an answer comes back with its status, headers and body") {
  const LoopbackServer server([](const wandb::Request&) {
    auto response = ok("{\"data\":null}", 418);
    response.headers.add("Retry-After", "7");
    return response;
  });
  const BeastTransport transport;
  const auto response = transport.send(request_to(server));
  REQUIRE(response.has_value());
  CHECK(response->status == 418);
  CHECK(response->headers.find("retry-after") == "7");
  CHECK(response->body == "{\"data\":null}");
}

TEST_CASE("a GET without a body claims no length") {
  std::size_t fields = 0;
  const LoopbackServer server([&](const wandb::Request& request) {
    fields = request.headers.size();
    return ok(request.method);
  });
  const BeastTransport transport;
  auto request = request_to(server);
  request.method = "GET";
  request.body = {};
  CHECK(transport.send(request).value().body == "GET");
  CHECK(fields == 0);
}

TEST_CASE("a connection is kept and used again") {
  const LoopbackServer server(echo());
  const BeastTransport transport;
  for (int i = 0; i != 20; ++i) REQUIRE(transport.send(request_to(server)).has_value());
  CHECK(server.connections() == 1);
  CHECK(server.requests() == 20);
  CHECK(transport.idle_connections() == 1);
}

TEST_CASE("each origin has connections of its own") {
  const LoopbackServer one(echo());
  const LoopbackServer two(echo());
  const BeastTransport transport;
  for (int i = 0; i != 3; ++i) {
    REQUIRE(transport.send(request_to(one)).has_value());
    REQUIRE(transport.send(request_to(two)).has_value());
  }
  CHECK(one.connections() == 1);
  CHECK(two.connections() == 1);
}

TEST_CASE("a connection that the server closed while idle loses no request") {
  LoopbackServer server(echo());
  const BeastTransport transport;
  for (std::size_t i = 1; i != 20; ++i) {
    REQUIRE(transport.send(request_to(server)).has_value());
    CHECK(server.connections() == i);
    server.drop_connections();
    await_closed(server);
  }
}

TEST_CASE("a connection that was closed silently after an answer is not used again") {
  LoopbackServer server(echo());
  server.inject({.close_silently = true});
  const BeastTransport transport;
  REQUIRE(transport.send(request_to(server)).has_value());
  await_closed(server);
  REQUIRE(transport.send(request_to(server)).has_value());
  CHECK(server.connections() == 2);
}

TEST_CASE("bytes that nobody asked for spoil an idle connection") {
  LoopbackServer server(echo());
  server.inject({.raw = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  const BeastTransport transport;
  CHECK(transport.send(request_to(server)).value().body == "{}");
  CHECK(transport.idle_connections() == 0);
  CHECK(transport.send(request_to(server)).value().body == "{}");
  CHECK(server.connections() == 2);
}

TEST_CASE("Connection: close is honoured") {
  LoopbackServer server(echo());
  server.inject({.last = true});
  const BeastTransport transport;
  REQUIRE(transport.send(request_to(server)).has_value());
  CHECK(transport.idle_connections() == 0);
  REQUIRE(transport.send(request_to(server)).has_value());
  CHECK(server.connections() == 2);
}

TEST_CASE("an HTTP/1.0 server's connection is not kept") {
  LoopbackServer server(echo());
  server.inject({.raw = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"});
  const BeastTransport transport;
  CHECK(transport.send(request_to(server)).value().body == "{}");
  CHECK(transport.idle_connections() == 0);
}

TEST_CASE("no connection is kept where none may be idle") {
  const LoopbackServer server(echo());
  const BeastTransport transport({.max_idle_per_origin = 0});
  for (int i = 0; i != 3; ++i) REQUIRE(transport.send(request_to(server)).has_value());
  CHECK(server.connections() == 3);
}

TEST_CASE("a connection that was idle for too long is not used") {
  const LoopbackServer server(echo());
  const BeastTransport transport({.idle_timeout = 0s});
  for (int i = 0; i != 3; ++i) REQUIRE(transport.send(request_to(server)).has_value());
  CHECK(server.connections() == 3);
}

TEST_CASE("close_idle closes what waits") {
  const LoopbackServer server(echo());
  const BeastTransport transport;
  REQUIRE(transport.send(request_to(server)).has_value());
  transport.close_idle();
  CHECK(transport.idle_connections() == 0);
  REQUIRE(transport.send(request_to(server)).has_value());
  CHECK(server.connections() == 2);
}

TEST_CASE("a transport can be moved with its connections") {
  const LoopbackServer server(echo());
  BeastTransport first;
  REQUIRE(first.send(request_to(server)).has_value());
  const BeastTransport second(std::move(first));
  REQUIRE(second.send(request_to(server)).has_value());
  CHECK(server.connections() == 1);
}

TEST_CASE("a body may be chunked, and the connection is kept") {
  LoopbackServer server(echo());
  server.inject({.framing = Framing::chunked}, 2);
  const BeastTransport transport;
  auto request = request_to(server);
  request.body = "a body in two chunks";
  CHECK(transport.send(request).value().body == "a body in two chunks");
  CHECK(transport.send(request).value().body == "a body in two chunks");
  CHECK(server.connections() == 1);
}

TEST_CASE("trailers after the chunks are no headers") {
  LoopbackServer server(echo());
  server.inject(
      {.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\nRetry-After: 9\r\n\r\n"});
  const BeastTransport transport;
  const auto response = transport.send(request_to(server)).value();
  CHECK(response.body == "{}");
  CHECK_FALSE(response.headers.find("Retry-After").has_value());
}

TEST_CASE("a body may end with the connection") {
  LoopbackServer server(echo());
  server.inject({.framing = Framing::until_close});
  const BeastTransport transport;
  auto request = request_to(server);
  request.body = "until the end";
  CHECK(transport.send(request).value().body == "until the end");
  CHECK(transport.idle_connections() == 0);
}

TEST_CASE("an answer may come in single bytes, however its body is framed") {
  for (const auto framing : {Framing::content_length, Framing::chunked, Framing::until_close}) {
    LoopbackServer server(echo());
    server.inject({.framing = framing, .piece = 1});
    const BeastTransport transport;
    auto request = request_to(server);
    request.body = "byte by byte";
    CHECK(transport.send(request).value().body == "byte by byte");
  }
}

TEST_CASE("interim answers are skipped") {
  LoopbackServer server(echo());
  server.inject({.interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"});
  const BeastTransport transport;
  const auto response = transport.send(request_to(server)).value();
  CHECK(response.status == 200);
  CHECK_FALSE(response.headers.find("Link").has_value());
  CHECK(transport.idle_connections() == 1);
}

TEST_CASE("an answer may have no body") {
  LoopbackServer server(echo());
  server.inject({.raw = "HTTP/1.1 204 No Content\r\n\r\n"});
  const BeastTransport transport;
  const auto response = transport.send(request_to(server)).value();
  CHECK(response.status == 204);
  CHECK(response.body.empty());
  CHECK(transport.idle_connections() == 1);
}

TEST_CASE("bodies of megabytes pass in both directions") {
  LoopbackServer server(echo());
  const std::string body(std::size_t{5} * 1024 * 1024 + 1, 'x');
  const BeastTransport transport;
  for (const auto framing : {Framing::content_length, Framing::chunked, Framing::until_close}) {
    server.inject({.framing = framing});
    auto request = request_to(server);
    request.body = body;
    const auto response = transport.send(request).value();
    CHECK(std::string_view(response.body) == body);
  }
}

TEST_CASE("headers of many kilobytes are read") {
  LoopbackServer server(echo());
  const std::string value(40'000, 'v');
  server.inject({.raw = "HTTP/1.1 200 OK\r\nX-Long: " + value + "\r\nContent-Length: 2\r\n\r\n{}"});
  const BeastTransport transport;
  const auto response = transport.send(request_to(server)).value();
  CHECK(response.headers.find("X-Long") == value);
  CHECK(response.body == "{}");
}

TEST_CASE("a redirect is an answer like any other") {
  const LoopbackServer server([](const wandb::Request&) {
    auto response = ok("", 302);
    response.headers.add("Location", "http://127.0.0.1:1/");
    return response;
  });
  const BeastTransport transport;
  CHECK(transport.send(request_to(server)).value().status == 302);
  CHECK(server.requests() == 1);
}

TEST_CASE("what HTTP cannot carry is refused before anything is sent") {
  const LoopbackServer server(echo());
  const BeastTransport transport;
  const auto refused = [&](const wandb::Request& request) {
    const auto error = transport.send(request).error();
    CHECK(error == errc::invalid_argument);
    CHECK(error.delivery() == Delivery::nothing_sent);
  };
  const auto with_header = [&](std::string_view name, std::string_view value) {
    const std::array headers{wandb::Header{name, value}};
    auto request = request_to(server);
    request.headers = headers;
    refused(request);
  };
  with_header("X-A", "b\r\nX-C: d");
  with_header("X-A", "b\nc");
  with_header("X-A", std::string_view("b\0c", 3));
  with_header("X A", "b");
  with_header("", "b");
  with_header("Host", "elsewhere");
  with_header("content-length", "1");
  with_header("Transfer-Encoding", "chunked");
  for (const auto* target : {"/a b", "/a\r\nb", ""}) {
    auto request = request_to(server);
    request.target = target;
    refused(request);
  }
  auto request = request_to(server);
  request.method = "PO ST";
  refused(request);
  request = request_to(server);
  request.host = "a\r\nb";
  refused(request);
  request = request_to(server);
  request.origin.host = {};
  refused(request);
  CHECK(server.connections() == 0);
}

TEST_CASE("localhost reaches a server on either loopback address") {
  const LoopbackServer four(echo());
  const BeastTransport transport;
  CHECK(transport.send(request_to("localhost", four.port())).has_value());
  CHECK(transport.send(request_to("w.LocalHost", four.port())).has_value());
}

TEST_CASE("an IPv6 literal is an address" * doctest::skip(!wandb::testing::detail::has_ipv6())) {
  const LoopbackServer server(echo(), {.address = "::1"});
  const BeastTransport transport;
  CHECK(server.base_url() == "http://[::1]:" + std::to_string(server.port()));
  CHECK(transport.send(request_to("::1", server.port())).has_value());
}

TEST_CASE("what was read is wiped when it has been used") {
  wandb::detail::ReadBuffer buffer;
  const std::string_view secret = "a secret that was in a body";
  const auto [data, size] = buffer.room();
  REQUIRE(size > secret.size());
  std::copy(secret.begin(), secret.end(), data);
  buffer.fill(secret.size());
  buffer.consume(secret.size());
  buffer.reset();
  CHECK(std::string_view(data, secret.size()) == std::string(secret.size(), '\0'));
}

TEST_CASE("many threads share a transport, and each gets its own answers") {
  const LoopbackServer server(echo());
  const BeastTransport transport({.max_idle_per_origin = 4});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t != 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i != 50; ++i) {
        const auto body = std::to_string(t) + ":" + std::to_string(i);
        auto request = request_to(server);
        request.body = body;
        const auto response = transport.send(request);
        if (!response || std::string_view(response->body) != body) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(server.requests() == 400);
  CHECK(transport.idle_connections() <= 4);
}
