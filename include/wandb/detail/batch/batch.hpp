// The inputs, results and runners of `for_each`, shared by its awaited and its threaded form.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <optional>
#include <ranges>
#include <utility>

#include <wandb/stop_token.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Gives the values of a range one by one, to any thread, until the range's end, a stop, or `close()`. It does not read
/// the range further than the values that it gives.
template <std::ranges::input_range Range>
class Inputs {
 public:
  using value_type = std::ranges::range_value_t<Range>;
  struct Taken {
    std::size_t index;
    value_type value;
  };

  Inputs(Range range, StopToken stop) : range_(std::move(range)), stop_(std::move(stop)) {}

  /// The next value, or nothing if there is none. An exception of the range ends the inputs.
  [[nodiscard]] std::optional<Taken> take() {
    const std::lock_guard lock(mutex_);
    if (over()) return std::nullopt;
    CloseUnlessTaken end{over_, false};
    if (at_) ++*at_;
    else at_.emplace(std::ranges::begin(*range_));
    if (*at_ == std::ranges::end(*range_)) return std::nullopt;
    std::optional<Taken> taken(Taken{count_, value()});
    ++count_;
    end.taken = true;
    return taken;
  }

  /// Ends the inputs and destroys the range.
  void close() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    at_.reset();
    range_.reset();
  }

  [[nodiscard]] bool over() const noexcept { return over_ || stop_.stop_requested(); }
  [[nodiscard]] std::size_t taken() const noexcept { return count_; }

 private:
  struct CloseUnlessTaken {
    std::atomic<bool>& over;
    bool taken;
    ~CloseUnlessTaken() {
      if (!taken) over = true;
    }
  };
  // A view does not own its values, so they are copied and not moved.
  [[nodiscard]] value_type value() {
    if constexpr (std::ranges::view<Range>) return value_type(**at_);
    else return value_type(std::ranges::iter_move(*at_));
  }

  std::mutex mutex_;
  std::optional<Range> range_;
  std::optional<std::ranges::iterator_t<Range>> at_;
  StopToken stop_;
  std::atomic<std::size_t> count_{0};
  std::atomic<bool> over_{false};
};

/// A completed input, or the exception that its operation threw.
template <class Completed>
struct Finished {
  std::optional<Completed> completed;
  std::exception_ptr thrown;
};

/// Holds the results that have not been taken, and counts the runners that will add further ones.
template <class Completed>
class Results {
 public:
  using Entry = Finished<Completed>;

  /// `limit` bounds the number of runners, and also the number of results that have not been taken.
  explicit Results(std::size_t limit) : limit_(limit) {}

  /// Whether another runner may begin. If so, it is counted.
  [[nodiscard]] bool try_begin_runner() {
    const std::lock_guard lock(mutex_);
    if (runners_ >= limit_ || entries_.size() >= limit_) return false;
    ++runners_;
    return true;
  }
  void end_runner() {
    const std::lock_guard lock(mutex_);
    --runners_;
  }
  [[nodiscard]] bool full() const {
    const std::lock_guard lock(mutex_);
    return entries_.size() >= limit_;
  }

  void put(Entry entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
  }
  /// The oldest result. Sets `over` if there is none and no runner is left to add one.
  [[nodiscard]] std::optional<Entry> take(bool& over) {
    const std::lock_guard lock(mutex_);
    over = entries_.empty() && runners_ == 0;
    if (entries_.empty()) return std::nullopt;
    std::optional<Entry> oldest(std::move(entries_.front()));
    entries_.pop_front();
    return oldest;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::size_t limit_;
  std::size_t runners_ = 0;
};

/// Counts one runner of a batch while it lives. The destructor ends the runner if its coroutine was destroyed or its
/// thread could not be started. It wakes nobody then, since a destructor should not run code of other people.
template <class Pointer>
class Runner {
 public:
  explicit Runner(Pointer batch) noexcept : batch_(std::move(batch)) {}
  Runner(Runner&& other) noexcept : batch_(std::exchange(other.batch_, nullptr)) {}
  Runner& operator=(Runner&&) = delete;
  ~Runner() {
    if (batch_ != nullptr) batch_->results.end_runner();
  }
  [[nodiscard]] auto& batch() const noexcept { return *batch_; }
  /// Ends the runner, and wakes the waiting consumer.
  void finish() {
    const auto batch = std::exchange(batch_, nullptr);
    batch->results.end_runner();
    batch->notify();
  }

 private:
  Pointer batch_;
};

/// The completed input. Throws the exception of its operation.
template <class Completed>
[[nodiscard]] Completed unwrap(Finished<Completed> entry) {
  if (entry.thrown) std::rethrow_exception(entry.thrown);
  return *std::move(entry.completed);
}

}  // namespace wandb::detail
