// Validates GraphQL documents against the schema, at compile time and at run time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fault.hpp>
#include <wandb/graphql/outline.hpp>
#include <wandb/graphql/schema.hpp>
#include <wandb/graphql/suggestion.hpp>

namespace wandb::inline WANDB_ABI::graphql {

namespace detail {

using namespace std::string_view_literals;

/// Validates one document, up to the first fault.
class Validator {
 public:
  constexpr Validator(const Ast& ast, const Schema& schema) noexcept : ast_(ast), schema_(schema) {}

  [[nodiscard]] constexpr std::optional<Fault> run() noexcept {
    for (Index i = 0; i != ast_.definitions.size; ++i) definition(i);
    for (Index i = 0; i != ast_.definitions.size; ++i) {
      const auto& node = ast_.definitions[i];
      if (node.kind == DefinitionNode::Kind::fragment && !fragments_[i].used)
        fail(FaultKind::unused_fragment, node.name);
    }
    if (!ast_.operation(first_name())) fail(FaultKind::unknown_operation, {});
    return fault_;
  }

 private:
  static constexpr int deepest = 32;

  /// The progress of the current operation with a fragment, and whether any operation uses the fragment.
  struct Fragment {
    enum class Visit : std::uint8_t { not_yet, begun, done } visit = Visit::not_yet;
    bool used = false;
  };

  constexpr void fail(FaultKind kind, std::string_view word, std::string_view on = {},
                      std::string_view suggestion = {}) noexcept {
    if (!fault_) fault_ = Fault{kind, word, on, suggestion};
  }
  [[nodiscard]] constexpr std::string_view first_name() const noexcept {
    for (Index i = 0; i != ast_.definitions.size; ++i) {
      if (ast_.definitions[i].kind != DefinitionNode::Kind::fragment) return ast_.definitions[i].name;
    }
    return {};
  }

  constexpr void definition(Index index) noexcept {
    const auto& node = ast_.definitions[index];
    const bool fragment = node.kind == DefinitionNode::Kind::fragment;
    for (Index other = 0; other != index; ++other) {
      const bool same_sort = (ast_.definitions[other].kind == DefinitionNode::Kind::fragment) == fragment;
      if (same_sort && wandb::detail::equal(ast_.definitions[other].name, node.name))
        return fail(FaultKind::duplicate, node.name);
      // An operation without a name must be the only one.
      if (same_sort && !fragment && (ast_.definitions[other].name.empty() || node.name.empty()))
        return fail(FaultKind::unknown_operation, node.name.empty() ? ast_.definitions[other].name : node.name);
    }
    if (fragment) {
      const auto type = schema_.type(node.type);
      if (!type || type->fields.empty())
        return fail(FaultKind::unknown_type, node.type, {}, nearest(schema_.types, node.type));
      return;  // the selections are checked at each spread, with the operation's variables
    }
    const auto root = schema_.type(node.root_type());
    if (!root) return fail(FaultKind::unknown_operation, node.name);
    variables(node.variables);
    variables_ = node.variables;
    for (auto& used : variable_used_) used = false;
    for (auto& each : fragments_) each.visit = Fragment::Visit::not_yet;
    selections(node.selections, *root, 0);
    for (auto i = node.variables; i != none; i = ast_.variables[i].next) {
      if (!variable_used_[i]) fail(FaultKind::unused_variable, ast_.variables[i].name, node.name);
    }
  }

  constexpr void variables(Index first) noexcept {
    for (auto i = first; i != none; i = ast_.variables[i].next) {
      const auto& variable = ast_.variables[i];
      const auto type = schema_.type(variable.type.name);
      if (!type || !type->fields.empty()) {
        return fail(FaultKind::unknown_type, variable.type.name, variable.name,
                    nearest(schema_.types, variable.type.name));
      }
      for (auto j = first; j != i; j = ast_.variables[j].next) {
        if (wandb::detail::equal(ast_.variables[j].name, variable.name))
          return fail(FaultKind::duplicate, variable.name);
      }
      if (variable.default_value != none) value(ast_.values[variable.default_value], variable.type, 0);
    }
  }

