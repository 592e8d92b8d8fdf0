// Tests the connections of AsyncBeastTransport: their number, the order of waiting requests, and when a connection is
// not reused.
#include "test_async_beast.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace async_test;

namespace {

// Answers with the request's body, and remembers the order.
struct Recorder {
  std::mutex mutex;
  std::vector<std::string> seen;
  wandb::Response handle(const Request& request) {
    const std::lock_guard guard(mutex);
    seen.emplace_back(request.body);
    return ok(request.body);
  }
};

}  // namespace

TEST_CASE("async: a connection is kept and used again") {
  const LoopbackServer server(echo());
  Lone at;
  for (int i = 0; i != 20; ++i) REQUIRE(at.send(request_to(server)).has_value());
  CHECK(server.connections() == 1);
  CHECK(at.transport.connections_opened() == 1);
  CHECK(at.transport.idle_connections() == 1);
}

TEST_CASE("async: no origin has more connections than allowed, and everybody is answered") {
  for (const bool tls : {false, true}) {
    const LoopbackServer server(echo(), {.tls = tls});
    const LoopbackServer other(echo());
    const TemporaryFile ca(server.ca_pem());
    Lone at({.ca_file = ca.path(), .max_connections_per_origin = 3});
    std::vector<std::string> bodies;
    for (int i = 0; i != 50; ++i) bodies.push_back(std::to_string(i));
    std::vector<Request> requests;
    for (const auto& body : bodies) {
      requests.push_back(request_to(server));
      requests.back().body = body;
    }
    requests.push_back(request_to(other));
    const auto answers = at.send_all(requests);
    for (std::size_t i = 0; i != bodies.size(); ++i) CHECK(std::string_view(answers[i].value().body) == bodies[i]);
    CHECK(answers.back().has_value());
    CHECK(server.connections() == 3);
    CHECK(other.connections() == 1);
    CHECK(at.transport.idle_connections() == 4);
  }
}

TEST_CASE("async: a limit of none is one") {
  const LoopbackServer server(echo());
  Lone at({.max_connections_per_origin = 0});
  for (const auto& answer : at.send_all({request_to(server), request_to(server)})) CHECK(answer.has_value());
  CHECK(server.connections() == 1);
}

TEST_CASE("async: who came first is served first, and no newcomer passes those in line") {
  Recorder recorder;
  const LoopbackServer server(recorder);
  Lone at({.max_connections_per_origin = 1});
  const std::vector<std::string> bodies{"a", "b", "c", "d", "e", "f"};
  const auto call = [&](std::size_t which) -> asio::awaitable<void> {
    auto request = request_to(server);
    request.body = bodies[which];
    const auto answer = co_await at.transport.send(request);
    CHECK(answer.has_value());
    // A new request arrives at the moment at which a connection is returned.
    if (which != 0) co_return;
    request.body = bodies[5];
    const auto again = co_await at.transport.send(request);
    CHECK(again.has_value());
  };
  std::vector<std::future<void>> all;
  for (std::size_t i = 0; i != 5; ++i) all.push_back(asio::co_spawn(at.io, call(i), asio::use_future));
  at.io.run();
  for (auto& one : all) one.get();
  CHECK(recorder.seen == bodies);
  CHECK(server.connections() == 1);
}

TEST_CASE("async: who leaves the line early does not hold up those behind") {
  Recorder recorder;
  LoopbackServer server(recorder);
  server.inject({.delay = 150ms});
  Lone at({.max_connections_per_origin = 1});
  std::vector<Request> requests(4, request_to(server));
  requests[1].deadline = Clock::now() + 30ms;
  requests[2].deadline = Clock::now() + 40ms;
  requests[3].body = "patient";
  const auto answers = at.send_all(requests);
  CHECK(answers[0].has_value());
  CHECK(answers[1].error() == errc::timed_out);
  CHECK(answers[2].error() == errc::timed_out);
  CHECK(answers[3].value().body == "patient");
  CHECK(recorder.seen == std::vector<std::string>{"{}", "patient"});
}

TEST_CASE("async: what was given to a caller who is leaving goes to the next in line") {
  const LoopbackServer server(echo());
  asio::io_context io;
  wandb::detail::AsyncServices services(io.get_executor(), {});
  wandb::detail::AsyncPool pool(services, 1, 60s);
  const auto origin = request_to(server);
  std::string order;
  const auto take = [&](char name, std::stop_token stop) -> asio::awaitable<void> {
    auto request = origin;
    request.stop = std::move(stop);
    auto lease = co_await pool.take(request);
    order += name;
    if (lease) co_await rest(20ms);
    else order += '!';
  };
  std::stop_source stop;
  std::vector<std::future<void>> all;
  all.push_back(asio::co_spawn(io, take('a', {}), asio::use_future));
  all.push_back(asio::co_spawn(io, take('b', stop.get_token()), asio::use_future));
  all.push_back(asio::co_spawn(io, take('c', {}), asio::use_future));
  const auto stopping = [&]() -> asio::awaitable<void> {
    co_await rest(5ms);
    stop.request_stop();
  };
  all.push_back(asio::co_spawn(io, stopping(), asio::use_future));
  io.run();
  for (auto& one : all) one.get();
  CHECK(order == "ab!c");
}

TEST_CASE("async: a connection that could not be opened leaves its place to the next in line") {
  const auto port = closed_port();
  Lone at({.max_connections_per_origin = 1});
  for (const auto& answer : at.send_all(std::vector(5, request_to("127.0.0.1", port)))) {
    CHECK(answer.error() == errc::connect_failed);
    CHECK(answer.error().delivery() == Delivery::nothing_sent);
  }
  CHECK(at.transport.connections_opened() == 5);
}

