// A transport with a coroutine type of the program's own. Here another thread does the work; a real one has a loop.
#pragma once
#include <thread>
#include <wandb/check_transport.hpp>
#include <wandb/transport/beast.hpp>
#include "own_task.hpp"

struct OnAnotherThread {
  std::chrono::nanoseconds after{};
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) const {
    std::thread([waiting, after = after] {
      std::this_thread::sleep_for(after);
      waiting.resume();
    }).detach();
  }
  void await_resume() const noexcept {}
};

struct OwnTransport {
  template <class T>
  using task = Task<T>;
  wandb::BeastTransport inner;

  task<wandb::Result<wandb::Response>> send(const wandb::Request& request) const {
    co_await OnAnotherThread{};
    co_return inner.send(request);
  }
  task<void> wait(std::chrono::nanoseconds duration) const { co_await OnAnotherThread{duration}; }
};
static_assert(wandb::check_transport<OwnTransport>());
