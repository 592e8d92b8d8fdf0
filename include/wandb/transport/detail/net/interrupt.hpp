// Ends what a coroutine awaits at a deadline, a stop, or a cancellation, from any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/stop_token.hpp>
#include <wandb/transport/detail/http/error_codes.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// An operation that any thread may abort.
class Abortable {
 public:
  Abortable() = default;
  Abortable(const Abortable&) = delete;
  Abortable& operator=(const Abortable&) = delete;
  virtual void abort(errc why) = 0;

 protected:
  ~Abortable() = default;
};

/// A completion token that stores an operation's error in `ec`. The coroutine's cancellation does not reach the
/// operation through it. `AbortOnStop` delivers the cancellation instead, and does not miss one that comes between two
/// operations.
[[nodiscard]] inline auto await_into(boost::system::error_code& ec) {
  return boost::asio::redirect_error(
      boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(), boost::asio::use_awaitable), ec);
}

/// Makes callbacks that may outlive their target. A callback of `bind(f)` calls `f(target)` while this object lives,
/// and does nothing later. A coroutine needs it because it may be destroyed, with its context, while a callback is
/// pending. Thread-safe.
template <class T>
class CallbackGuard {
 public:
  explicit CallbackGuard(T& target) : link_(std::make_shared<Link>(&target)) {}
  CallbackGuard(const CallbackGuard&) = delete;
  CallbackGuard& operator=(const CallbackGuard&) = delete;
  ~CallbackGuard() {
    const std::lock_guard guard(link_->mutex);
    link_->target = nullptr;
  }
  template <class F>
  [[nodiscard]] auto bind(F f) const {
    return [link = link_, f = std::move(f)](const auto&...) {
      const std::lock_guard guard(link->mutex);
      if (link->target != nullptr) f(*link->target);
    };
  }

 private:
  struct Link {
    explicit Link(T* at) : target(at) {}
    std::mutex mutex;
    T* target;
  };
  std::shared_ptr<Link> link_;
};

/// An event that one coroutine awaits. Any thread may call `set` and `abort`, before the wait or during it. The first
/// call decides.
class AsyncEvent final : public Abortable {
 public:
  explicit AsyncEvent(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void set() { settle({}); }
  void abort(errc why) override { settle(why); }

  /// Waits. Gives no error if the event was set, the reason if it was aborted, else `timed_out`.
  [[nodiscard]] boost::asio::awaitable<boost::system::error_code> wait(
      std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max()) {
    boost::system::error_code ignored;
    auto token = await_into(ignored);
    co_await boost::asio::async_initiate<decltype(token), void(boost::system::error_code)>(
        [this, deadline](auto handler) {
          const std::lock_guard guard(mutex_);
          timer_.expires_at(settled_ ? std::chrono::steady_clock::time_point::min() : deadline);
          timer_.async_wait(std::move(handler));
        },
        token);
    const std::lock_guard guard(mutex_);
    co_return settled_.value_or(errc::timed_out);
  }

  /// Prepares the event for the next wait.
  void reset() {
    const std::lock_guard guard(mutex_);
    settled_.reset();
  }

 private:
  void settle(const boost::system::error_code& how) {
    const std::lock_guard guard(mutex_);
    if (settled_) return;
    settled_ = how;
    timer_.cancel();
  }

  std::mutex mutex_;
  std::optional<boost::system::error_code> settled_;
  boost::asio::steady_timer timer_;
};

/// Aborts operations at their deadlines. All operations share one timer, since nearly all end in time and would have to
/// cancel a timer of their own. No wait is pending while there is nothing to watch. Thread-safe.
class Watchdog : public std::enable_shared_from_this<Watchdog> {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit Watchdog(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  /// Watches its target while it lives.
  class Watch : public boost::intrusive::list_base_hook<> {
   public:
    Watch(Watchdog& watchdog, time_point deadline, Abortable& target)
        : watchdog_(watchdog), deadline_(deadline), target_(target) {
      if (deadline != time_point::max()) watchdog_.add(*this);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() {
      if (deadline_ != time_point::max()) watchdog_.remove(*this);
    }

   private:
    friend class Watchdog;
    Watchdog& watchdog_;
    time_point deadline_;
    Abortable& target_;
  };

 private:
  void add(Watch& watch) {
    const std::lock_guard guard(mutex_);
    watches_.push_back(watch);
    if (watch.deadline_ < armed_until_) arm(watch.deadline_);
  }
  void remove(Watch& watch) {
    const std::lock_guard guard(mutex_);
    watches_.erase(watches_.iterator_to(watch));
    if (!watches_.empty()) return;
    timer_.cancel();
    armed_until_ = time_point::max();
  }
  void arm(time_point until) {
    armed_until_ = until;
    timer_.expires_at(until);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
      if (const auto self = weak.lock(); self && !ec) self->check_deadlines();
    });
  }
  void check_deadlines() {
    const std::lock_guard guard(mutex_);
    const auto now = std::chrono::steady_clock::now();
    auto next = time_point::max();
    for (auto& watch : watches_) {
      if (watch.deadline_ > now) next = std::min(next, watch.deadline_);
      else watch.target_.abort(errc::timed_out);
    }
    armed_until_ = time_point::max();
    if (next != time_point::max()) arm(next);
  }

  std::mutex mutex_;
  boost::asio::steady_timer timer_;
  time_point armed_until_ = time_point::max();
  boost::intrusive::list<Watch> watches_;
};

/// While it lives, a requested stop and the coroutine's cancellation abort the target. One that came earlier aborts it
/// in the constructor.
class AbortOnStop {
 public:
  AbortOnStop(const StopToken& stop, const boost::asio::cancellation_state& coroutine, Abortable& target)
      : target_(target) {
    reattach(coroutine);
#if defined(__cpp_lib_jthread)
    if (stop.stop_possible()) callback_.emplace(stop, Abort{&target});
#else
    static_cast<void>(stop);
#endif
  }
  /// Connects to the coroutine's cancellation again. Asio clears the cancellation slot when the coroutine resumes, so
  /// this is called before each further wait.
  void reattach(const boost::asio::cancellation_state& coroutine) {
    constexpr auto abort = [](Abortable& what) { what.abort(errc::cancelled); };
    if (coroutine.cancelled() != boost::asio::cancellation_type::none) return abort(target_);
    auto slot = coroutine.slot();
    if (!slot.is_connected()) return;
    if (!callbacks_) callbacks_.emplace(target_);
    slot.assign(callbacks_->bind(abort));
  }

 private:
  Abortable& target_;
  std::optional<CallbackGuard<Abortable>> callbacks_;
#if defined(__cpp_lib_jthread)
  struct Abort {
    Abortable* target;
    void operator()() const { target->abort(errc::cancelled); }
  };
  std::optional<std::stop_callback<Abort>> callback_;
#endif
};

}  // namespace wandb::detail
