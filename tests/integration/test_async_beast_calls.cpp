// Tests whole calls over AsyncBeastTransport: the results of cancelled calls, and the ways to start a call.
#include "test_async_beast.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/strand.hpp>

#include "../rigs.hpp"

using namespace async_test;
using wandb::Api;
using wandb::Attrs;
using wandb::Environment;
using wandb::Outcome;
using wandb::Result;
using wandb::RetryPolicy;
using wandb::User;

namespace {

// An account behind a server, and an admin's client of it on a context that only this test runs.
struct World {
  explicit World(RetryPolicy retry = rigs::eager)
      : server(account.account),
        api(AsyncBeastTransport(io),
            {.base_url = base_url = server.base_url(), .api_key = account.root_key, .retry = retry},
            Environment::none()) {}
  rigs::World account;
  LoopbackServer server;
  asio::io_context io;
  std::string base_url;
  Api<AsyncBeastTransport> api;

  [[nodiscard]] std::size_t created() { return account.account.executed("createUser"); }
};

// Starts a call, and ends it by a cancellation or a stop once `ready()`. Returns its error, and whether the coroutine
// that awaited it continued.
template <class Make, class Ready>
Error ended_call(World& at, By by, Make make, Ready ready) {
  asio::cancellation_signal cancel;
  std::stop_source stop;
  const auto token = stop.get_token();
  const auto call = [&]() -> asio::awaitable<Error> {
    const auto result = co_await make(wandb::CallOptions{.timeout = 20s, .stop = &token});
    co_await rest();
    co_return result ? Error() : result.error();
  };
  const auto end = [&]() -> asio::awaitable<void> {
    co_await until(ready);
    co_await rest(20ms);
    if (by == By::stop) stop.request_stop();
    else cancel.emit(asio::cancellation_type::terminal);
  };
  const Stopwatch watch;
  auto error = asio::co_spawn(at.io, call(), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
  asio::co_spawn(at.io, end(), asio::use_future).wait_for(0s);
  at.io.restart();
  at.io.run();
  CHECK(watch.elapsed() < 3s);
  return error.get();
}

}  // namespace

TEST_CASE("async: a mutation cancelled in flight may have run, and is not sent again") {
  for (const auto by : {By::stop, By::cancellation}) {
    CAPTURE(by);
    World at;
    at.server.inject({.stall_after = 0});
    const auto error = ended_call(
        at, by,
        [&](const wandb::CallOptions& options) { return at.api.create_user("new@example.com", false, options); },
        [&] { return at.created() == 1; });
    CHECK(error == wandb::condition::cancelled);
    CHECK(error == wandb::condition::outcome_unknown);
    CHECK(error.outcome() == Outcome::unknown);
    CHECK(error.operation() == "createUser");
    CHECK(at.created() == 1);
    // The program can find out later, over a connection that works.
    CHECK(run(at.io, at.api.user("new@example.com")).value().has_value());
  }
}

TEST_CASE("async: a mutation cancelled before it was sent did not run") {
  for (const auto by : {By::stop, By::cancellation}) {
    CAPTURE(by);
    World at;
    const BlackHole hole;
    const Api<AsyncBeastTransport> lost(AsyncBeastTransport(at.io),
                                        {.base_url = at.base_url = "http://127.0.0.1:" + std::to_string(hole.port()),
                                         .api_key = at.account.root_key,
                                         .retry = rigs::eager},
                                        Environment::none());
    const auto error = ended_call(
        at, by, [&](const wandb::CallOptions& options) { return lost.create_user("new@example.com", false, options); },
        [] { return true; });
    CHECK(error == wandb::condition::cancelled);
    CHECK(error.outcome() == Outcome::not_run);
  }
}

TEST_CASE("async: a cancellation ends the wait between two tries") {
  for (const auto by : {By::stop, By::cancellation}) {
    CAPTURE(by);
    World at({.max_attempts = 3, .initial_backoff = 10s, .max_backoff = 10s});
    at.server.inject({.raw = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"});
    const auto error = ended_call(
        at, by,
        [&](const wandb::CallOptions& options) { return at.api.create_user("new@example.com", false, options); },
        [&] { return at.server.requests() == 1; });
    CHECK(error == wandb::condition::cancelled);
    CHECK(error.outcome() == Outcome::not_run);
    CHECK(error.attempts() == 1);
  }
}

TEST_CASE("async: the loser of a race between two calls is cancelled, and the winner has its result") {
  using namespace asio::experimental::awaitable_operators;
  World at;
  at.server.inject({.stall_after = 0});
  LoopbackServer other(at.account.account);
  const Api<AsyncBeastTransport> api(AsyncBeastTransport(at.io),
                                     {.base_url = at.base_url = other.base_url(), .api_key = at.account.root_key},
                                     Environment::none());
  const auto race = [&]() -> asio::awaitable<std::string> {
    auto first = co_await (at.api.viewer() || api.viewer());
    CHECK(first.index() == 1);
    co_return std::get<1>(first).value().email();
  };
  CHECK(run(at.io, race()) == "root@example.com");
}

TEST_CASE("async: a call is started with use_future") {
  World at;
  auto me = asio::co_spawn(at.io, at.api.viewer(), asio::use_future);
  at.io.run();
  CHECK(me.get().value().email() == "root@example.com");
}

TEST_CASE("async: a call is started with a callback") {
  World at;
  std::string email;
  asio::co_spawn(at.io, at.api.viewer(), [&](std::exception_ptr thrown, Result<User<AsyncBeastTransport>> me) {
    if (!thrown && me) email = me->email();
  });
  at.io.run();
  CHECK(email == "root@example.com");
}

TEST_CASE("async: a call is awaited on another executor with use_awaitable") {
  World at;
  const auto strand = asio::make_strand(at.io);
  const auto outer = [&]() -> asio::awaitable<std::string> {
    const auto me = co_await asio::co_spawn(strand, at.api.viewer(), asio::use_awaitable);
    co_return std::string(me.value().email());
  };
  CHECK(run(at.io, outer()) == "root@example.com");
}

TEST_CASE("async: a call is put off with deferred") {
  World at;
  auto later = asio::co_spawn(at.io, at.api.viewer(), asio::deferred);
  at.io.run();
  CHECK(at.server.requests() == 0);
  auto me = std::move(later)(asio::use_future);
  at.io.restart();
  at.io.run();
  CHECK(me.get().value().email() == "root@example.com");
}
