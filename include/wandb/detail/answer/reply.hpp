// The answer to an operation, as far as it is one.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

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

}  // namespace wandb::detail
