// One call of a public method in progress, as its driver sees it: what to do next, and nothing of how that is decided.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>

namespace wandb::detail {

/// What a driver has to do.
enum class Next : std::uint8_t {
  send,  ///< send `request()`, and tell `arrived` what became of it
  wait,  ///< wait for `delay()`, and tell `resumed`
  done,  ///< take the result
};

/// A call in progress. A driver does its I/O and calls one method at a time.
class Call {
 public:
  Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call() = default;

  /// The first action. The time of the call runs from here: an awaited one may begin long after it was made.
  [[nodiscard]] virtual Next start() = 0;
  [[nodiscard]] virtual Next arrived(Result<Response> response) = 0;
  /// `cut_short` where the wait was cancelled.
  [[nodiscard]] virtual Next resumed(bool cut_short) = 0;
  /// Views this object.
  [[nodiscard]] virtual Request request() = 0;
  [[nodiscard]] virtual std::chrono::nanoseconds delay() const noexcept = 0;
  [[nodiscard]] virtual const StopToken& stop() const noexcept = 0;
};

/// A call that comes to a `Value` or an error.
template <class Value>
class CallOf : public Call {
 public:
  /// After `Next::done`.
  [[nodiscard]] Result<Value> take_result() { return std::move(result_); }

 protected:
  Result<Value> result_;
};

template <class Value>
using CallPtr = std::unique_ptr<CallOf<Value>>;

}  // namespace wandb::detail
