// Defines the server's answer to one GraphQL request.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/error.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// States what the body of an answer proves about the operation. Data takes precedence over the HTTP status.
enum class AnswerClass : std::uint8_t {
  data,         ///< it holds the data that was requested
  refused,      ///< it holds errors instead of the operation's field: nothing ran, unless the status leaves that open
  incomplete,   ///< the operation ran, and something else failed
  unproven,     ///< the body proves nothing: only the status counts
  empty,        ///< it holds neither data nor errors; `AnswerReader` makes this `unproven` or `undecodable`
  undecodable,  ///< the service answered, but the answer cannot be understood, or leaves open what ran
  not_the_service,  ///< it is no GraphQL answer, so the service did not send it: only the status counts
};

/// Explains why an answer does not decode to what the schema promises.
struct DecodeError {
  std::string path;    ///< the faulty place, as `users.edges[3].node.name`; empty for the whole text
  std::string reason;  ///< contains no secrets
};

/// An answer with its class. `Decoder` fills it from the body, `AnswerReader` classifies it for the operation, and
/// `Attempts` hands it to the method.
struct GraphqlAnswer {
  AnswerClass kind = AnswerClass::unproven;
  std::shared_ptr<const Page> page;  ///< null if the operation's field is missing
  ObjectView root;                   ///< the root row of `page`
  std::vector<GraphqlError> errors;  ///< these come with the data or instead of it
  int status = 0;                    ///< the HTTP status
  int deciding_status = 0;           ///< retries depend on this: the HTTP status, or the status that the errors give
  std::optional<DecodeError> decode_error;
  /// Explains why `kind` is not `data`. A method that receives an answer with a failure first takes what `page` holds
  /// and then returns the failure: the mutation ran, and something else failed.
  std::optional<Error> failure;
  bool ambiguous = false;  ///< whether an earlier attempt of the same mutation may also have run
};

}  // namespace wandb::detail
