// The fields that a document selects of one object.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/graphql/ast.hpp>

namespace wandb::inline WANDB_ABI::graphql {

/// The fields of one or more selection sets of an object, in the order of the document, with expanded fragments.
class FieldSet {
 public:
  constexpr explicit FieldSet(const Ast& ast) noexcept : ast_(&ast) {}

  /// Adds a chain of selections. Returns false if there are too many, or if fragments nest too deeply.
  constexpr bool add(Index first, bool conditional = false, int depth = 0) {
    if (depth == deepest) return false;
    for (auto i = first; i != none; i = ast_->selections[i].next) {
      const auto& node = ast_->selections[i];
      const bool perhaps = conditional || node.directives != none;
      const bool fine = node.kind == SelectionKind::field             ? insert({i, entries_.size, perhaps})
                        : node.kind == SelectionKind::inline_fragment ? add(node.selections, perhaps, depth + 1)
                                                                      : spread(node.name, perhaps, depth);
      if (!fine) return false;
    }
    return true;
  }

  [[nodiscard]] constexpr Index size() const noexcept { return entries_.size; }
  [[nodiscard]] constexpr const SelectionNode& field(Index at) const noexcept {
    return ast_->selections[entries_[at].selection];
  }
  [[nodiscard]] constexpr bool conditional(Index at) const noexcept { return entries_[at].conditional; }
  /// Returns the index of the first field with the same response key.
  [[nodiscard]] constexpr Index first_like(Index at) const noexcept { return entries_[at].first; }
  /// Whether another field has the key of this one, which is the first with it.
  [[nodiscard]] constexpr bool repeated(Index at) const noexcept { return entries_[at].repeated; }
  /// Whether every answer has the key of this field, which is the first with it, whatever the conditions are.
  [[nodiscard]] constexpr bool certain(Index at) const noexcept { return entries_[at].certain; }

 private:
  struct Entry {
    Index selection = none;
    Index first = none;        ///< the first entry with the same key
    bool conditional = false;  ///< whether `@include` or `@skip` applies to it
    bool certain = false;
    bool repeated = false;
  };
  enum class Added : std::uint8_t { never, conditionally, certainly };
  static constexpr int deepest = 32;

  constexpr bool insert(Entry entry) {
    const auto key = ast_->selections[entry.selection].alias;
    for (Index at = 0; at != entries_.size; ++at) {
      if (!wandb::detail::equal(field(at).alias, key)) continue;
      entry.first = entries_[at].first;
      break;
    }
    if (entries_.add(entry) == none) return false;
    auto& first = entries_[entry.first];
    if (!entry.conditional) first.certain = true;
    if (entry.first != entries_.size - 1) first.repeated = true;
    return true;
  }
  // A fragment adds its fields once, and a second time if it is first spread with a condition and then without.
  constexpr bool spread(std::string_view name, bool conditional, int depth) {
    const auto index = ast_->fragment_index(name);
    if (index == none) return true;
    auto& added = added_[index];
    const auto now = conditional ? Added::conditionally : Added::certainly;
    if (added >= now) return true;
    added = now;
    return add(ast_->definitions[index].selections, conditional, depth + 1);
  }

  const Ast* ast_;
  Pool<Entry, 96> entries_;
  std::array<Added, Ast::most_definitions> added_{};
};

}  // namespace wandb::graphql
