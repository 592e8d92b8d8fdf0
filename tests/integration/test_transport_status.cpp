// Tests the HTTP status in an error of a Beast transport: the status that was read, that of the final answer, or none.
#include "test_async_beast.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace async_test;

namespace {

const std::string unavailable = "HTTP/1.1 503 Service Unavailable\r\n";

// Calls `look` with the result of each transport, over TCP and TLS, for a request that is handled in the given way.
void each_way(const Fault& fault, std::chrono::milliseconds timeout, const std::function<void(const Answer&)>& look) {
  for (const bool tls : {false, true}) {
    LoopbackServer server(echo(), {.tls = tls});
    const TemporaryFile ca(server.ca_pem());
    server.inject(fault, 2);
    const auto path = tls ? ca.path() : std::string();
    CAPTURE(tls);
    {
      INFO("BeastTransport");
      const wandb::BeastTransport transport({.ca_file = path, .max_response_size = 1000});
      look(transport.send(request_to(server, timeout)));
      CHECK(transport.idle_connections() == 0);
    }
    {
      INFO("AsyncBeastTransport");
      Lone at({.ca_file = path, .max_response_size = 1000});
      look(at.send(request_to(server, timeout)));
      CHECK(at.transport.idle_connections() == 0);
    }
  }
}

// Checks the error of an answer that begins with these bytes, after which the server closes the connection or stays
// silent.
struct Expected {
  errc code;
  int status;
};
enum class Then { closes, falls_silent };
void check_error(const std::string& raw, Then then, Expected expected, std::size_t piece = 0) {
  CAPTURE(raw);
  CAPTURE(piece);
  Fault fault{.raw = raw};
  if (then == Then::closes) fault.close_after = raw.size();
  else fault.stall_after = raw.size();
  fault.piece = piece;
  fault.pause = piece == 0 ? 0ms : 1ms;
  each_way(fault, then == Then::closes ? 10s : 100ms, [&](const Answer& answer) {
    REQUIRE_FALSE(answer.has_value());
    CAPTURE(answer.error());
    CHECK(answer.error() == expected.code);
    CHECK(answer.error().status() == expected.status);
    CHECK(answer.error().delivery() == Delivery::answered);
  });
}

}  // namespace

TEST_CASE("an answer that is cut in its body carries its status") {
  check_error(unavailable + "Content-Length: 100\r\n\r\n0123456789", Then::closes, {errc::connection_lost, 503});
  check_error(unavailable + "Transfer-Encoding: chunked\r\n\r\n5\r\n01234", Then::closes, {errc::connection_lost, 503});
  check_error(unavailable + "Transfer-Encoding: chunked\r\n\r\n", Then::closes, {errc::connection_lost, 503});
  check_error("HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{}", Then::closes, {errc::connection_lost, 201});
}

TEST_CASE("an answer that stalls in its body carries its status") {
  check_error(unavailable + "Content-Length: 100\r\n\r\n0123456789", Then::falls_silent, {errc::timed_out, 503});
  check_error(unavailable + "Transfer-Encoding: chunked\r\n\r\n5\r\n", Then::falls_silent, {errc::timed_out, 503});
  check_error(unavailable + "Connection: close\r\n\r\nabc", Then::falls_silent, {errc::timed_out, 503});
}

