// Many calls at once with a synchronous transport, on a thread for each call in flight.
#pragma once

#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <wandb/api.hpp>
#include <wandb/client.hpp>
#include <wandb/detail/batch/batch.hpp>
#include <wandb/error.hpp>
#include <wandb/for_each.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Whether `operation(api, input)` returns anything but `void`.
template <class Operation, class T, class Input>
inline constexpr bool gives_result = false;
template <class Operation, class T, class Input>
requires can_operate<Operation, T, Input>
inline constexpr bool gives_result<Operation, T, Input> = !std::is_void_v<Returned<Operation, T, Input>>;

}  // namespace detail

/// The results of a `for_each` with a synchronous transport, in the order in which they are completed: an input range,
/// and `next()`. One thread at a time may use it. The destructor takes no further input and waits for calls in flight.
template <SyncTransport T, std::ranges::input_range Range, class Operation>
requires detail::gives_result<Operation, T, std::ranges::range_value_t<Range>>
class [[nodiscard]] ThreadedForEach {
 public:
  using input_type = std::ranges::range_value_t<Range>;
  using value_type = Completed<input_type, std::remove_cvref_t<detail::Returned<Operation, T, input_type>>>;

  /// The iterator of `begin()`. `*` refers to an object in the range, which is valid until `++`.
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = ThreadedForEach::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = value_type*;
    using reference = value_type&;

    iterator() = default;
    [[nodiscard]] reference operator*() const noexcept { return *all_->current_; }
    [[nodiscard]] pointer operator->() const noexcept { return &*all_->current_; }
    iterator& operator++() {
      all_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    [[nodiscard]] friend bool operator==(const iterator& it, std::default_sentinel_t) noexcept { return it.over(); }

   private:
    friend class ThreadedForEach;
    explicit iterator(ThreadedForEach* all) noexcept : all_(all) {}
    [[nodiscard]] bool over() const noexcept { return all_ == nullptr || !all_->current_; }
    ThreadedForEach* all_ = nullptr;
  };

  ThreadedForEach(const Client<T>& client, Range inputs, Operation operation, const ForEachOptions& options)
      : state_(std::make_unique<State>(client, std::move(inputs), std::move(operation), options)) {}
  ThreadedForEach(ThreadedForEach&&) noexcept = default;
  ThreadedForEach& operator=(ThreadedForEach&&) noexcept = default;

  /// The next completed result. Nothing when no further input is taken, at the end of the inputs or after a stop, and
  /// every result has been given. Throws what the operation threw for an input, or `std::system_error` if no thread
  /// could be started; the next call continues.
  [[nodiscard]] std::optional<value_type> next() {
    State& state = *state_;
    if (state.fault) return state.next_with_fault();
    while (state.try_begin_runner()) {
      state.threads.emplace_back([runner = Runner(&state)]() mutable { run(runner); });
    }
    std::optional<typename State::Entry> entry;
    bool over = false;
    state.wait([&] {
      entry = state.results.take(over);
      return entry || over;
    });
    state.notify();
    if (over) return std::nullopt;
    return detail::unwrap(std::move(*entry));
  }

  /// These are the same as in `ForEach`.
  [[nodiscard]] std::size_t taken() const noexcept { return state_->inputs.taken(); }
  [[nodiscard]] Result<void> status() const { return state_->status(); }

  /// Takes the next result, so that a second loop continues where the first one stopped.
  [[nodiscard]] iterator begin() {
    if (!current_) advance();
    return iterator(this);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  struct State : detail::Batch<T, Range, Operation, value_type> {
    using detail::Batch<T, Range, Operation, value_type>::Batch;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
      this->inputs.close();
      notify();
      for (auto& thread : threads) thread.join();
    }

    template <class Condition>
    void wait(Condition condition) {
      std::unique_lock lock(mutex);
      wakeup.wait(lock, condition);
    }
    void notify() {
      { const std::lock_guard lock(mutex); }  // Without it, a consumer between its check and its wait would miss this.
      wakeup.notify_all();
    }

    std::mutex mutex;
    std::condition_variable wakeup;
    std::vector<std::thread> threads;
  };
  using Runner = detail::Runner<State*>;

  static void run(Runner& runner) {
    State& state = runner.batch();
    for (;;) {
      typename State::Entry entry;
#if defined(__cpp_exceptions)
      try {
#endif
        state.wait([&] { return !state.results.full() || state.inputs.over(); });
        auto taken = state.inputs.take();
        if (!taken) break;
        auto result = state.start(*taken);
        entry.completed.emplace(State::completed(*taken, result));
#if defined(__cpp_exceptions)
      } catch (...) {
        entry.thrown = std::current_exception();
      }
#endif
      state.results.put(std::move(entry));
      state.notify();
    }
    runner.finish();
  }

  void advance() {
    current_.reset();  // An exception must not leave the last result here.
    if (auto following = next()) current_.emplace(std::move(*following));
  }

  std::unique_ptr<State> state_;
  std::optional<value_type> current_;
};

/// Runs `operation(api, input)` for each of the inputs on `concurrency` threads, and gives the results as they are
/// completed: `for (auto& one : done)`. The operation is called on several threads at once. Everything else is the same
/// as with an asynchronous transport.
template <SyncTransport T, std::ranges::input_range Range, class Operation>
[[nodiscard]] auto for_each(const Api<T>& api, Range&& inputs, Operation operation,
                            const ForEachOptions& options = {}) {
  return ThreadedForEach<T, std::remove_cvref_t<Range>, Operation>(api, std::forward<Range>(inputs),
                                                                   std::move(operation), options);
}

}  // namespace wandb
