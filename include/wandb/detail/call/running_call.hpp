// Executes a method of the library step by step.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include <wandb/detail/call/attempts.hpp>
#include <wandb/detail/call/call.hpp>
#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/retry_machine.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The next step of a method: a request to send, whose answer the method then receives, or the method's result. A
/// request with a fault is the result of that fault. A method has a `value_type`, and returns its steps from `start()`
/// and then from `resume(answer)`, until one is a result.
template <class Value>
class Step {
 public:
  Step(GraphqlRequest request) : request_(std::move(request)) {
    if (!request_.fault()) return;
    result_ = *request_.fault();
    request_ = {};
  }
  explicit Step(Result<Value> result) : result_(std::move(result)) {}

  [[nodiscard]] bool finished() const noexcept { return request_.is_empty(); }
  /// Returns the request, unless `finished()`.
  [[nodiscard]] GraphqlRequest& request() noexcept { return request_; }
  /// Returns the result if `finished()`.
  [[nodiscard]] Result<Value>& result() noexcept { return result_; }

 private:
  GraphqlRequest request_;
  Result<Value> result_;
};

template <class Value>
[[nodiscard]] Step<Value> finished(Result<Value> result) {
  return Step<Value>(std::move(result));
}

/// Converts the step to that of a method whose result is optional.
template <class Value>
[[nodiscard]] Step<std::optional<Value>> as_optional(Step<Value> step) {
  using Optional = std::optional<Value>;
  if (!step.finished()) return std::move(step.request());
  auto& result = step.result();
  return finished<Optional>(result ? Result<Optional>(std::move(*result)) : Result<Optional>(result.error()));
}

/// The call of one method.
template <class Method>
class RunningCall final : public CallOf<typename Method::value_type> {
 public:
  using value_type = typename Method::value_type;
  RunningCall(const Caller& caller, const CallOptions& options, Method method)
      : attempts_(caller, options), method_(std::move(method)) {}

  [[nodiscard]] Next start() override {
    attempts_.start_clock();
    return follow(method_.start());
  }
  [[nodiscard]] Next arrived(Result<Response> response) override {
    return follow(attempts_.arrived(std::move(response)));
  }
  [[nodiscard]] Next resumed(bool cut_short) override { return follow(attempts_.resumed(cut_short)); }
  [[nodiscard]] Request request() override { return attempts_.request(); }
  [[nodiscard]] std::chrono::nanoseconds delay() const noexcept override { return delay_; }
  [[nodiscard]] const StopToken& stop() const noexcept override { return attempts_.stop(); }

 private:
  [[nodiscard]] Next follow(const Action& action) {
    if (std::holds_alternative<SendRequest>(action)) return Next::send;
    if (const auto* wait = std::get_if<Wait>(&action)) {
      delay_ = wait->duration;
      return Next::wait;
    }
    return follow(method_.resume(attempts_.take_answer()));
  }
  [[nodiscard]] Next follow(Step<value_type> step) {
    if (!step.finished()) return follow(attempts_.begin(std::move(step.request())));
    this->result_ = std::move(step.result());
    if (!this->result_) this->result_ = attempts_.with_details(this->result_.error());
    return Next::done;
  }

  Attempts attempts_;
  Method method_;
  std::chrono::nanoseconds delay_{};
};

template <class Method>
[[nodiscard]] CallPtr<typename Method::value_type> make_call(const Caller& caller, const CallOptions& options,
                                                             Method method) {
  return std::make_unique<RunningCall<Method>>(caller, options, std::move(method));
}

}  // namespace wandb::detail
