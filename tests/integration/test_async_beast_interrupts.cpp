// Tests AsyncBeastTransport when a deadline, a stop or a cancellation ends a call at any wait: the error says how far
// the request came, and no half-read connection is reused.
#include "test_async_beast.hpp"

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/detached.hpp>

using namespace async_test;
using wandb::detail::AsyncConnection;
using wandb::detail::AsyncServices;

TEST_CASE("async: the wait in line can be ended, and nothing was sent") {
  for (const auto by : every_way) {
    CAPTURE(by);
    LoopbackServer server(echo());
    server.inject({.delay = 400ms});
    Lone at({.max_connections_per_origin = 1});
    auto first = asio::co_spawn(at.io, send(at.transport, request_to(server)), asio::use_future);
    const auto error = ended(by, at, request_to(server));
    CHECK(error.delivery() == Delivery::nothing_sent);
    CHECK(error.reason().find("waiting for one of the connections") != std::string::npos);
    CHECK(first.get().value().body == "{}");
    CHECK(at.send(request_to(server)).has_value());
    CHECK(server.requests() == 2);
    CHECK(server.connections() == 1);
  }
}

TEST_CASE("async: a look-up can be ended, which then goes on without the call") {
  for (const auto by : every_way) {
    CAPTURE(by);
    const auto open = std::make_shared<std::atomic<bool>>(false);
    const auto done = std::make_shared<std::atomic<bool>>(false);
    asio::io_context io;
    AsyncServices services(io.get_executor(), {}, [open, done](const std::string&) -> wandb::detail::Addresses {
      while (!*open) std::this_thread::sleep_for(1ms);
      *done = true;
      return {{boost::asio::ip::make_address("127.0.0.9")}, {}};
    });
    const auto request = request_to("slow.example", 80);
    AsyncConnection connection(services, request.origin);
    const auto error = ended(by, io, request, [&](const Request& what) -> asio::awaitable<Answer> {
      // What `send` does around it.
      co_await asio::this_coro::throw_if_cancelled(false);
      const auto opened = co_await connection.open({}, what, 1s);
      (co_await asio::this_coro::cancellation_state).clear();
      co_return opened.error();
    });
    CHECK(error.delivery() == Delivery::nothing_sent);
    CHECK(error.reason().find("could not resolve slow.example") != std::string::npos);
    *open = true;
    CHECK(eventually([&] { return done->load(); }));
  }
}

TEST_CASE("async: a look-up that is answered wakes the call") {
  asio::io_context io;
  AsyncServices services(io.get_executor(), {}, [](const std::string&) -> wandb::detail::Addresses {
    std::this_thread::sleep_for(20ms);
    return {{boost::asio::ip::make_address("127.0.0.1")}, {}};
  });
  const LoopbackServer server(echo());
  const auto request = request_to("some.example", server.port());
  AsyncConnection connection(services, request.origin);
  CHECK(run(io, connection.open({}, request, 1s)).has_value());
}

TEST_CASE("async: connecting can be ended") {
  const BlackHole hole;
  for (const auto by : every_way) {
    CAPTURE(by);
    Lone at;
    CHECK(ended(by, at, request_to("127.0.0.1", hole.port())).delivery() == Delivery::nothing_sent);
  }
}

TEST_CASE("async: a TLS handshake can be ended") {
  for (const auto by : every_way) {
    CAPTURE(by);
    LoopbackServer server(echo(), {.tls = true});
    const TemporaryFile ca(server.ca_pem());
    server.inject({.stall_on_accept = true});
    Lone at({.ca_file = ca.path()});
    CHECK(ended(by, at, request_to(server)).delivery() == Delivery::nothing_sent);
    CHECK(at.send(request_to(server)).has_value());
  }
}

TEST_CASE("async: sending to what does not read can be ended") {
  const std::string body(std::size_t{64} * 1024 * 1024, 'x');
  boost::asio::io_context unused;
  const tcp::acceptor silent(unused, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0));
  for (const auto by : every_way) {
    CAPTURE(by);
    Lone at;
    auto request = request_to("127.0.0.1", silent.local_endpoint().port());
    request.body = body;
    CHECK(ended(by, at, request).delivery() == Delivery::perhaps_sent);
    CHECK(at.transport.idle_connections() == 0);
  }
}

