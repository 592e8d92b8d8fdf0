// Gets the result of a call, whether it is blocking or awaited.
#pragma once

#include <openssl/ssl.h>

#include <coroutine>
#include <exception>
#include <future>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace rigs {

/// A lazy coroutine task that depends on neither Asio nor any other library.
template <class T>
class FreeTask {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  FreeTask(FreeTask&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  FreeTask& operator=(FreeTask&&) = delete;
  ~FreeTask() {
    if (handle_) handle_.destroy();
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  Handle await_suspend(std::coroutine_handle<> waiting) noexcept {
    handle_.promise().waiting = waiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

  /// Runs a task that never waits for anything outside.
  T run() {
    handle_.resume();
    return handle_.promise().take();
  }

 private:
  explicit FreeTask(Handle handle) noexcept : handle_(handle) {}
  Handle handle_;
};

namespace detail {

struct Resume {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
    const auto waiting = ended.promise().waiting;
    return waiting ? waiting : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

template <class T>
struct Outcome {
  std::variant<std::monostate, T, std::exception_ptr> is;
  void return_value(T value) { is.template emplace<1>(std::move(value)); }
  void unhandled_exception() { is.template emplace<2>(std::current_exception()); }
  T take() {
    if (is.index() == 2) std::rethrow_exception(std::get<2>(is));
    return std::get<1>(std::move(is));
  }
};
template <>
struct Outcome<void> {
  std::exception_ptr thrown;
  void return_void() {}
  void unhandled_exception() { thrown = std::current_exception(); }
  void take() const {
    if (thrown) std::rethrow_exception(thrown);
  }
};

}  // namespace detail

template <class T>
struct FreeTask<T>::promise_type : detail::Outcome<T> {
  std::coroutine_handle<> waiting;
  FreeTask get_return_object() { return FreeTask(Handle::from_promise(*this)); }
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] detail::Resume final_suspend() const noexcept { return {}; }
};

/// Names `FreeTask` as its task, as a transport does.
struct Free {
  template <class T>
  using task = FreeTask<T>;
};

/// Runs an `io_context` on one thread until the program ends.
struct Background {
  boost::asio::io_context context;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread{[this] { context.run(); }};

  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background() {
    work.reset();
    context.stop();
    thread.join();
  }
};
inline Background& background() {
  // OpenSSL is initialised before the thread that uses it: otherwise OpenSSL ends first, and the thread's part of it is
  // never freed.
  static const int ready = OPENSSL_init_ssl(0, nullptr);
  static_cast<void>(ready);
  static Background only;
  return only;
}

/// Returns the result of a call.
template <class R>
[[nodiscard]] R get(R result) {
  return result;
}
template <class R>
[[nodiscard]] R get(FreeTask<R> task) {
  return task.run();
}
template <class R>
[[nodiscard]] R get(boost::asio::awaitable<R> task) {
  return boost::asio::co_spawn(background().context, std::move(task), boost::asio::use_future).get();
}

}  // namespace rigs
