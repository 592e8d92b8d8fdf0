// Derives the outline of an answer from a document, in which fields of the same response key are merged.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <wandb/detail/answer/shape.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fault.hpp>
#include <wandb/graphql/field_set.hpp>
#include <wandb/graphql/schema.hpp>

namespace wandb::inline WANDB_ABI::graphql {

/// The fields of an answer, in its order. An object's fields follow it directly.
struct Outline {
  std::array<shapes::Node, 128> nodes{};
  std::uint16_t size = 0;
  std::uint16_t lists = 0;
  [[nodiscard]] constexpr std::span<const shapes::Node> fields() const noexcept { return {nodes.data(), size}; }
};

namespace detail {

/// Traverses a validated operation, and checks that its fields can be merged.
class Outliner {
 public:
  constexpr Outliner(const Ast& ast, const Schema& schema, Outline& out) noexcept
      : ast_(ast), schema_(schema), out_(out) {}

  [[nodiscard]] constexpr std::optional<Fault> run(const DefinitionNode& operation) {
    FieldSet fields(ast_);
    if (!fields.add(operation.selections)) too_large(operation.name);
    else object(fields, *schema_.type(operation.root_type()));
    return fault_;
  }

 private:
  // Each function returns false after a fault.
  constexpr bool fail(const Fault& fault) {
    fault_ = fault;
    return false;
  }
  constexpr bool too_large(std::string_view word) { return fail({FaultKind::too_large, word, {}, {}}); }

  constexpr bool object(const FieldSet& fields, const TypeDefinition& type) {
    for (Index i = 0; i != fields.size(); ++i) {
      const auto earlier = fields.first_like(i);
      if (earlier == i) {
        if (!field(fields, i, type)) return false;
        continue;
      }
      const auto& node = fields.field(i);
      const auto& first = fields.field(earlier);
      if (first.name != node.name || !same(first.arguments, node.arguments))
        return fail({FaultKind::conflict, node.alias, type.name, {}});
    }
    return true;
  }

  // Adds the field at `at`, merged with other selections of the same key.
  constexpr bool field(const FieldSet& fields, Index at, const TypeDefinition& type) {
    const auto& selected = fields.field(at);
    if (out_.size == out_.nodes.size()) return too_large(selected.alias);
    auto& node = out_.nodes[out_.size++];
    node.key = selected.alias;
    node.nullable = false;
    if (wandb::detail::equal(selected.name, type_name)) return true;
    const auto& reference = type.field(selected.name)->type;
    const auto of = schema_.type(reference);
    node.kind = of->kept;
    node.nullable = !reference.non_null || !fields.certain(at);
    node.list = reference.list && node.kind != FieldKind::raw;
    node.element_nullable = node.list && !reference.element_non_null;
    if (node.list) ++out_.lists;
    if (of->is_leaf()) return true;
    const auto before = out_.size;
    FieldSet inner(ast_);
    for (Index i = at; i != fields.size(); ++i) {
      if (fields.first_like(i) != at) continue;
      // A selection with a condition may not add its fields, if another one selects the same object.
      if (!inner.add(fields.field(i).selections, fields.conditional(i) && fields.repeated(at)))
        return too_large(selected.alias);
    }
    const bool fine = object(inner, *of);
    node.inside = static_cast<std::uint16_t>(out_.size - before);
    return fine;
  }

  // The order of arguments and of an object's fields is irrelevant; a list's elements, which have no names, keep
  // theirs.
  [[nodiscard]] constexpr bool same(Index a, Index b) const noexcept {
    std::size_t more = 0;
    for (auto i = b; i != none; i = ast_.values[i].next) ++more;
    for (auto in_order = b; a != none; a = ast_.values[a].next, --more) {
      if (more == 0) return false;
      const auto& x = ast_.values[a];
      const auto y = x.name.empty() ? Found(ast_.values[in_order]) : ast_.value(b, x.name);
      if (!y || x.kind != y->kind || x.text != y->text || !same(x.first, y->first)) return false;
      in_order = ast_.values[in_order].next;
    }
    return more == 0;
  }

  const Ast& ast_;
  const Schema& schema_;
  Outline& out_;
  std::optional<Fault> fault_;
};

}  // namespace detail

/// Writes the outline of an operation's answer to a new `out`. Returns a fault if fields cannot be merged or are too
/// many.
[[nodiscard]] constexpr std::optional<Fault> outline(const Ast& ast, const Schema& schema,
                                                     const DefinitionNode& operation, Outline& out) {
  return detail::Outliner(ast, schema, out).run(operation);
}

}  // namespace wandb::graphql
