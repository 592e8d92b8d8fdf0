// Helpers for the tests of AsyncBeastTransport: they run tasks, and end them from outside.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/detail/net/async_connection.hpp>
#include <wandb/transport/detail/net/async_pool.hpp>

#include "test_beast_transport.hpp"

namespace async_test {

using namespace beast_test;
namespace asio = boost::asio;
using wandb::AsyncBeastTransport;
using wandb::BeastOptions;
using wandb::Delivery;
using wandb::errc;
using wandb::Error;
using wandb::Request;
using Answer = wandb::Result<wandb::Response>;

/// Returns the result of a task once its context has nothing left to do. Work that stays pending makes the test hang.
template <class R>
[[nodiscard]] R run(asio::io_context& io, asio::awaitable<R> task) {
  auto future = asio::co_spawn(io, std::move(task), asio::use_future);
  io.restart();
  io.run();
  return future.get();
}

[[nodiscard]] inline asio::awaitable<void> rest(std::chrono::milliseconds duration = 1ms) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(asio::use_awaitable);
}
/// Waits in a coroutine until `done()`.
[[nodiscard]] inline asio::awaitable<void> until(std::function<bool()> done) {
  const Stopwatch watch;
  while (!done() && watch.elapsed() < 5s) co_await rest();
}

/// Sends one request on a context of the transport's own.
[[nodiscard]] inline asio::awaitable<Answer> send(AsyncBeastTransport transport, Request request) {
  co_return co_await transport.send(request);
}

/// A transport on a context that only this test runs.
struct Lone {
  asio::io_context io;
  AsyncBeastTransport transport;

  explicit Lone(const BeastOptions& options = {}) : transport(io, options) {}
  [[nodiscard]] Answer send(Request request) { return run(io, async_test::send(transport, std::move(request))); }
  /// Sends the given number of requests concurrently.
  [[nodiscard]] std::vector<Answer> send_all(const std::vector<Request>& requests) {
    std::vector<std::future<Answer>> futures;
    for (const auto& request : requests) {
      futures.push_back(asio::co_spawn(io, async_test::send(transport, request), asio::use_future));
    }
    io.restart();
    io.run();
    std::vector<Answer> answers;
    for (auto& future : futures) answers.push_back(future.get());
    return answers;
  }
};

/// The ways to end a call early.
enum class By { deadline, stop, cancellation };
inline constexpr By every_way[] = {By::deadline, By::stop, By::cancellation};
[[nodiscard]] inline doctest::String toString(By by) {
  return by == By::deadline ? "a deadline" : by == By::stop ? "a stop" : "a cancellation";
}

/// Sends a request on `io` that will not be answered, and ends it in the given way once `ready()` (or at a deadline,
/// soon). Returns the error, and checks that it gives the reason, came soon, and that the caller's next `co_await`
/// continues.
[[nodiscard]] inline Error ended(
    By by, asio::io_context& io, Request request, std::function<asio::awaitable<Answer>(const Request&)> send,
    std::function<bool()> ready = [] { return true; }) {
  std::stop_source stop;
  asio::cancellation_signal cancel;
  request.deadline = Clock::now() + (by == By::deadline ? 200ms : 20s);
  request.stop = stop.get_token();
  bool went_on = false;
  const auto call = [&]() -> asio::awaitable<Answer> {
    auto answer = co_await send(request);
    co_await rest();
    went_on = true;
    co_return answer;
  };
  const auto end = [&]() -> asio::awaitable<void> {
    co_await until(ready);
    co_await rest(30ms);  // covers the steps between that and the wait that is tested
    if (by == By::stop) stop.request_stop();
    if (by == By::cancellation) cancel.emit(asio::cancellation_type::terminal);
  };
  const Stopwatch watch;
  auto future = asio::co_spawn(io, call(), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
  auto ending = asio::co_spawn(io, end(), asio::use_future);
  io.restart();
  io.run();
  ending.get();
  const auto answer = future.get();
  CHECK(watch.elapsed() < 3s);
  CHECK(went_on);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error() == (by == By::deadline ? errc::timed_out : errc::cancelled));
  return answer.error();
}
/// Does the same through a transport.
[[nodiscard]] inline Error ended(
    By by, Lone& at, Request request, std::function<bool()> ready = [] { return true; }) {
  return ended(
      by, at.io, std::move(request), [&](const Request& what) { return at.transport.send(what); }, std::move(ready));
}

}  // namespace async_test
