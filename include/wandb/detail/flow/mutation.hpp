// What the mutations share: what an answer without the thing itself means, and what is said beside it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/answer/user_errors.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/error.hpp>

namespace wandb::detail {

/// A mutation whose refusal may be the echo of its own earlier, lost success. A look then shows what is; whatever it
/// is that is looked for, looking does no harm.
[[nodiscard]] inline bool may_have_succeeded_before(const Error& error) {
  return error.outcome() == Outcome::unknown && error.status() != 0 && error != errc::not_the_service &&
         (error == condition::rejected || error == condition::not_found || error == condition::conflict);
}

/// The same error, now that a look has shown whether the mutation took effect.
[[nodiscard]] inline Error with_outcome(const Error& error, Outcome outcome) {
  auto details = error.details();
  details.outcome = outcome;
  return Error(error.code(), std::move(details));
}

/// The error of a mutation that was answered without what it is for: the server's words, which say that it ran, or
/// none.
[[nodiscard]] inline Error incomplete(const GraphqlAnswer& answer, const Operation& operation, std::string_view place,
                                      std::string_view reason) {
  if (answer.failure) return *answer.failure;
  for (const auto& error : answer.errors) {
    return with_outcome(to_error(operation.field, error, answer.status), Outcome::ran);
  }
  return malformed_mutation(operation, std::string(operation.field).append(".").append(place), reason, answer.status);
}

/// The error of a mutation that answered `success: false`, with or without words: it did nothing.
[[nodiscard]] inline Error unsuccessful(const GraphqlAnswer& answer, std::string_view operation,
                                        std::string_view what) {
  auto code = make_error_code(errc::rejected);
  Error::Details details{.reason = std::string(what).append(": it answered success: false"),
                         .operation = operation,
                         .messages = {},
                         .status = answer.status,
                         .attempts = 1,
                         .outcome = answer.ambiguous ? Outcome::unknown : Outcome::not_run,
                         .delivery = Delivery::answered};
  details.messages = to_messages(answer.errors);
  if (answer.failure) code = answer.failure->code();
  return Error(code, std::move(details));
}

/// What is said beside a mutation's data, where that data stands all the same: the first few of it.
[[nodiscard]] inline std::vector<Error> errors_beside_data(const GraphqlAnswer& answer, const Operation& operation) {
  std::vector<Error> said;
  for (const auto& error : answer.errors) {
    if (said.size() == max_messages) break;
    said.push_back(to_error(operation.field, error, answer.status));
  }
  return said;
}

}  // namespace wandb::detail
