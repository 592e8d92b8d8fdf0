// A blocking and an awaited transport for the mistakes in this directory; neither ever runs.
#pragma once

#include <chrono>
#include <coroutine>
#include <exception>
#include <string>
#include <vector>

#include <wandb/wandb.hpp>

struct Blocking {
  wandb::Result<wandb::Response> send(const wandb::Request& request);
};

template <class T>
struct Task {
  struct promise_type {
    Task get_return_object();
    std::suspend_always initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void return_value(T value);
    void unhandled_exception() noexcept;
  };
  bool await_ready();
  void await_suspend(std::coroutine_handle<> waiting);
  T await_resume();
};
template <>
struct Task<void> {
  struct promise_type {
    Task get_return_object();
    std::suspend_always initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void return_void();
    void unhandled_exception() noexcept;
  };
  bool await_ready();
  void await_suspend(std::coroutine_handle<> waiting);
  void await_resume();
};

struct Awaited {
  template <class T>
  using task = Task<T>;
  task<wandb::Result<wandb::Response>> send(const wandb::Request& request);
  task<void> wait(std::chrono::nanoseconds duration);
};
