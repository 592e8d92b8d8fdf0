// Tests BeastTransport when requests fail: the error, how far the request came, how soon the call ends, and that no
// request is sent twice.
#include "test_beast_transport.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <doctest/doctest.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

using namespace beast_test;
using wandb::BeastTransport;
using wandb::Delivery;
using wandb::errc;
using wandb::Error;

namespace {

// Returns the error of one request to a server that misbehaves in the given way.
Error failure_of(Fault fault, std::chrono::milliseconds timeout = 10s, wandb::BeastOptions options = {}) {
  LoopbackServer server(echo());
  server.inject(std::move(fault), 100);
  const BeastTransport transport(std::move(options));
  const auto response = transport.send(request_to(server, timeout));
  REQUIRE_FALSE(response.has_value());
  CHECK(server.connections() <= 1);
  CHECK(server.requests() <= 1);
  CHECK(transport.idle_connections() == 0);
  CHECK(response.error().reason().find("127.0.0.1:" + std::to_string(server.port())) != std::string::npos);
  return response.error();
}

// Ends a call after some milliseconds by its stop token; returns the error and checks that it came soon.
template <class Send>
Error stopped(Send send) {
  std::stop_source source;
  std::jthread stopper([&source] {
    std::this_thread::sleep_for(50ms);
    source.request_stop();
  });
  const Stopwatch watch;
  const auto response = send(source.get_token());
  CHECK(watch.elapsed() >= 40ms);
  CHECK(watch.elapsed() < 2s);
  REQUIRE_FALSE(response.has_value());
  CHECK(response.error() == errc::cancelled);
  return response.error();
}

}  // namespace

TEST_CASE("a refused connection says where, and that nothing was sent") {
  const BeastTransport transport;
  const auto port = closed_port();
  const auto error = transport.send(request_to("127.0.0.1", port)).error();
  CHECK(error == errc::connect_failed);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(error.reason().find("127.0.0.1:" + std::to_string(port)) != std::string::npos);
  CHECK(error.reason().find("refused") != std::string::npos);
}

TEST_CASE("a name that does not exist cannot be resolved") {
  const BeastTransport transport;
  const auto error = transport.send(request_to("no-such-host.invalid", 80)).error();
  CHECK(error == errc::resolve_failed);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(error.reason().find("no-such-host.invalid") != std::string::npos);
}

TEST_CASE("the deadline ends connecting to what never answers") {
  const BlackHole hole;
  const BeastTransport transport;
  const Stopwatch watch;
  const auto error = transport.send(request_to("127.0.0.1", hole.port(), false, 100ms)).error();
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(watch.elapsed() >= 100ms);
  CHECK(watch.elapsed() < 2s);
}

TEST_CASE("the time for one address ends connecting before a distant deadline") {
  const BlackHole hole;
  const BeastTransport transport({.connect_timeout = 50ms});
  const Stopwatch watch;
  const auto error = transport.send(request_to("127.0.0.1", hole.port())).error();
  CHECK(error == errc::connect_failed);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(watch.elapsed() < 2s);
}

TEST_CASE("the deadline ends waiting for an answer that never begins") {
  const Stopwatch watch;
  const auto error = failure_of({.stall_after = 0}, 100ms);
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::perhaps_sent);
  CHECK(watch.elapsed() >= 100ms);
  CHECK(watch.elapsed() < 2s);
}

TEST_CASE("a deadline that is further away is kept as exactly") {
  const Stopwatch watch;
  const auto error = failure_of({.stall_after = 20}, 700ms);
  CHECK(error == errc::timed_out);
  CHECK(watch.elapsed() >= 700ms);
  CHECK(watch.elapsed() < 1200ms);
}

TEST_CASE("an answer that takes its time is waited for") {
  LoopbackServer server(echo());
  server.inject({.delay = 700ms});
  const BeastTransport transport;
  CHECK(transport.send(request_to(server)).value().body == "{}");
}

TEST_CASE("the deadline ends waiting for the rest of a header") {
  const auto error = failure_of({.stall_after = 12}, 100ms);
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::answered);
}