  constexpr void selections(Index first, const TypeDefinition& type, int depth) noexcept {
    if (depth == deepest) return fail(FaultKind::too_large, type.name);
    for (auto i = first; i != none && !fault_; i = ast_.selections[i].next) {
      const auto& node = ast_.selections[i];
      directives(node.directives);
      if (node.kind == SelectionKind::field) field(node, type, depth);
      else if (node.kind == SelectionKind::fragment_spread) spread(node, type, depth);
      else if (const auto narrowed = narrow(node.type.empty() ? type.name : node.type, type))
        selections(node.selections, *narrowed, depth + 1);
    }
  }

  // Each operation checks a fragment's selections once. For further spreads, only its type condition is checked.
  constexpr void spread(const SelectionNode& node, const TypeDefinition& type, int depth) noexcept {
    const auto index = ast_.fragment_index(node.name);
    if (index == none) return fail(FaultKind::unknown_fragment, node.name);
    auto& fragment = fragments_[index];
    const auto& definition = ast_.definitions[index];
    const auto narrowed = narrow(definition.type, type);
    if (fragment.visit == Fragment::Visit::begun) return fail(FaultKind::cycle, definition.type);
    if (!narrowed || fragment.visit == Fragment::Visit::done) return;
    fragment = {Fragment::Visit::begun, true};
    selections(definition.selections, *narrowed, depth + 1);
    fragment.visit = Fragment::Visit::done;
  }

  // Returns the type of a fragment's condition; empty if an object of `type` cannot have it.
  constexpr Found<TypeDefinition> narrow(std::string_view condition, const TypeDefinition& type) noexcept {
    const auto narrowed = schema_.type(condition);
    if (!narrowed || narrowed->fields.empty()) {
      fail(FaultKind::unknown_type, condition);
      return {};
    }
    const bool possible =
        narrowed->name == type.name || narrowed->interface_name == type.name || type.interface_name == narrowed->name;
    if (possible) return narrowed;
    fail(FaultKind::wrong_type, condition, type.name);
    return {};
  }

  constexpr void field(const SelectionNode& node, const TypeDefinition& type, int depth) noexcept {
    if (wandb::detail::equal(node.name, type_name)) {
      if (node.arguments != none) fail(FaultKind::unknown_argument, ast_.values[node.arguments].name, node.name);
      if (node.selections != none) fail(FaultKind::unexpected_selection, node.name, type.name);
      return;
    }
    const auto definition = type.field(node.name);
    if (!definition) return fail(FaultKind::unknown_field, node.name, type.name, nearest(type.fields, node.name));
    const auto of = schema_.type(definition->type);
    inputs(node.arguments, definition->arguments, node.name, 0);
    if (of->is_leaf() && node.selections != none) return fail(FaultKind::unexpected_selection, node.name, type.name);
    if (!of->is_leaf() && node.selections == none) return fail(FaultKind::missing_selection, node.name, type.name);
    if (!of->is_leaf()) selections(node.selections, *of, depth + 1);
  }

  constexpr void directives(Index first) noexcept {
    for (auto i = first; i != none; i = ast_.directives[i].next) {
      const auto& directive = ast_.directives[i];
      if (directive.name != "include"sv && directive.name != "skip"sv)
        return fail(FaultKind::unknown_directive, directive.name);
      for (auto j = first; j != i; j = ast_.directives[j].next) {
        if (ast_.directives[j].name == directive.name) return fail(FaultKind::duplicate, directive.name);
      }
      constexpr InputDefinition condition[] = {InputDefinition{"if", "Boolean!"}};
      inputs(directive.arguments, condition, directive.name, 0);
    }
  }

  // Checks that the arguments, or the fields of an input object, are known, unique, of the right type, and complete.
  constexpr void inputs(Index first, Table<InputDefinition> definitions, std::string_view of, int depth) noexcept {
    for (auto i = first; i != none; i = ast_.values[i].next) {
      const auto& given = ast_.values[i];
      const auto definition = find(definitions, given.name);
      if (!definition) return fail(FaultKind::unknown_argument, given.name, of, nearest(definitions, given.name));
      for (auto j = first; j != i; j = ast_.values[j].next) {
        if (wandb::detail::equal(ast_.values[j].name, given.name)) return fail(FaultKind::duplicate, given.name, of);
      }
      value(given, definition->type, depth);
    }
    for (const auto& definition : definitions) {
      if (definition.type.non_null && !ast_.value(first, definition.name))
        return fail(FaultKind::missing_argument, definition.name, of);
    }
  }

