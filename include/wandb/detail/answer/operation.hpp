// Describes a GraphQL operation that the library sends.
#pragma once

#include <string_view>

#include <wandb/detail/answer/shape.hpp>
#include <wandb/retry.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// A GraphQL operation: its document, and the effect of repeating it. Of the library's own operations all text has
/// static storage; the call of a program's document owns what this views, except `field`.
struct Operation {
  std::string_view name;      ///< the name in the document; empty if it has none
  std::string_view document;  ///< the text of the document
  std::string_view field;     ///< the first root field, such as "createUser", which errors name; it has static storage
  Repeat repeat = Repeat::safe;
  Shape shape;                  ///< the shape of its answer
  bool plain = false;           ///< whether the texts contain no character that JSON escapes
  std::string_view keyless;     ///< the document without users' keys if it reads any; otherwise the same document
  bool brings_secret = false;   ///< whether the answer may hold a secret that nobody knows yet, such as a new key
  bool has_conditions = false;  ///< whether the answer may lack root fields, because of `@include` or `@skip`
};

}  // namespace wandb::detail
