// Many calls at once: an operation over a range of inputs, with so many in flight and no more.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include <wandb/api.hpp>
#include <wandb/client.hpp>
#include <wandb/detail/batch/batch.hpp>
#include <wandb/detail/batch/completion_event.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/error.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI {

/// How `for_each` runs.
struct ForEachOptions {
  std::size_t concurrency = 16;     ///< operations in flight, and results that wait to be taken; at least 1
  const StopToken* stop = nullptr;  ///< when a stop is requested, no further input is taken. The token is copied
};
static_assert(OptionsStruct<ForEachOptions>);

/// An input and its result.
template <class Input, class R>
struct Completed {
  std::size_t index = 0;  ///< of the input in its range
  Input input;
  R result;
};

namespace detail {

/// The type of a task's result, as `type`.
template <class Task>
struct TaskResult {};
template <template <class, class...> class Task, class R, class... Rest>
struct TaskResult<Task<R, Rest...>> {
  using type = R;
};

/// Throws for a concurrency of 0, or returns the error if the program has no exceptions.
[[nodiscard]] inline std::optional<Error> misuse_of(const ForEachOptions& options) {
  if (options.concurrency != 0) return std::nullopt;
  return misused("for_each", "the concurrency", "is 0");
}

/// The state that both forms of `for_each` share: the inputs, the operation, one pace for all calls, and the results.
/// Each form adds its runners and how it waits for them.
template <class T, class Range, class Operation, class Completed>
struct Batch {
  using Entry = typename Results<Completed>::Entry;
  using Taken = typename Inputs<Range>::Taken;

  Batch(const Client<T>& client, Range range, Operation what, const ForEachOptions& options)
      : fault(misuse_of(options)),
        api(client.for_caller(paced(client.caller()))),
        operation(std::move(what)),
        inputs(std::move(range), options.stop == nullptr ? StopToken() : *options.stop),
        results(options.concurrency) {}

  /// Whether another runner should begin. If so, it is counted.
  [[nodiscard]] bool try_begin_runner() { return !inputs.over() && results.try_begin_runner(); }
  /// Calls the operation for an input. Gives its result, or the task of its result.
  [[nodiscard]] decltype(auto) start(const Taken& taken) const { return operation(api, taken.value); }
  /// Moves an input and its result into a `Completed`.
  template <class R>
  [[nodiscard]] static Completed completed(Taken& taken, R& result) {
    return {taken.index, std::move(taken.value), std::move(result)};
  }
  /// After misuse: the next input, with the error as its result. Nothing if the result type cannot hold an error.
  [[nodiscard]] std::optional<Completed> next_with_fault() {
    if constexpr (std::convertible_to<const Error&, decltype(Completed::result)>) {
      if (auto taken = inputs.take()) return Completed{taken->index, std::move(taken->value), *fault};
    } else {
      inputs.close();
    }
    return std::nullopt;
  }
  [[nodiscard]] Result<void> status() const { return fault ? Result<void>(*fault) : success(); }

  std::optional<Error> fault;
  Api<T> api;
  Operation operation;
  Inputs<Range> inputs;
  Results<Completed> results;
};

template <class Operation, class T, class Input>
inline constexpr bool can_operate = std::is_invocable_v<const Operation&, const Api<T>&, const Input&>;

/// The type that `operation(api, input)` returns.
template <class Operation, class T, class Input>
using Returned = std::invoke_result_t<const Operation&, const Api<T>&, const Input&>;

/// Whether `Task` is the transport's task of anything but `void`.
template <class T, class Task>
inline constexpr bool is_task = false;
template <class T, template <class, class...> class Task, class R, class... Rest>
inline constexpr bool is_task<T, Task<R, Rest...>> =
    !std::is_void_v<R> && std::is_same_v<Task<R, Rest...>, TaskOf<T, R>>;

/// Whether `operation(api, input)` returns such a task.
template <class Operation, class T, class Input>
inline constexpr bool gives_task = false;
template <class Operation, class T, class Input>
requires can_operate<Operation, T, Input>
inline constexpr bool gives_task<Operation, T, Input> = is_task<T, Returned<Operation, T, Input>>;

}  // namespace detail

/// The results of an awaited `for_each`, in the order in which they are completed. Only one `next()` may be awaited at
/// a time. After its destruction no further input is taken, and calls in flight end on their own.
template <ConcurrentTransport T, std::ranges::input_range Range, class Operation>
requires detail::gives_task<Operation, T, std::ranges::range_value_t<Range>>
class [[nodiscard]] ForEach {
 public:
  using input_type = std::ranges::range_value_t<Range>;
  using value_type =
      Completed<input_type, typename detail::TaskResult<detail::Returned<Operation, T, input_type>>::type>;
  template <class R>
  using task = detail::TaskOf<T, R>;

