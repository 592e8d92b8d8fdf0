// What the body of an answer proves.
#pragma once

#include <cstdint>

namespace wandb::detail {

/// What a body shows of the operation. Data outranks the status.
enum class Content : std::uint8_t {
  data,         ///< what was asked for
  refused,      ///< errors in place of the operation's field: it did not run, unless the status leaves that open
  incomplete,   ///< the operation's field is there and something failed besides: it ran
  unproven,     ///< nothing: the status alone tells
  undecodable,  ///< an answer of the service that cannot be understood: it may hold anything
};

}  // namespace wandb::detail
