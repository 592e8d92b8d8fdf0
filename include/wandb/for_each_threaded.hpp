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

/// `operation(api, input)` gives anything but `void`.
template <class Operation, class T, class Input>
concept GivesResult = std::invocable < const Operation&,
        const Api<T>
&, const Input& > &&!std::is_void_v<detail::Returned<Operation, T, Input>>;

/// What `for_each` gives with a synchronous transport: its results, as they come. An input range of them, and `next()`.
/// One thread at a time. When it is destroyed no further input is taken, and what is in flight is waited for.
template <SyncTransport T, std::ranges::input_range Range, class Operation>
requires GivesResult<Operation, T, std::ranges::range_value_t<Range>>
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
    if (state.fault) return detail::refuse_next<value_type>(state.inputs, *state.fault);
    while (!state.inputs.over() && state.results.hire()) {
      state.threads.emplace_back([presence = Presence(state)] { run(presence.state()); });
    }
    std::optional<Entry> entry;
    bool over = false;
    state.wait([&] {
      entry = state.results.take(over);
      return entry || over;
    });
    state.changed();
    if (over) return std::nullopt;
    return detail::unwrap(std::move(*entry));
  }

  /// How many inputs were taken: each of them has a result, or will have one, and none that follows. After a stop this
  /// is where to go on.
  [[nodiscard]] std::size_t taken() const noexcept { return state_->inputs.taken(); }
  /// `errc::invalid_argument` after misuse that could not be thrown. It is the result of each input as well, where that
  /// can hold an error, and nothing is run.
  [[nodiscard]] Result<void> status() const { return state_->fault ? Result<void>(*state_->fault) : success(); }

  /// Takes the first result, or goes on where the last loop stopped.
  [[nodiscard]] iterator begin() {
    if (!current_) advance();
    return iterator(this);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  using Entry = typename detail::Results<value_type>::Entry;

  struct State {
    State(const Client<T>& client, Range range, Operation what, const ForEachOptions& options)
        : fault(detail::fault_of(options)),
          api(client.for_caller(detail::paced(client.caller()))),
          operation(std::move(what)),
          inputs(std::move(range), options.stop == nullptr ? StopToken() : *options.stop),
          results(options.concurrency) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
      inputs.close();
      changed();
      for (auto& thread : threads) thread.join();
    }

    template <class Condition>
    void wait(Condition condition) {
      std::unique_lock lock(mutex);
      wakeup.wait(lock, condition);
    }
    void changed() {
      { const std::lock_guard lock(mutex); }  // nobody is between looking and waiting
      wakeup.notify_all();
    }

    std::optional<Error> fault;
    Api<T> api;
    Operation operation;
    detail::Inputs<Range> inputs;
    detail::Results<value_type> results;
    std::mutex mutex;
    std::condition_variable wakeup;
    std::vector<std::thread> threads;
  };

  /// One runner's presence, which ends with it in whatever way it ends.
  class Presence {
   public:
    explicit Presence(State& state) noexcept : state_(&state) {}
    Presence(Presence&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    Presence& operator=(Presence&&) = delete;
    ~Presence() {
      if (state_ == nullptr) return;
      state_->results.dismiss();
      state_->changed();
    }
    [[nodiscard]] State& state() const noexcept { return *state_; }

   private:
    State* state_;
  };

  static void run(State& state) {
    for (;;) {
      Entry entry;
#if defined(__cpp_exceptions)
      try {
#endif
        state.wait([&] { return !state.results.full() || state.inputs.over(); });
        auto taken = state.inputs.take();
        if (!taken) return;
        auto result = std::as_const(state.operation)(std::as_const(state.api), std::as_const(taken->value));
        entry.template emplace<1>(value_type{taken->index, std::move(taken->value), std::move(result)});
#if defined(__cpp_exceptions)
      } catch (...) {
        entry.template emplace<0>(std::current_exception());
      }
#endif
      state.results.put(std::move(entry));
      state.changed();
    }
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
