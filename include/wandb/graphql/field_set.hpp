// The fields that are selected of one object, wherever in the document that is.
#pragma once

#include <array>
#include <cstddef>

#include <wandb/graphql/ast.hpp>

namespace wandb::graphql {

/// The fields of one or more selection sets of the same object, their fragments expanded, in the order of the document.
class FieldSet {
 public:
  struct Entry {
    Index selection = none;
    bool conditional = false;  ///< whether it stands under `@include` or `@skip`
  };

  constexpr explicit FieldSet(const Ast& ast) noexcept : ast_(&ast) {}

  /// Adds a chain of selections. False when there are too many, or fragments nest too deeply.
  constexpr bool add(Index first, bool conditional = false, int depth = 0) noexcept {
    if (depth == deepest) return false;
    for (auto i = first; i != none; i = ast_->selections[i].next) {
      const auto& node = ast_->selections[i];
      const bool perhaps = conditional || node.directives != none;
      if (node.kind != SelectionKind::field) {
        if (!add(inside(node), perhaps, depth + 1)) return false;
      } else if (size_ == most) {
        return false;
      } else {
        entries_[size_++] = {i, perhaps};
      }
    }
    return true;
  }

  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr const SelectionNode& field(std::size_t at) const noexcept {
    return ast_->selections[entries_[at].selection];
  }
  [[nodiscard]] constexpr bool conditional(std::size_t at) const noexcept { return entries_[at].conditional; }
  /// Whether nothing else has the response key of that field.
  [[nodiscard]] constexpr bool alone(std::size_t at) const noexcept {
    for (std::size_t i = 0; i != size_; ++i) {
      if (i != at && field(i).alias == field(at).alias) return false;
    }
    return true;
  }
  /// Whether the response key of that field is there whatever the conditions are.
  [[nodiscard]] constexpr bool certain(std::size_t at) const noexcept {
    for (std::size_t i = 0; i != size_; ++i) {
      if (!entries_[i].conditional && field(i).alias == field(at).alias) return true;
    }
    return false;
  }
  /// The first field with the same response key as that one.
  [[nodiscard]] constexpr std::size_t first_like(std::size_t at) const noexcept {
    std::size_t i = 0;
    while (field(i).alias != field(at).alias) ++i;
    return i;
  }

 private:
  static constexpr std::size_t most = 96;
  static constexpr int deepest = 32;

  [[nodiscard]] constexpr Index inside(const SelectionNode& node) const noexcept {
    if (node.kind == SelectionKind::inline_fragment) return node.selections;
    const auto fragment = ast_->fragment(node.name);
    return fragment ? fragment->selections : none;
  }

  const Ast* ast_;
  std::array<Entry, most> entries_{};
  std::size_t size_ = 0;
};

}  // namespace wandb::graphql
