// One operation that the library sends: its document, what repeating it does, and the shape of its answer.
#pragma once

#include <string_view>

#include <wandb/exchange.hpp>
#include <wandb/graphql/document.hpp>
#include <wandb/shape.hpp>

namespace wandb::graphql {

/// Whether a document can stand in JSON as it is.
[[nodiscard]] constexpr bool is_plain(std::string_view document) noexcept {
  for (const char c : document) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E)
      return false;
  }
  return true;
}

/// A GraphQL operation that the library sends: its document, and what repeating it does. All text has static storage.
struct Operation {
  std::string_view name;      ///< as in the document
  std::string_view document;  ///< its text
  std::string_view field;     ///< its one root field, such as "createUser": what errors name
  Repeat repeat = Repeat::harmless;
  Shape shape;               ///< of its answer
  bool plain = false;        ///< whether the texts can stand in JSON as they are
  std::string_view keyless;  ///< the document without users' keys, where it reads those; else the same

  consteval Operation(const Document& checked, Repeat repeating, std::string_view without_keys = {}) noexcept
      : name(checked.name),
        document(checked.text),
        field(checked.field),
        repeat(repeating),
        shape(checked.shape),
        plain(is_plain(checked.text)),
        keyless(without_keys.empty() ? checked.text : without_keys) {}
};

}  // namespace wandb::graphql
