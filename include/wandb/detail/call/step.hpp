// What a method of the library comes to, step by step: the seam between what it means and how it is carried out.
#pragma once

#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// A request to send, after which the method is told the answer, or the method's result. A request with a fault is the
/// result of that fault. `start()` and then `resume(answer)` of a method give the next step, until that is a result.
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
  /// Where it is not finished.
  [[nodiscard]] GraphqlRequest& request() noexcept { return request_; }
  /// Where it is.
  [[nodiscard]] Result<Value>& result() noexcept { return result_; }

 private:
  GraphqlRequest request_;
  Result<Value> result_;
};

template <class Value>
[[nodiscard]] Step<Value> finished(Result<Value> result) {
  return Step<Value>(std::move(result));
}

}  // namespace wandb::detail
