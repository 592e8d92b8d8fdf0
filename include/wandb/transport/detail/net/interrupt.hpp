// How a deadline, a stop, and a cancellation end what a coroutine waits for, whichever thread they come from.
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

namespace wandb::detail {

/// Something under way that any thread may end.
class Abortable {
 public:
  Abortable() = default;
  Abortable(const Abortable&) = delete;
  Abortable& operator=(const Abortable&) = delete;
  virtual void abort(errc why) = 0;

 protected:
  ~Abortable() = default;
};

/// How a coroutine awaits an operation whose error goes into `ec`. The coroutine's cancellation does not reach the
/// operation: it comes by way of `Aborts`, which one that falls between two operations does not slip past.
[[nodiscard]] inline auto into(boost::system::error_code& ec) {
  return boost::asio::redirect_error(
      boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(), boost::asio::use_awaitable), ec);
}

/// How callbacks that may outlive a target reach it: those of `bind(f)` call `f(target)` as long as this is there.
/// Needed wherever who calls back is not told that a coroutine was destroyed, as when its context is. Thread-safe.
template <class T>
class Tether {
 public:
  explicit Tether(T& target) : end_(std::make_shared<End>(&target)) {}
  Tether(const Tether&) = delete;
  Tether& operator=(const Tether&) = delete;
  ~Tether() {
    const std::lock_guard guard(end_->mutex);
    end_->target = nullptr;
  }
  template <class F>
  [[nodiscard]] auto bind(F f) const {
    return [end = end_, f = std::move(f)](const auto&...) {
      const std::lock_guard guard(end->mutex);
      if (end->target != nullptr) f(*end->target);
    };
  }

 private:
  struct End {
    explicit End(T* at) : target(at) {}
    std::mutex mutex;
    T* target;
  };
  std::shared_ptr<End> end_;
};

/// An event that one coroutine awaits. `set` and `abort` may come from any thread, before the wait or during it; the
/// first of them counts.
class Gate final : public Abortable {
 public:
  explicit Gate(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void set() { settle({}); }
  void abort(errc why) override { settle(why); }

  /// No error when it was set; else `timed_out`, or what `abort` said.
  [[nodiscard]] boost::asio::awaitable<boost::system::error_code> wait(
      std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max()) {
    boost::system::error_code ignored;
    auto token = into(ignored);
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

  /// Ready for the next wait.
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

/// Aborts what runs past its deadline. One timer serves all: an exchange that ends in time, as they do, costs no timer
/// of its own. Nothing is pending while there is nothing to watch. Thread-safe.
class Watchdog : public std::enable_shared_from_this<Watchdog> {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit Watchdog(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  /// While it lives, its target is watched.
  class Watch : public boost::intrusive::list_base_hook<> {
   public:
    Watch(Watchdog& dog, time_point deadline, Abortable& target) : dog_(dog), deadline_(deadline), target_(target) {
      if (deadline != time_point::max()) dog_.add(*this);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() {
      if (deadline_ != time_point::max()) dog_.remove(*this);
    }

   private:
    friend class Watchdog;
    Watchdog& dog_;
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
      if (const auto self = weak.lock(); self && !ec) self->look();
    });
  }
  void look() {
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

/// While it lives, a stop that is requested and the coroutine's cancellation abort the target; so does one that came
/// before.
class Aborts {
 public:
  Aborts(const StopToken& stop, const boost::asio::cancellation_state& coroutine, Abortable& target) : target_(target) {
    listen(coroutine);
#if defined(__cpp_lib_jthread)
    if (stop.stop_possible()) callback_.emplace(stop, Abort{&target});
#else
    static_cast<void>(stop);
#endif
  }
  /// Asio forgets whoever listens to a coroutine's cancellation when the coroutine resumes: to be called between two
  /// waits.
  void listen(const boost::asio::cancellation_state& coroutine) {
    constexpr auto abort = [](Abortable& what) { what.abort(errc::cancelled); };
    if (coroutine.cancelled() != boost::asio::cancellation_type::none) return abort(target_);
    auto slot = coroutine.slot();
    if (!slot.is_connected()) return;
    if (!tether_) tether_.emplace(target_);
    slot.assign(tether_->bind(abort));
  }

 private:
  Abortable& target_;
  std::optional<Tether<Abortable>> tether_;
#if defined(__cpp_lib_jthread)
  struct Abort {
    Abortable* target;
    void operator()() const { target->abort(errc::cancelled); }
  };
  std::optional<std::stop_callback<Abort>> callback_;
#endif
};

}  // namespace wandb::detail