TEST_CASE("an answer that is too large carries its status") {
  const std::string body(1001, 'x');
  check_error(unavailable + "Content-Length: 1001\r\n\r\n" + body, Then::closes, {errc::response_too_large, 503});
  check_error(unavailable + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + body + "\r\n0\r\n\r\n", Then::closes,
              {errc::response_too_large, 503});
  check_error(unavailable + "\r\n" + body, Then::closes, {errc::response_too_large, 503});
  check_error(unavailable + "X: " + std::string(70'000, 'x'), Then::closes, {errc::response_too_large, 503});
}

TEST_CASE("an answer whose status line was read whole carries its status, in whatever pieces it came") {
  for (const std::size_t piece : {std::size_t{0}, std::size_t{1}, std::size_t{7}, unavailable.size()}) {
    check_error(unavailable, Then::closes, {errc::connection_lost, 503}, piece);
    check_error(unavailable + "Content-Le", Then::closes, {errc::connection_lost, 503}, piece);
    check_error("HTTP/1.1 100 Continue\r\n\r\n" + unavailable + "Serv", Then::closes, {errc::connection_lost, 503},
                piece);
  }
  check_error(unavailable + "Server: x\r\n", Then::falls_silent, {errc::timed_out, 503}, 5);
}

TEST_CASE("a status line that was not read whole carries none") {
  for (const std::size_t length : {std::size_t{5}, std::size_t{12}, std::size_t{13}, unavailable.size() - 1}) {
    check_error(unavailable.substr(0, length), Then::closes, {errc::connection_lost, 0});
  }
  check_error("HTTP/1.1 503 Serv", Then::falls_silent, {errc::timed_out, 0}, 3);
}

TEST_CASE("the status of an interim answer is not the answer's") {
  for (const std::size_t piece : {0U, 1U}) {
    check_error("HTTP/1.1 100 Continue\r\n\r\n", Then::closes, {errc::connection_lost, 0}, piece);
    check_error("HTTP/1.1 100 Continue\r\n", Then::closes, {errc::connection_lost, 0}, piece);
    check_error("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", Then::falls_silent, {errc::timed_out, 0}, piece);
    check_error("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Serv", Then::closes, {errc::connection_lost, 0}, piece);
  }
  check_error("HTTP/1.1 101 Switching Protocols\r\n\r\n", Then::closes, {errc::protocol_error, 0});
}

TEST_CASE("what is not HTTP carries no status") {
  for (const std::string raw :
       {"SSH-2.0-OpenSSH_9.2\r\n", "garbage\r\n\r\n", "220 smtp.example ESMTP\r\n",
        "HTTP/2 503 Service Unavailable\r\n\r\n", "HTTP/1.1 5x3 Odd\r\n\r\n", "HTTP/1.1 5034 Odd\r\n\r\n",
        "HTTP/1.1 503\r\n\r\n", "http/1.1 503 Odd\r\n\r\n", "HTTP/1.1  503 Odd\r\n\r\n"}) {
    check_error(raw, Then::closes, {errc::protocol_error, 0});
  }
  check_error("\x15\x03\x03\x01\x02\x02\x28", Then::closes, {errc::protocol_error, 0});  // a TLS alert
}

TEST_CASE("an answer that is no HTTP behind its status line carries its status") {
  check_error(unavailable + "no colon\r\n\r\n", Then::closes, {errc::protocol_error, 503});
  check_error(unavailable + "Content-Length: x\r\n\r\n", Then::closes, {errc::protocol_error, 503});
  check_error(unavailable + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", Then::closes, {errc::protocol_error, 503});
}

TEST_CASE("a status below 100 is no status") {
  for (const std::string status : {"000", "001", "099"}) {
    for (const std::size_t piece : {0U, 1U}) {
      const auto line = "HTTP/1.1 " + status + " X\r\n";
      check_error(line + "Content-Length: 2\r\n\r\n{}", Then::closes, {errc::protocol_error, 0}, piece);
    }
  }
}

TEST_CASE("any other status is carried as it came") {
  for (const int status : {200, 201, 204, 299, 304, 404, 599, 600, 999}) {
    CAPTURE(status);
    const auto raw = "HTTP/1.1 " + std::to_string(status) + " X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    each_way({.raw = raw, .close_after = raw.size()}, 10s,
             [&](const Answer& answer) { CHECK(answer.value().status == status); });
    if (status == 204 || status == 304) continue;  // these have no body to cut
    check_error("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 9\r\n\r\n", Then::closes,
                {errc::connection_lost, status});
  }
}

TEST_CASE("a stop in the body of an answer leaves its status known") {
  const auto raw = unavailable + "Content-Length: 100\r\n\r\n0123456789";
  LoopbackServer server(echo());
  server.inject({.raw = raw, .stall_after = raw.size()}, 100);
  std::stop_source source;
  std::jthread stopper([&source] {
    std::this_thread::sleep_for(100ms);
    source.request_stop();
  });
  auto request = request_to(server);
  request.stop = source.get_token();
  const auto error = wandb::BeastTransport().send(request).error();
  CHECK(error == errc::cancelled);
  CHECK(error.status() == 503);
  CHECK(error.delivery() == Delivery::answered);
  for (const auto by : every_way) {
    CAPTURE(by);
    Lone at;
    const auto before = server.requests();
    const auto ended_so = ended(by, at, request_to(server), [&] { return server.requests() == before + 1; });
    CHECK(ended_so.status() == 503);
    CHECK(ended_so.delivery() == Delivery::answered);
  }
}

TEST_CASE("a call that was never answered carries no status") {
  each_way({.close_after = 0}, 10s, [](const Answer& answer) {
    CHECK(answer.error() == errc::connection_lost);
    CHECK(answer.error().status() == 0);
    CHECK(answer.error().delivery() == Delivery::perhaps_sent);
  });
  each_way({.stall_after = 0}, 100ms, [](const Answer& answer) {
    CHECK(answer.error() == errc::timed_out);
    CHECK(answer.error().status() == 0);
  });
}
