// The promise of own_task.hpp: what its coroutine returns, and who continues when it ends.
#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <semaphore>
#include <utility>

template <class T>
struct ReturnedValue : std::optional<T> {
  void return_value(T result) { this->emplace(std::move(result)); }
  T take() { return std::move(**this); }
};
template <>
struct ReturnedValue<void> {
  void return_void() {}
  void take() {}
};

struct Continue : std::suspend_always {
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
    const auto waiting = ended.promise().waiting;
    if (waiting) return waiting;
    ended.promise().done->release();
    return std::noop_coroutine();
  }
};

template <class T>
struct TaskPromise : ReturnedValue<T> {
  std::coroutine_handle<> waiting;        // the coroutine that awaits this one
  std::binary_semaphore* done = nullptr;  // or the thread that does
  std::suspend_always initial_suspend() const noexcept { return {}; }
  Continue final_suspend() const noexcept { return {}; }
  void unhandled_exception() const noexcept { std::terminate(); }
};