TEST_CASE("the deadline ends waiting for the rest of a body") {
  const auto error = failure_of({.raw = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", .stall_after = 1000}, 100ms);
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::answered);
}

TEST_CASE("a slow drip does not outlive the deadline") {
  const Stopwatch watch;
  const auto error = failure_of({.piece = 1, .pause = 20ms}, 150ms);
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::answered);
  CHECK(watch.elapsed() < 2s);
}

TEST_CASE("the deadline ends sending to what does not read") {
  const std::string body(std::size_t{64} * 1024 * 1024, 'x');
  boost::asio::io_context io;
  const tcp::acceptor silent(io, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0));
  const BeastTransport transport;
  auto request = request_to("127.0.0.1", silent.local_endpoint().port(), false, 500ms);
  request.body = body;
  const auto error = transport.send(request).error();
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::perhaps_sent);
}

TEST_CASE("a deadline that has passed sends nothing") {
  const LoopbackServer server(echo());
  const BeastTransport transport;
  const auto error = transport.send(request_to(server, -1ms)).error();
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(server.connections() == 0);
}

TEST_CASE("no deadline is fine too") {
  const LoopbackServer server(echo());
  const BeastTransport transport;
  auto request = request_to(server);
  request.deadline = Clock::time_point::max();
  CHECK(transport.send(request).has_value());
}

TEST_CASE("a stop ends waiting for an answer") {
  LoopbackServer server(echo());
  server.inject({.stall_after = 0});
  const BeastTransport transport;
  const auto error = stopped([&](std::stop_token token) {
    auto request = request_to(server);
    request.stop = std::move(token);
    return transport.send(request);
  });
  CHECK(error.delivery() == Delivery::perhaps_sent);
  CHECK(transport.send(request_to(server)).has_value());
}

TEST_CASE("a stop ends waiting for the rest of an answer") {
  LoopbackServer server(echo());
  server.inject({.stall_after = 20});
  const BeastTransport transport;
  const auto error = stopped([&](std::stop_token token) {
    auto request = request_to(server);
    request.stop = std::move(token);
    return transport.send(request);
  });
  CHECK(error.delivery() == Delivery::answered);
}

TEST_CASE("a stop ends connecting") {
  const BlackHole hole;
  const BeastTransport transport;
  const auto error = stopped([&](std::stop_token token) {
    auto request = request_to("127.0.0.1", hole.port());
    request.stop = std::move(token);
    return transport.send(request);
  });
  CHECK(error.delivery() == Delivery::nothing_sent);
}

TEST_CASE("a stop that was requested before sends nothing") {
  const LoopbackServer server(echo());
  const BeastTransport transport;
  std::stop_source source;
  source.request_stop();
  auto request = request_to(server);
  request.stop = source.get_token();
  const auto error = transport.send(request).error();
  CHECK(error == errc::cancelled);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(server.connections() == 0);
}