TEST_CASE("async: waiting for an answer can be ended anywhere in it, and its connection is closed") {
  for (const bool tls : {false, true}) {
    for (const auto by : every_way) {
      for (const std::size_t sent : {std::size_t{0}, std::size_t{12}, std::size_t{39}}) {
        CAPTURE(tls);
        CAPTURE(by);
        CAPTURE(sent);
        LoopbackServer server(echo(), {.tls = tls});
        const TemporaryFile ca(server.ca_pem());
        server.inject({.stall_after = sent});
        Lone at({.ca_file = ca.path()});
        const auto error = ended(by, at, request_to(server), [&] { return server.requests() == 1; });
        CHECK(error.delivery() == (sent == 0 ? Delivery::perhaps_sent : Delivery::answered));
        CHECK(at.transport.idle_connections() == 0);
        CHECK(at.send(request_to(server)).value().body == "{}");
        CHECK(server.connections() == 2);
        CHECK(server.requests() == 2);
      }
    }
  }
}

TEST_CASE("async: an answer that drips does not outlive the deadline") {
  LoopbackServer server(echo());
  server.inject({.piece = 1, .pause = 20ms});
  Lone at;
  const Stopwatch watch;
  CHECK(at.send(request_to(server, 150ms)).error() == errc::timed_out);
  CHECK(watch.elapsed() < 2s);
}

TEST_CASE("async: a deadline that has passed, or a stop that was requested before, sends nothing") {
  const LoopbackServer server(echo());
  Lone at;
  const auto late = at.send(request_to(server, -1ms)).error();
  CHECK(late == errc::timed_out);
  CHECK(late.delivery() == Delivery::nothing_sent);
  std::stop_source stop;
  stop.request_stop();
  auto request = request_to(server);
  request.stop = stop.get_token();
  const auto stopped = at.send(request).error();
  CHECK(stopped == errc::cancelled);
  CHECK(stopped.delivery() == Delivery::nothing_sent);
  CHECK(server.connections() == 0);
}

