// What many calls at once share in either colour: the inputs to take, the results to give, and who runs.
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

namespace wandb::detail {

/// A range that is taken from one by one, by any thread, until its end, a stop, or `close()`. It is read no further
/// than what was taken.
template <std::ranges::input_range Range>
class Inputs {
 public:
  using value_type = std::ranges::range_value_t<Range>;
  struct Taken {
    std::size_t index;
    value_type value;
  };

  Inputs(Range range, StopToken stop) : range_(std::move(range)), stop_(std::move(stop)) {}

  /// The next; nothing when there are no more. What the range throws ends it.
  [[nodiscard]] std::optional<Taken> take() {
    const std::lock_guard lock(mutex_);
    if (over()) return std::nullopt;
    EndsUnlessTaken end{over_, false};
    if (at_) ++*at_;
    else at_.emplace(std::ranges::begin(*range_));
    if (*at_ == std::ranges::end(*range_)) return std::nullopt;
    std::optional<Taken> taken(Taken{count_, value()});
    ++count_;
    end.taken = true;
    return taken;
  }

  /// Takes no more, and frees what is left.
  void close() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    at_.reset();
    range_.reset();
  }

  [[nodiscard]] bool over() const noexcept { return over_ || stop_.stop_requested(); }
  [[nodiscard]] std::size_t taken() const noexcept { return count_; }

 private:
  struct EndsUnlessTaken {
    std::atomic<bool>& over;
    bool taken;
    ~EndsUnlessTaken() {
      if (!taken) over = true;
    }
  };
  // A view shows what belongs to somebody else.
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

/// What was completed, or what its operation threw.
template <class Completed>
struct Finished {
  std::optional<Completed> completed;
  std::exception_ptr thrown;
};

/// The results that nobody has taken yet, and how many runners there are to bring more.
template <class Completed>
class Results {
 public:
  using Entry = Finished<Completed>;

  /// Runners and untaken results may each be so many.
  explicit Results(std::size_t limit) : limit_(limit) {}

  /// Whether one more runner may begin; it then counts.
  [[nodiscard]] bool hire() {
    const std::lock_guard lock(mutex_);
    if (runners_ >= limit_ || entries_.size() >= limit_) return false;
    ++runners_;
    return true;
  }
  void dismiss() {
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
  /// The oldest; `over` where there is none and nobody will bring one.
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

/// One runner of a batch, as long as it runs. One that ends without `leave`, since its coroutine was destroyed or no
/// thread could be had for it, tells nobody: a destructor is no place for other people's code.
template <class Pointer>
class Presence {
 public:
  explicit Presence(Pointer batch) noexcept : batch_(std::move(batch)) {}
  Presence(Presence&& other) noexcept : batch_(std::exchange(other.batch_, nullptr)) {}
  Presence& operator=(Presence&&) = delete;
  ~Presence() {
    if (batch_ != nullptr) batch_->results.dismiss();
  }
  [[nodiscard]] auto& batch() const noexcept { return *batch_; }
  /// Ends it, and tells whoever waits.
  void leave() {
    const auto batch = std::exchange(batch_, nullptr);
    batch->results.dismiss();
    batch->tell();
  }

 private:
  Pointer batch_;
};

/// What was completed; throws what an operation threw.
template <class Completed>
[[nodiscard]] Completed unwrap(Finished<Completed> entry) {
  if (entry.thrown) std::rethrow_exception(entry.thrown);
  return *std::move(entry.completed);
}

}  // namespace wandb::detail
