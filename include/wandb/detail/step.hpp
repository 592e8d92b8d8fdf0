// What an operation of the library asks for and is told: the seam between what a method means and how it is carried
// out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <wandb/detail/graphql_errors.hpp>
#include <wandb/detail/identity.hpp>
#include <wandb/detail/subject.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/operation.hpp>
#include <wandb/page.hpp>

namespace wandb::detail {

/// Send this operation and come back with the answer.
struct Ask {
  const graphql::Operation* operation = nullptr;
  std::string body;
  IdentityPtr as;  ///< null: as the caller
  Subject about{};
};

/// An answer whose root field is there.
struct Reply {
  std::shared_ptr<const Page> page;
  std::vector<GraphqlError> errors;  ///< beside the data
  ObjectView root;                   ///< the root row, in `page`
  int status = 0;                    ///< the HTTP status of the answer
  bool ambiguous = false;            ///< a mutation of which an earlier try may have run as well
  /// A mutation that ran, and of which the server says besides that something failed: what the method gives, once it
  /// has taken what the answer holds.
  std::optional<Error> failure;
};

using Answer = Result<Reply>;

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
