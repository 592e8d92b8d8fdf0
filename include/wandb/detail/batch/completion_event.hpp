// Events by which one coroutine wakes another, for every type of task.
#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <mutex>
#include <type_traits>
#include <utility>

#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

// An event has one waiter. `set()`, from any thread, ends its current `wait()` or its next one. The waiter checks its
// condition again after a wait, so spurious wakeups are allowed.

/// A transport that makes events of its own.
template <class T>
concept MakesEvents = NamesTask<T> && requires(Unwrapped<T>& transport) {
  transport.make_event().set();
  { transport.make_event().wait() } -> std::same_as<TaskOf<T, void>>;
};

struct NamesAwaitTransform {
  int await_transform;
};
template <class Promise>
struct NamedTwice : Promise, NamesAwaitTransform {};
/// A promise without an `await_transform`, whose coroutine can await any awaitable. In a class that inherits a second
/// member of that name, the name is ambiguous exactly if the promise has one.
template <class Promise>
concept AwaitsAnything = !std::is_final_v<Promise> && requires {
  &NamedTwice<Promise>::await_transform;
};

/// A task in which `AwaitedEvent` can be awaited.
template <class T>
concept CanAwaitEvent = AwaitsAnything<typename std::coroutine_traits<TaskOf<T, void>>::promise_type>;

/// An event for plain coroutines: `set()` resumes the waiting coroutine.
class AwaitedEvent {
 public:
  AwaitedEvent() = default;
  AwaitedEvent(const AwaitedEvent&) = delete;
  AwaitedEvent& operator=(const AwaitedEvent&) = delete;
  ~AwaitedEvent() = default;

  void set() {
    std::coroutine_handle<> waiting;
    {
      const std::lock_guard lock(mutex_);
      waiting = std::exchange(waiting_, nullptr);
      set_ = !waiting;
    }
    if (waiting) waiting.resume();
  }

  class Wait {
   public:
    explicit Wait(AwaitedEvent& event) noexcept : event_(event) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() { event_.forget(); }  // The waiting coroutine may be destroyed before it is resumed.
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    [[nodiscard]] bool await_suspend(std::coroutine_handle<> waiting) { return event_.suspend(waiting); }
    void await_resume() const noexcept {}

   private:
    AwaitedEvent& event_;
  };
  [[nodiscard]] Wait wait() noexcept { return Wait(*this); }

 private:
  [[nodiscard]] bool suspend(std::coroutine_handle<> waiting) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(set_, false)) return false;
    waiting_ = waiting;
    return true;
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    waiting_ = nullptr;
  }

  std::mutex mutex_;
  bool set_ = false;
  std::coroutine_handle<> waiting_;
};

/// An event for all other tasks: its waiter polls.
template <AsyncTransport T>
class PolledEvent {
 public:
  explicit PolledEvent(Unwrapped<T>& transport) : transport_(transport) {}
  static void set() noexcept {}
  [[nodiscard]] auto wait() { return transport_.wait(std::chrono::milliseconds(1)); }

 private:
  Unwrapped<T>& transport_;
};

/// The transport's own event if it makes one, since that resumes coroutines on the right executor. Otherwise the event
/// that suits its tasks.
template <AsyncTransport T>
[[nodiscard]] auto make_completion_event(Unwrapped<T>& transport) {
  if constexpr (MakesEvents<T>) return transport.make_event();
  else if constexpr (CanAwaitEvent<T>) return AwaitedEvent();
  else return PolledEvent<T>(transport);
}

}  // namespace wandb::detail