TEST_CASE("a stop after the answer leaves the connection in use") {
  const LoopbackServer server(echo());
  const BeastTransport transport;
  for (int i = 0; i != 3; ++i) {
    std::stop_source source;
    auto request = request_to(server);
    request.stop = source.get_token();
    REQUIRE(transport.send(request).has_value());
    source.request_stop();
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a connection closed on accept may have had the request") {
  const auto error = failure_of({.close_on_accept = true});
  CHECK(error == errc::connection_lost);
  CHECK(error.delivery() != Delivery::answered);
}

TEST_CASE("a connection closed before an answer may have had the request, and it is not sent again") {
  for (const bool reset : {false, true}) {
    CHECK(failure_of({.close_before_reading = true, .reset = reset}) == errc::connection_lost);
    CHECK(failure_of({.close_after_reading = true, .reset = reset}) == errc::connection_lost);
    const auto error = failure_of({.close_after = 0, .reset = reset});
    CHECK(error == errc::connection_lost);
    CHECK(error.delivery() == Delivery::perhaps_sent);
  }
}

TEST_CASE("a request on a kept connection is not sent again either") {
  LoopbackServer server(echo());
  const BeastTransport transport;
  REQUIRE(transport.send(request_to(server)).has_value());
  server.inject({.close_after = 0});
  const auto error = transport.send(request_to(server)).error();
  CHECK(error == errc::connection_lost);
  CHECK(error.delivery() == Delivery::perhaps_sent);
  CHECK(server.requests() == 2);
  CHECK(server.connections() == 1);
}

TEST_CASE("an answer cut anywhere is an error that says that it had begun") {
  for (const std::size_t cut : {1U, 9U, 17U, 30U, 38U}) {
    CAPTURE(cut);
    const auto error = failure_of({.close_after = cut});
    CHECK(error == errc::connection_lost);
    CHECK(error.delivery() == Delivery::answered);
  }
  const auto chunked = failure_of({.framing = Framing::chunked, .close_after = 50});
  CHECK(chunked == errc::connection_lost);
}

TEST_CASE("a write of which nothing left says so") {
  boost::asio::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0));
  const auto port = acceptor.local_endpoint().port();
  wandb::detail::Resolver resolver;
  wandb::detail::TlsClient tls({});
  wandb::detail::Connection connection(io.get_executor(), {false, "127.0.0.1", port});
  connection.arm(Clock::now() + 10s, false);
  REQUIRE(connection.open({}, {}, resolver, tls, 1s).has_value());
  auto peer = acceptor.accept();
  boost::asio::write(peer, boost::asio::buffer(std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")));
  REQUIRE(connection.exchange(request_to("127.0.0.1", port), 1000, tls).has_value());
  peer.set_option(boost::asio::socket_base::linger(true, 0));
  peer.close();
  REQUIRE(eventually([&] { return !connection.healthy(); }));
  const auto error = connection.exchange(request_to("127.0.0.1", port), 1000, tls).error();
  CHECK(error == errc::connection_lost);
  CHECK(error.delivery() == Delivery::nothing_sent);
}

TEST_CASE("an answer that arrived before a reset is read, unless the system discards it") {
  LoopbackServer server(echo());
  server.inject({.close_silently = true, .reset = true});
  const BeastTransport transport;
  const auto response = transport.send(request_to(server));
  if (!reset_discards_received) REQUIRE(response.has_value());
  if (response) {
    CHECK(response->body == "{}");
  } else {
    CHECK(response.error() == errc::connection_lost);
    CHECK(response.error().delivery() == Delivery::perhaps_sent);
  }
  CHECK(server.requests() == 1);
}

TEST_CASE("what is not HTTP is a protocol error") {
  for (const std::string raw :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab"}) {
    CAPTURE(raw);
    const auto error = failure_of({.raw = raw});
    CHECK(error == errc::protocol_error);
    CHECK(error.delivery() == Delivery::answered);
  }
}

TEST_CASE("interim answers without end count as one header, which is too large") {
  std::string interim;
  for (int i = 0; i != 4000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(failure_of({.interim = interim}) == errc::response_too_large);
}

TEST_CASE("a body beyond the limit is refused, however it is framed") {
  for (const auto framing : {Framing::content_length, Framing::chunked, Framing::until_close}) {
    LoopbackServer server(echo());
    const BeastTransport transport({.max_response_size = 1000});
    const std::string fits(1000, 'x');
    server.inject({.framing = framing}, 2);
    auto request = request_to(server);
    request.body = fits;
    CHECK(transport.send(request).has_value());
    const std::string exceeds(1001, 'x');
    request.body = exceeds;
    const auto error = transport.send(request).error();
    CHECK(error == errc::response_too_large);
    CHECK(error.advice().find("max_response_size") != std::string::npos);
    CHECK(error.delivery() == Delivery::answered);
    CHECK(transport.idle_connections() == 0);
  }
}

TEST_CASE("a header beyond any use is refused, by a limit that no option raises") {
  const auto error = failure_of({.raw = "HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x')});
  CHECK(error == errc::response_too_large);
  CHECK(error.reason().find("header exceeds 64 KiB") != std::string::npos);
  CHECK(error.message().find("max_response_size") == std::string::npos);
}

TEST_CASE("a length that is never reached is a lost connection") {
  const auto error = failure_of({.raw = "HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n", .close_silently = true});
  CHECK(error == errc::connection_lost);
}

TEST_CASE("an address that never answers leaves time for the next one") {
  LoopbackServer server(echo());
  const BlackHole hole("127.0.0.2", server.port());
  wandb::detail::Resolver resolver([](const std::string&) -> wandb::detail::Addresses {
    return {{boost::asio::ip::make_address("127.0.0.2"), boost::asio::ip::make_address("127.0.0.1")}, {}};
  });
  boost::asio::io_context io;
  wandb::detail::TlsClient tls({});
  wandb::detail::Connection connection(io.get_executor(), {false, "two.example", server.port()});
  connection.arm(Clock::now() + 600ms, false);
  const Stopwatch watch;
  CHECK(connection.open({}, {}, resolver, tls, 10s).has_value());
  CHECK(watch.elapsed() >= 200ms);
  CHECK(watch.elapsed() < 500ms);
}

TEST_CASE("when all addresses fail, each is named") {
  wandb::detail::Resolver resolver([](const std::string&) -> wandb::detail::Addresses {
    return {{boost::asio::ip::make_address("127.0.0.2"), boost::asio::ip::make_address("127.0.0.3")}, {}};
  });
  boost::asio::io_context io;
  wandb::detail::TlsClient tls({});
  wandb::detail::Connection connection(io.get_executor(), {false, "two.example", closed_port()});
  const auto error = connection.open({}, {}, resolver, tls, 10s).error();
  CHECK(error == errc::connect_failed);
  CHECK(error.reason().find("127.0.0.2: ") != std::string::npos);
  CHECK(error.reason().find("127.0.0.3: ") != std::string::npos);
}

namespace {

// A resolver whose look-ups last until the test ends them.
struct SlowNames {
  struct Gate {
    std::atomic<bool> open{false};
    std::atomic<int> asked{0};
  };
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  wandb::detail::Resolver resolver{[gate = gate](const std::string&) -> wandb::detail::Addresses {
    ++gate->asked;
    while (!gate->open) std::this_thread::sleep_for(1ms);
    return {{boost::asio::ip::make_address("127.0.0.9")}, {}};
  }};
  ~SlowNames() { gate->open = true; }
};

}  // namespace

TEST_CASE("a name service that does not answer does not hold up the deadline") {
  SlowNames names;
  const Stopwatch watch;
  const auto error = names.resolver.resolve("slow.example", Clock::now() + 50ms, {}).error();
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(watch.elapsed() < 2s);
}

TEST_CASE("a stop ends waiting for the name service") {
  SlowNames names;
  const auto error = stopped([&](const std::stop_token& token) {
    return names.resolver.resolve("slow.example", Clock::time_point::max(), token);
  });
  CHECK(error.delivery() == Delivery::nothing_sent);
}

TEST_CASE("those who wait for the same name share one look-up") {
  SlowNames names;
  CHECK_FALSE(names.resolver.resolve("slow.example", Clock::now() + 5ms, {}).has_value());
  CHECK_FALSE(names.resolver.resolve("slow.example", Clock::now() + 5ms, {}).has_value());
  CHECK(names.gate->asked == 1);
  std::jthread opener([&] { names.gate->open = true; });
  const auto found = names.resolver.resolve("slow.example", Clock::now() + 5s, {});
  REQUIRE(found.has_value());
  CHECK(found->front().to_string() == "127.0.0.9");
}

TEST_CASE("a name service that fails says why") {
  wandb::detail::Resolver resolver([](const std::string&) -> wandb::detail::Addresses {
    return {{}, "the moon is full"};
  });
  const auto error = resolver.resolve("some.example", Clock::time_point::max(), {}).error();
  CHECK(error == errc::resolve_failed);
  CHECK(error.reason().find("some.example: the moon is full") != std::string::npos);
}