  constexpr void value(const ValueNode& given, const TypeReference& type, int depth) noexcept {
    if (depth == deepest) return fail(FaultKind::too_large, given.name);
    if (given.kind == ValueKind::variable) return variable(given, type);
    if (given.kind == ValueKind::null) {
      if (type.non_null) misfit(given, type);
      return;
    }
    const TypeReference element{type.name, false, type.element_non_null, false, type.definition};
    if (type.list && given.kind == ValueKind::list) {
      for (auto i = given.first; i != none; i = ast_.values[i].next) value(ast_.values[i], element, depth + 1);
      return;
    }
    const auto definition = schema_.type(type);
    if (definition->kind == TypeKind::input) {
      if (given.kind != ValueKind::object) return misfit(given, type);
      return inputs(given.first, definition->inputs, type.name, depth + 1);
    }
    if (!fits(given, *definition)) misfit(given, type);
  }

  // The fault of a list or an object names the argument, since those have no word of their own.
  constexpr void misfit(const ValueNode& given, const TypeReference& type) noexcept {
    fail(FaultKind::wrong_type, given.text.empty() ? given.name : given.text, type.name);
  }

  // Whether a literal is a GraphQL integer, which has 32 bits.
  [[nodiscard]] static constexpr bool fits_int(std::string_view digits) noexcept {
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    if (digits.size() > 10) return false;
    std::int64_t number = 0;
    for (const char c : digits) number = number * 10 + (c - '0');
    return number <= std::int64_t{0x7FFF'FFFF} + (negative ? 1 : 0);
  }

  [[nodiscard]] static constexpr bool fits(const ValueNode& given, const TypeDefinition& type) noexcept {
    const bool text = given.kind == ValueKind::string || given.kind == ValueKind::block_string;
    if (type.name == "JSON"sv) return true;
    if (type.kind == TypeKind::enumeration) {
      return given.kind == ValueKind::enumeration && type.has_value(given.text);
    }
    if (type.name == "Boolean"sv) return given.kind == ValueKind::boolean;
    if (type.name == "Int"sv) return given.kind == ValueKind::integer && fits_int(given.text);
    if (type.name == "Int64"sv) return given.kind == ValueKind::integer;
    if (type.name == "Float"sv) return given.kind == ValueKind::integer || given.kind == ValueKind::real;
    if (type.name == "ID"sv) return text || given.kind == ValueKind::integer;
    return text;
  }

  constexpr void variable(const ValueNode& given, const TypeReference& wanted) noexcept {
    for (auto i = variables_; i != none; i = ast_.variables[i].next) {
      const auto& declared = ast_.variables[i];
      if (!wandb::detail::equal(declared.name, given.text)) continue;
      variable_used_[i] = true;
      const bool has_default =
          declared.default_value != none && ast_.values[declared.default_value].kind != ValueKind::null;
      const bool fits = wandb::detail::equal(declared.type.name, wanted.name) && declared.type.list == wanted.list &&
                        (!wanted.non_null || declared.type.non_null || has_default) &&
                        (!wanted.element_non_null || declared.type.element_non_null);
      if (!fits) fail(FaultKind::wrong_type, given.text, wanted.name);
      return;
    }
    fail(FaultKind::unknown_variable, given.text);
  }

  const Ast& ast_;
  const Schema& schema_;
  std::optional<Fault> fault_;
  Index variables_ = none;
  std::array<bool, 32> variable_used_{};
  std::array<Fragment, Ast::most_definitions> fragments_{};
};

}  // namespace detail

/// Returns the first fault of a parsed document, if there is one.
[[nodiscard]] constexpr std::optional<Fault> validate(const Ast& ast, const Schema& schema = users_schema) {
  if (auto fault = detail::Validator(ast, schema).run()) return fault;
  for (Index i = 0; i != ast.definitions.size; ++i) {
    if (ast.definitions[i].kind == DefinitionNode::Kind::fragment) continue;
    Outline answer;
    if (auto fault = outline(ast, schema, ast.definitions[i], answer)) return fault;
  }
  return std::nullopt;
}

}  // namespace wandb::graphql