TEST_CASE("async: a lost connection leaves its place to the next in line, and is not asked again") {
  LoopbackServer server(echo());
  server.inject({.close_after = 0}, 2);
  Lone at({.max_connections_per_origin = 1});
  const auto answers = at.send_all(std::vector(4, request_to(server)));
  const auto lost = std::count_if(answers.begin(), answers.end(), [](const Answer& answer) {
    return !answer && answer.error() == errc::connection_lost && answer.error().delivery() == Delivery::perhaps_sent;
  });
  CHECK(lost == 2);
  CHECK(server.requests() == 4);
  CHECK(server.connections() == 3);
}

TEST_CASE("async: a connection that was idle for too long is not used") {
  const LoopbackServer server(echo());
  Lone at({.idle_timeout = 0s});
  for (int i = 0; i != 3; ++i) REQUIRE(at.send(request_to(server)).has_value());
  CHECK(server.connections() == 3);
  CHECK(at.transport.idle_connections() <= 1);
}

TEST_CASE("async: a connection that the server closed while idle loses no request") {
  for (const bool tls : {false, true}) {
    LoopbackServer server(echo(), {.tls = tls});
    const TemporaryFile ca(server.ca_pem());
    Lone at({.ca_file = ca.path()});
    for (std::size_t i = 1; i != 10; ++i) {
      REQUIRE(at.send(request_to(server)).has_value());
      CHECK(server.connections() == i);
      server.drop_connections();
      await_closed(server);
    }
  }
}

TEST_CASE("async: bytes that nobody asked for spoil an idle connection") {
  LoopbackServer server(echo());
  server.inject({.raw = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  Lone at;
  CHECK(at.send(request_to(server)).value().body == "{}");
  CHECK(at.transport.idle_connections() == 0);
  CHECK(at.send(request_to(server)).value().body == "{}");
}

TEST_CASE("async: Connection: close is honoured, and close_idle closes what waits") {
  LoopbackServer server(echo());
  server.inject({.last = true});
  Lone at;
  REQUIRE(at.send(request_to(server)).has_value());
  CHECK(at.transport.idle_connections() == 0);
  REQUIRE(at.send(request_to(server)).has_value());
  CHECK(at.transport.idle_connections() == 1);
  at.transport.close_idle();
  CHECK(at.transport.idle_connections() == 0);
  REQUIRE(at.send(request_to(server)).has_value());
  CHECK(server.connections() == 3);
}

TEST_CASE("async: an answer may come in pieces, chunked, without a length, in megabytes") {
  const std::string large(std::size_t{3} * 1024 * 1024 + 1, 'x');
  for (const bool tls : {false, true}) {
    LoopbackServer server(echo(), {.tls = tls});
    const TemporaryFile ca(server.ca_pem());
    Lone at({.ca_file = ca.path()});
    for (const auto framing : {Framing::content_length, Framing::chunked, Framing::until_close}) {
      for (const auto* body : {"byte by byte", large.c_str()}) {
        auto request = request_to(server);
        request.body = body;
        server.inject({.interim = "HTTP/1.1 100 Continue\r\n\r\n",
                       .framing = framing,
                       .piece = request.body.size() < 100 ? std::size_t{1} : std::size_t{0}});
        const auto answer = at.send(request);
        REQUIRE_MESSAGE(answer.has_value(), answer.error());
        CHECK(std::string_view(answer->body) == body);
      }
    }
  }
}

TEST_CASE("async: a body beyond the limit is refused, and its connection is closed") {
  LoopbackServer server(echo());
  Lone at({.max_response_size = 10});
  auto request = request_to(server);
  request.body = "eleven char";
  CHECK(at.send(request).error() == errc::response_too_large);
  CHECK(at.transport.idle_connections() == 0);
}

TEST_CASE("async: what HTTP cannot carry is refused before anything is sent") {
  const LoopbackServer server(echo());
  Lone at;
  auto request = request_to(server);
  request.target = "/a b";
  CHECK(at.send(request).error() == errc::invalid_argument);
  CHECK(server.connections() == 0);
}

TEST_CASE("async, TLS: the next connection resumes the session of the first") {
  for (const int version : {TLS1_2_VERSION, 0}) {
    const LoopbackServer server(echo(), {.tls = true, .max_tls_version = version});
    const TemporaryFile ca(server.ca_pem());
    Lone at({.ca_file = ca.path()});
    for (int i = 0; i != 3; ++i) {
      REQUIRE(at.send(request_to(server)).has_value());
      at.transport.close_idle();
    }
    CHECK(server.connections() == 3);
    CHECK(server.resumed() == 2);
  }
}

TEST_CASE("async, TLS: whom nobody vouches for is refused in OpenSSL's words") {
  const LoopbackServer server(echo(), {.tls = true});
  Lone at;
  const auto error = at.send(request_to(server)).error();
  CHECK(error == errc::tls_failed);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(error.reason().find("certificate verify failed: ") != std::string::npos);
  CHECK(server.requests() == 0);
}

TEST_CASE("async, TLS: a connection closed during the handshake is a failed handshake") {
  LoopbackServer server(echo(), {.tls = true});
  const TemporaryFile ca(server.ca_pem());
  server.inject({.close_on_accept = true});
  Lone at({.ca_file = ca.path()});
  CHECK(at.send(request_to(server)).error() == errc::tls_failed);
}

TEST_CASE("async, TLS: a file of authorities that is not there is an error that names it") {
  const LoopbackServer server(echo(), {.tls = true});
  Lone at({.ca_file = "/nowhere/ca.pem"});
  const auto error = at.send(request_to(server)).error();
  CHECK(error == errc::tls_failed);
  CHECK(error.reason().find("/nowhere/ca.pem") != std::string::npos);
}
