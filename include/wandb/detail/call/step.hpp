// What an operation of the library asks for and is told: the seam between what a method means and how it is carried
// out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/answer/reply.hpp>
#include <wandb/detail/call/subject.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/error.hpp>

namespace wandb::detail {

/// Send this operation and come back with the answer.
struct Ask {
  const Operation* operation = nullptr;
  std::string body;
  IdentityPtr as;  ///< null: as the caller
  Subject about{};
};

/// What a method of the library comes to, without I/O and without a colour: `start()` and then `resume(answer)` give
/// the next step, until that is a result.
template <class Value>
class Step {
 public:
  Step(Ask ask) : ask_(std::move(ask)) {}
  explicit Step(Result<Value> result) : result_(std::move(result)) {}

  [[nodiscard]] bool finished() const noexcept { return ask_.operation == nullptr; }
  /// Where it is not finished.
  [[nodiscard]] Ask& ask() noexcept { return ask_; }
  /// Where it is.
  [[nodiscard]] Result<Value>& result() noexcept { return result_; }

 private:
  Ask ask_;
  Result<Value> result_;
};

template <class Value>
[[nodiscard]] Step<Value> finished(Result<Value> result) {
  return Step<Value>(std::move(result));
}

}  // namespace wandb::detail