  ForEach(const Client<T>& client, Range inputs, Operation operation, const ForEachOptions& options)
      : state_(std::make_shared<State>(client, std::move(inputs), std::move(operation), options)) {}
  ForEach(ForEach&&) noexcept = default;
  ForEach& operator=(ForEach&& other) noexcept {
    close();
    state_ = std::move(other.state_);
    return *this;
  }
  ~ForEach() { close(); }

  /// The next completed result. Nothing when no further input is taken, at the end of the inputs or after a stop, and
  /// every result has been given. Throws what the operation threw for an input; the next call continues with the
  /// others.
  [[nodiscard]] task<std::optional<value_type>> next() { return next(state_); }

  /// The number of inputs that were taken. Each of them has a result or will have one, and no later input has. After a
  /// stop, this is the index from which to continue.
  [[nodiscard]] std::size_t taken() const noexcept { return state_->inputs.taken(); }
  /// Gives `errc::invalid_argument` after misuse in a program without exceptions. No operation runs then, and the error
  /// is also the result of each input if its type can hold one.
  [[nodiscard]] Result<void> status() const { return state_->status(); }

 private:
  struct State : detail::Batch<T, Range, Operation, value_type> {
    State(const Client<T>& client, Range range, Operation what, const ForEachOptions& options)
        : detail::Batch<T, Range, Operation, value_type>(client, std::move(range), std::move(what), options),
          event(detail::make_completion_event<T>(transport())) {}
    [[nodiscard]] detail::Unwrapped<T>& transport() { return this->api.transport(); }
    void notify() { event.set(); }

    decltype(detail::make_completion_event<T>(std::declval<detail::Unwrapped<T>&>())) event;
  };
  using StatePtr = std::shared_ptr<State>;
  using Runner = detail::Runner<StatePtr>;

  void close() {
    if (state_) state_->inputs.close();
  }

  [[nodiscard]] static task<std::optional<value_type>> next(StatePtr state) {
    if (state->fault) co_return state->next_with_fault();
    for (;;) {
      while (state->try_begin_runner()) state->transport().spawn(run(Runner(state)));
      bool over = false;
      if (auto entry = state->results.take(over)) co_return detail::unwrap(std::move(*entry));
      if (over) co_return std::nullopt;
      co_await state->event.wait();
    }
  }

  [[nodiscard]] static task<void> run(Runner mine) {
    Runner runner(std::move(mine));  // A parameter lives as long as the frame, which may outlive the run.
    State& state = runner.batch();
    for (;;) {
      typename State::Entry entry;
#if defined(__cpp_exceptions)
      try {
#endif
        auto taken = state.results.full() ? std::nullopt : state.inputs.take();
        if (!taken) break;
        auto result = co_await state.start(*taken);
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

  StatePtr state_;
};

/// Runs `operation(api, input)` for each of the inputs, with at most `concurrency` in flight, and gives the results as
/// they are completed: `while (auto one = co_await done.next())`. Nothing runs before the first `next()`. While
/// `concurrency` results wait to be taken, no further input is taken.
///
/// The operation returns a `task` of the transport. If the transport runs on several threads, the operation is called
/// on several at once. All calls share the pace of the `Api` that it is given: when the server limits one of them with
/// `Retry-After` or `RateLimit-*`, all of them wait. `inputs` is any range; it is moved or copied, and read one by one.
/// What a view refers to must outlive the returned object. `api` and `options` may be destroyed as soon as the call
/// returns. A spawned task must run to its end: one that is destroyed earlier gives no result, and wakes nobody. A
/// `concurrency` of 0 is misuse; without exceptions it is the result of each input, and of `status()`. Needs a
/// `ConcurrentTransport`.
template <AsyncTransport T, std::ranges::input_range Range, class Operation>
[[nodiscard]] auto for_each(const Api<T>& api, Range&& inputs, Operation operation,
                            const ForEachOptions& options = {}) {
  static_assert(ConcurrentTransport<T>, "for_each needs a ConcurrentTransport: this one has no spawn(task<void>)");
  using Input = std::ranges::range_value_t<Range>;
  static_assert(detail::gives_task<Operation, T, Input>,
                "for_each needs an operation(const Api&, const Input&) that gives a task");
  return ForEach<T, std::remove_cvref_t<Range>, Operation>(api, std::forward<Range>(inputs), std::move(operation),
                                                           options);
}

}  // namespace wandb
