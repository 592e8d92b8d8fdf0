// The fake transport for asynchronous code.
#pragma once

#include <chrono>
#include <coroutine>
#include <type_traits>
#include <utility>

#include <wandb/result.hpp>
#include <wandb/testing/fake_transport.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// The default `Spawn`, with which an `AsyncFakeTransport` has no `spawn`.
struct NoSpawn {};

/// A `FakeTransport` whose `send` and `wait` are tasks of the kind that `Like` names, for instance
/// `AsyncFakeTransport<AsyncBeastTransport>`. It uses only the `task` of `Like`. With a `Spawn`, a function that runs a
/// `task<void>`, it can also run many calls at once. Copies share the same fake.
template <wandb::detail::NamesTask Like, class Spawn = NoSpawn>
class AsyncFakeTransport {
 public:
  template <class T>
  using task = typename Like::template task<T>;

  /// Uses the script, account and records of `fake`.
  explicit AsyncFakeTransport(const FakeTransport& fake, Spawn spawn = {}) : fake_(fake), spawn_(std::move(spawn)) {}
  /// Answers by `account`, which must outlive the fake.
  explicit AsyncFakeTransport(Account& account, Spawn spawn = {})
      : AsyncFakeTransport(FakeTransport(account), std::move(spawn)) {}

  /// The fake that answers, with its script and its records.
  [[nodiscard]] const FakeTransport& fake() const noexcept { return fake_; }

  /// The time on the fake's clock.
  [[nodiscard]] std::chrono::steady_clock::time_point now() const { return fake_.now(); }
  /// Answers as `FakeTransport::send` does, when the task is awaited.
  [[nodiscard]] task<Result<Response>> send(const Request& request) const { return send(fake_, request); }
  /// Records the wait, sets the clock forward, and ends the wait at once.
  [[nodiscard]] task<void> wait(std::chrono::nanoseconds duration) const { return wait(fake_, duration); }
  /// Runs a task with `Spawn`.
  void spawn(task<void> work) const requires(!std::is_same_v<Spawn, NoSpawn>) { spawn_(std::move(work)); }

 private:
  static task<Result<Response>> send(FakeTransport fake, const Request& request) { co_return fake.send(request); }
  static task<void> wait(FakeTransport fake, std::chrono::nanoseconds duration) {
    fake.wait(duration, StopToken());
    co_return;
  }

  FakeTransport fake_;
  Spawn spawn_;
};

}  // namespace wandb::testing
