// The server's answer to one GraphQL request.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/error.hpp>

namespace wandb::detail {

/// What the body of an answer proves about the operation. Data outranks the HTTP status.
enum class AnswerClass : std::uint8_t {
  data,         ///< it holds what was asked for
  refused,      ///< it holds errors in place of the operation's field: nothing ran, unless the status leaves that open
  incomplete,   ///< the operation ran, and something failed besides
  unproven,     ///< the body proves nothing: only the status counts
  empty,        ///< it holds neither data nor errors; `AnswerReader` makes this `unproven` or `undecodable`
  undecodable,  ///< the service answered, and the answer cannot be understood: it may hold anything
  not_the_service,  ///< it is no GraphQL answer, and so not the service's: only the status counts
};

/// Why an answer does not decode to what the schema promises.
struct DecodeError {
  std::string path;    ///< where, from the root field on: `users.edges[3].node.name`; empty for the text as a whole
  std::string reason;  ///< without secrets
};

/// An answer with its class. `Decoder` fills it from the body, `AnswerReader` classifies it for the operation, and
/// `Attempts` hands it to the method.
struct GraphqlAnswer {
  AnswerClass kind = AnswerClass::unproven;
  std::shared_ptr<const Page> page;  ///< null where the operation's field is missing
  ObjectView root;                   ///< the root row of `page`
  std::vector<GraphqlError> errors;  ///< beside the data, or in its place
  int status = 0;                    ///< the HTTP status
  int deciding_status = 0;           ///< what retries go by: the HTTP status, or the one that the errors give
  std::optional<DecodeError> decode_error;
  /// Why `kind` is not `data`. A method that receives an answer with a failure takes what `page` holds, and then
  /// returns the failure: the mutation ran, and something failed besides.
  std::optional<Error> failure;
  bool ambiguous = false;  ///< whether an earlier attempt of the same mutation may have run as well
};

}  // namespace wandb::detail
