// From a document to what its answer looks like: the fields, merged where a document names one more than once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fault.hpp>
#include <wandb/graphql/field_set.hpp>
#include <wandb/graphql/schema.hpp>
#include <wandb/shape.hpp>

namespace wandb::graphql {

/// The fields of an answer in the order in which it has them, those of an object right behind it.
struct Outline {
  std::array<shapes::Node, 128> nodes{};
  std::uint16_t size = 0;
  std::uint16_t lists = 0;
  [[nodiscard]] constexpr std::span<const shapes::Node> fields() const noexcept { return std::span(nodes).first(size); }
};

/// How a value of that type is kept.
[[nodiscard]] constexpr FieldKind kind_of(const TypeDefinition& type) noexcept {
  if (!type.is_leaf()) return FieldKind::object;
  if (type.name == "Boolean") return FieldKind::boolean;
  if (type.name == "Int" || type.name == "Int64") return FieldKind::integer;
  if (type.name == "Float") return FieldKind::real;
  return type.name == "JSON" || type.name == "JSONString" ? FieldKind::raw : FieldKind::string;
}

namespace detail {

/// Goes through an operation that is valid but for its fields' merging, which is checked here.
class Outliner {
 public:
  constexpr Outliner(const Ast& ast, const Schema& schema, Outline& out) noexcept
      : ast_(ast), schema_(schema), out_(out) {}

  [[nodiscard]] constexpr std::optional<Fault> run(const DefinitionNode& operation) noexcept {
    FieldSet fields(ast_);
    if (!fields.add(operation.selections)) return too_large(operation.name);
    return object(fields, *schema_.type(operation.root_type()));
  }

 private:
  static constexpr std::optional<Fault> too_large(std::string_view word) noexcept {
    return Fault{FaultKind::too_large, word, {}, {}};
  }

  constexpr std::optional<Fault> object(const FieldSet& fields, const TypeDefinition& type) noexcept {
    for (std::size_t i = 0; i != fields.size(); ++i) {
      const auto earlier = fields.first_like(i);
      const auto& node = fields.field(i);
      const auto& first = fields.field(earlier);
      if (earlier == i) {
        if (auto fault = field(fields, i, type)) return fault;
      } else if (first.name != node.name || !same(first.arguments, node.arguments)) {
        return Fault{FaultKind::conflict, node.alias, type.name, {}};
      }
    }
    return std::nullopt;
  }

  // The field at `at`, with whatever else is selected below the same key.
  constexpr std::optional<Fault> field(const FieldSet& fields, std::size_t at, const TypeDefinition& type) noexcept {
    const auto& selected = fields.field(at);
    if (out_.size == out_.nodes.size()) return too_large(selected.alias);
    auto& node = out_.nodes[out_.size++];
    node.key = selected.alias;
    node.nullable = false;
    if (selected.name == "__typename") return std::nullopt;
    const auto reference = read_type(type.field(selected.name)->type);
    const auto of = schema_.type(reference.name);
    node.kind = kind_of(*of);
    node.nullable = !reference.non_null || !fields.certain(at);
    node.list = reference.list && node.kind != FieldKind::raw;
    node.element_nullable = node.list && !reference.element_non_null;
    if (node.list) ++out_.lists;
    if (of->is_leaf()) return std::nullopt;
    const auto before = out_.size;
    FieldSet inner(ast_);
    for (std::size_t i = at; i != fields.size(); ++i) {
      if (fields.field(i).alias != selected.alias) continue;
      // What one of several selections adds to the object under a condition may be missing from it.
      if (!inner.add(fields.field(i).selections, fields.conditional(i) && !fields.alone(at)))
        return too_large(selected.alias);
    }
    auto fault = object(inner, *of);
    node.inside = static_cast<std::uint16_t>(out_.size - before);
    return fault;
  }

  // Arguments and an object's fields stand in any order, a list's elements (which have no names) in theirs.
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
};

}  // namespace detail

/// The outline of an operation's answer, into a fresh `out`; or a fault: fields that cannot be merged, or too many.
[[nodiscard]] constexpr std::optional<Fault> outline(const Ast& ast, const Schema& schema,
                                                     const DefinitionNode& operation, Outline& out) noexcept {
  return detail::Outliner(ast, schema, out).run(operation);
}

}  // namespace wandb::graphql
