// Makes the errors of mutations whose answer lacks data or has errors beside it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/answer/user_errors.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/error.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Whether a refusal may be due to an earlier attempt of the same mutation that succeeded and whose answer was lost. A
/// query then shows whether it took effect.
[[nodiscard]] inline bool may_have_succeeded_before(const Error& error) {
  return error.outcome() == Outcome::unknown && error.status() != 0 && error != errc::not_the_service &&
         (error == condition::rejected || error == condition::not_found || error == condition::conflict);
}

/// Copies an error and replaces its outcome.
[[nodiscard]] inline Error with_outcome(const Error& error, Outcome outcome) {
  auto details = error.details();
  details.outcome = outcome;
  return Error(error.code(), std::move(details));
}

/// Makes the error of a mutation whose answer lacks the expected field: the server's error, else
/// `errc::malformed_response` with an unknown outcome. An error beside the mutation's data shows that it ran.
[[nodiscard]] inline Error incomplete_error(const GraphqlAnswer& answer, const Operation& operation,
                                            std::string_view place, std::string_view reason) {
  if (answer.failure) return *answer.failure;
  for (const auto& error : answer.errors) {
    return to_error(operation.field, error, answer.status, Outcome::ran);
  }
  return malformed_mutation(operation, std::string(operation.field).append(".").append(place), reason, answer.status);
}

/// Makes the error of a mutation whose answer says that the server did not do what was asked for. Without `advice` it
/// has that of its code.
[[nodiscard]] inline Error rejected_error(const GraphqlAnswer& answer, std::string_view operation, std::string reason,
                                          Outcome outcome, std::optional<std::string> advice = std::nullopt) {
  return Error(answer.failure ? answer.failure->code() : make_error_code(errc::rejected),
               Error::Details{.reason = std::move(reason),
                              .advice = std::move(advice),
                              .operation = operation,
                              .messages = to_messages(answer.errors),
                              .status = answer.status,
                              .attempts = 1,
                              .outcome = outcome,
                              .delivery = Delivery::answered});
}

/// Makes the error of a mutation that answered `success: false`. It did not run, unless the answer is ambiguous.
[[nodiscard]] inline Error unsuccessful_error(const GraphqlAnswer& answer, std::string_view operation,
                                              std::string_view what) {
  return rejected_error(answer, operation, std::string(what).append(": it answered success: false"),
                        answer.ambiguous ? Outcome::unknown : Outcome::not_run);
}

/// The errors beside the data of an operation with that outcome, `max_messages` at most.
[[nodiscard]] inline std::vector<Error> errors_beside_data(const GraphqlAnswer& answer, const Operation& operation,
                                                           Outcome outcome) {
  std::vector<Error> errors;
  for (const auto& error : answer.errors) {
    if (errors.size() == max_messages) break;
    errors.push_back(to_error(operation.field, error, answer.status, outcome));
  }
  return errors;
}

}  // namespace wandb::detail
