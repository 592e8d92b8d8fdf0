// A GraphQL operation that the library sends.
#pragma once

#include <cstdint>
#include <string_view>

#include <wandb/detail/answer/shape.hpp>

namespace wandb {

/// What repeating an operation would do.
enum class Repeat : std::uint8_t {
  safe,        ///< a query changes nothing
  idempotent,  ///< a mutation that ends in the same state however often it runs
  once,        ///< a mutation that must not run twice
};

}  // namespace wandb

namespace wandb::detail {

/// A GraphQL operation that the library sends: its document, and what repeating it does. All text has static storage.
struct Operation {
  std::string_view name;      ///< as in the document
  std::string_view document;  ///< its text
  std::string_view field;     ///< its one root field, such as "createUser", which errors name
  Repeat repeat = Repeat::safe;
  Shape shape;               ///< the shape of its answer
  bool plain = false;        ///< whether the texts need no escapes in JSON
  std::string_view keyless;  ///< the document without users' keys, where it reads those; else the same
};

}  // namespace wandb::detail
