// Many calls at once with a synchronous transport: each in flight has a thread.
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

namespace wandb {

namespace detail {

/// Whether `operation(api, input)` gives anything but `void`.
template <class Operation, class T, class Input>
inline constexpr bool gives_result = false;
template <class Operation, class T, class Input>
requires can_operate<Operation, T, Input>
inline constexpr bool gives_result<Operation, T, Input> = !std::is_void_v<Returned<Operation, T, Input>>;

}  // namespace detail

/// What `for_each` gives with a synchronous transport: its results, as they come. An input range of them, and `next()`.
/// One thread at a time. When it is destroyed no further input is taken, and what is in flight is waited for.
template <SyncTransport T, std::ranges::input_range Range, class Operation>
requires detail::gives_result<Operation, T, std::ranges::range_value_t<Range>>
class [[nodiscard]] ThreadedForEach {
 public:
  using input_type = std::ranges::range_value_t<Range>;
  using value_type = Completed<input_type, std::remove_cvref_t<detail::Returned<Operation, T, input_type>>>;

  /// What `begin()` gives. `*` refers to what the range holds, until `++`.
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

  /// The next result, in the order in which they come; nothing when all inputs were taken, or a stop was requested, and
  /// every result was given. Throws what the operation threw for an input, or that no thread could be started; the next
  /// call goes on.
  [[nodiscard]] std::optional<value_type> next() {
    State& state = *state_;
    if (state.fault) return state.refuse_next();
    while (state.hire()) {
      state.threads.emplace_back([presence = Presence(&state)]() mutable { run(presence); });
    }
    std::optional<typename State::Entry> entry;
    bool over = false;
    state.wait([&] {
      entry = state.results.take(over);
      return entry || over;
    });
    state.tell();
    if (over) return std::nullopt;
    return detail::unwrap(std::move(*entry));
  }

  /// As those of `ForEach`.
  [[nodiscard]] std::size_t taken() const noexcept { return state_->inputs.taken(); }
  [[nodiscard]] Result<void> status() const { return state_->status(); }

  /// Takes the first result, or goes on where the last loop stopped.
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
      tell();
      for (auto& thread : threads) thread.join();
    }

    template <class Condition>
    void wait(Condition condition) {
      std::unique_lock lock(mutex);
      wakeup.wait(lock, condition);
    }
    void tell() {
      { const std::lock_guard lock(mutex); }  // nobody is between looking and waiting
      wakeup.notify_all();
    }

    std::mutex mutex;
    std::condition_variable wakeup;
    std::vector<std::thread> threads;
  };
  using Presence = detail::Presence<State*>;

  static void run(Presence& presence) {
    State& state = presence.batch();
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
      state.tell();
    }
    presence.leave();
  }

  void advance() {
    current_.reset();  // an exception leaves nothing behind
    if (auto following = next()) current_.emplace(std::move(*following));
  }

  std::unique_ptr<State> state_;
  std::optional<value_type> current_;
};

/// Runs `operation(api, input)` for each of the inputs, on `concurrency` threads, and gives the results as they come:
/// `for (auto& one : done)`. The operation is called on several threads at once; everything else is as with an
/// asynchronous transport.
template <SyncTransport T, std::ranges::input_range Range, class Operation>
[[nodiscard]] auto for_each(const Api<T>& api, Range&& inputs, Operation operation,
                            const ForEachOptions& options = {}) {
  return ThreadedForEach<T, std::remove_cvref_t<Range>, Operation>(api, std::forward<Range>(inputs),
                                                                   std::move(operation), options);
}

}  // namespace wandb