TEST_CASE("async: a cancellation that came before the call sends nothing, and is spent") {
  const LoopbackServer server(echo());
  Lone at;
  asio::cancellation_signal cancel;
  const auto request = request_to(server);
  const auto calls = [&]() -> asio::awaitable<std::vector<Answer>> {
    co_await asio::this_coro::throw_if_cancelled(false);
    cancel.emit(asio::cancellation_type::terminal);
    std::vector<Answer> answers;
    for (int i = 0; i != 2; ++i) answers.push_back(co_await at.transport.send(request));
    co_return answers;
  };
  auto future = asio::co_spawn(at.io, calls(), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
  at.io.run();
  const auto answers = future.get();
  CHECK(answers[0].error() == errc::cancelled);
  CHECK(answers[0].error().delivery() == Delivery::nothing_sent);
  CHECK(answers[1].has_value());
  CHECK(server.requests() == 1);
}

TEST_CASE("async: a cancellation that falls between two waits is not lost") {
  LoopbackServer server(echo());
  server.inject({.stall_after = 0});
  Lone at;
  asio::cancellation_signal cancel;
  const auto request = request_to(server);
  auto future =
      asio::co_spawn(at.io, at.transport.send(request), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
  // The connection is established, but the coroutine does not know it yet: at that moment it waits for nothing.
  while (at.transport.connections_opened() == 0) at.io.poll_one();
  REQUIRE(eventually([&] { return server.connections() == 1; }));
  asio::post(at.io, [&] { cancel.emit(asio::cancellation_type::terminal); });
  const Stopwatch watch;
  at.io.run();
  CHECK(watch.elapsed() < 3s);
  CHECK(future.get().error() == errc::cancelled);
}

TEST_CASE("async: a stop or a cancellation after the answer leaves the connection in use") {
  const LoopbackServer server(echo());
  Lone at;
  for (int i = 0; i != 3; ++i) {
    std::stop_source stop;
    asio::cancellation_signal cancel;
    auto request = request_to(server);
    request.stop = stop.get_token();
    auto answer = asio::co_spawn(at.io, send(at.transport, request),
                                 asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
    at.io.restart();
    at.io.run();
    REQUIRE(answer.get().has_value());
    stop.request_stop();
    cancel.emit(asio::cancellation_type::terminal);
    at.io.restart();
    at.io.run();
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("async: stops from other threads, at any moment, never spoil a later call") {
  const LoopbackServer server(echo());
  Lone at;
  for (int i = 0; i != 300; ++i) {
    std::stop_source stop;
    auto request = request_to(server);
    request.stop = stop.get_token();
    std::jthread stopper([&, i] {
      std::this_thread::sleep_for(std::chrono::microseconds(i));
      stop.request_stop();
    });
    const auto answer = at.send(request);
    CHECK((answer || answer.error() == errc::cancelled));
    const auto next = at.send(request_to(server));
    CHECK_MESSAGE(next.has_value(), next.error());
  }
}

TEST_CASE("async: a backoff can be ended") {
  for (const auto by : {By::stop, By::cancellation}) {
    CAPTURE(by);
    Lone at;
    const auto error = ended(by, at.io, {}, [&](const Request& request) -> asio::awaitable<Answer> {
      const auto waited = co_await at.transport.wait(20s, request.stop);
      if (!waited) co_return waited.error();
      co_return wandb::Response();
    });
    CHECK(error.delivery() == Delivery::nothing_sent);
  }
}

namespace {

asio::awaitable<Answer> failing() {
  co_await rest();
  throw std::runtime_error("it throws");
}

// Checks whether cancellations throw in the caller after `call` has thrown, as they did before.
bool stays_as_it_was(Lone& at, bool throws, std::function<asio::awaitable<Answer>()> call) {
  const auto caller = [&]() -> asio::awaitable<bool> {
    co_await asio::this_coro::throw_if_cancelled(throws);
    bool thrown = false;
    try {
      static_cast<void>(co_await call());
    } catch (const std::exception&) {
      thrown = true;
    }
    CHECK(thrown);
    co_return co_await asio::this_coro::throw_if_cancelled() == throws;
  };
  return run(at.io, caller());
}

}  // namespace

TEST_CASE("async: what throws in a call leaves the caller's coroutine as it was") {
  const LoopbackServer server(echo());
  Lone at;
  auto endless = request_to(server);
  // This is more than any string can hold, so that composing the request throws.
  endless.body = std::string_view(endless.body.data(), std::numeric_limits<std::size_t>::max() / 2);
  for (const bool throws : {true, false}) {
    CAPTURE(throws);
    CHECK(stays_as_it_was(at, throws, [&] { return at.transport.shield(failing()); }));
    CHECK(stays_as_it_was(at, throws, [&] { return at.transport.send(endless); }));
    CHECK(at.transport.idle_connections() == 0);
    CHECK(at.send(request_to(server)).has_value());
    at.transport.close_idle();
  }
}

TEST_CASE("async: a call or a wait that ends as it should leaves the caller's coroutine as it was") {
  const LoopbackServer server(echo());
  Lone at;
  const auto request = request_to(server);
  for (const bool throws : {true, false}) {
    const auto caller = [&]() -> asio::awaitable<bool> {
      co_await asio::this_coro::throw_if_cancelled(throws);
      CHECK((co_await at.transport.shield(at.transport.send(request))).has_value());
      CHECK((co_await at.transport.wait(1ms, wandb::StopToken())).has_value());
      co_return co_await asio::this_coro::throw_if_cancelled() == throws;
    };
    CHECK(run(at.io, caller()));
  }
}

TEST_CASE("async: a context may be destroyed with calls in flight, in whatever they wait for") {
  LoopbackServer stalled(echo());
  stalled.inject({.stall_after = 0}, 10);
  LoopbackServer secure(echo(), {.tls = true});
  secure.inject({.stall_on_accept = true}, 10);
  const BlackHole hole;
  std::optional<asio::io_context> io(std::in_place);
  std::optional<AsyncBeastTransport> transport(std::in_place, *io, BeastOptions{.max_connections_per_origin = 1});
  std::list<asio::cancellation_signal> cancels;
  std::stop_source stop;
  for (auto request : {request_to(stalled), request_to(stalled), request_to(stalled), request_to(secure),
                       request_to("127.0.0.1", hole.port())}) {
    request.stop = stop.get_token();
    asio::co_spawn(*io, send(*transport, request),
                   asio::bind_cancellation_slot(cancels.emplace_back().slot(), asio::detached));
  }
  asio::co_spawn(
      *io, [&]() -> asio::awaitable<void> { co_await transport->wait(1h); }, asio::detached);
  const Stopwatch watch;
  while (watch.elapsed() < 50ms) io->run_for(10ms);
  CHECK(transport->connections_opened() == 3);
  transport.reset();  // the calls still share it
  io.reset();
  stop.request_stop();
}
