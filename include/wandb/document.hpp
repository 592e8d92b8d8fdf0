// A program's own GraphQL documents that are checked at compile time, and their answers.
#pragma once

#include <utility>

#include <wandb/answer.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/graphql/document.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/selection.hpp>

namespace wandb::inline WANDB_ABI {

/// A document whose text is part of its type, so that the types of its answer are known. It does not compile if it is
/// not valid against the part of the schema about users; the message names the word at fault.
template <graphql::FixedString Text>
struct CheckedDocument {
  static_assert(!graphql::document<Text>.text.empty(), "a document has one operation");
  static constexpr Shape shape = graphql::document<Text>.shape;  ///< the shape of its answer

  [[nodiscard]] constexpr const graphql::Document& operator*() const noexcept { return graphql::document<Text>; }
  [[nodiscard]] constexpr const graphql::Document* operator->() const noexcept { return &graphql::document<Text>; }
  constexpr operator const graphql::Document&() const noexcept { return graphql::document<Text>; }
};

/// A program's own document: `api.query(document<"query Mine { viewer { id photoUrl } }">)`.
template <graphql::FixedString Text>
inline constexpr CheckedDocument<Text> document{};

/// The answer to a document that was checked at compile time.
template <graphql::FixedString Text>
class CheckedAnswer : public Answer {
 public:
  /// For the library itself.
  explicit CheckedAnswer(Answer answer) noexcept : Answer(std::move(answer)) {}

  /// Returns a root field by its response key, in snake_case or camelCase, as its type in the schema: an object, on
  /// which `get` returns the fields that the document selects; a `std::optional` of it if the schema allows null; a
  /// range if it is a list. A field that the document does not select does not compile.
  template <graphql::FixedString Name>
  requires Selects<CheckedDocument<Text>, Name, detail::root_object>
  [[nodiscard]] auto get() const {
    using Root = SelectedObject<CheckedDocument<Text>, detail::root_object>;
    return Root(page(), page()->root()).template get<Name>();
  }
};

}  // namespace wandb
