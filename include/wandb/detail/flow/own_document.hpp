// A program's own document as an operation.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/dynamic_shape.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/flow/check_variables.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fault.hpp>
#include <wandb/graphql/field_set.hpp>
#include <wandb/graphql/parser.hpp>
#include <wandb/graphql/schema.hpp>
#include <wandb/graphql/user_queries.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// An operation, and everything that it views. It is neither copied nor moved.
struct OwnDocument {
  OwnDocument() = default;
  OwnDocument(const OwnDocument&) = delete;
  OwnDocument& operator=(const OwnDocument&) = delete;

  std::string text{};                   ///< the document, if the schema is not known
  std::optional<DynamicShape> shape{};  ///< its root fields, as JSON
  std::shared_ptr<const void> owner{};  ///< owns what else the operation views, unless that has static storage
  bool schema_is_known = false;         ///< whether the document was validated
  Operation operation{};
};

/// Returns the name of the operation's first root field, for errors, with static storage: a field that the schema of
/// users does not have is named after its kind.
[[nodiscard]] inline std::string_view static_name(const graphql::FieldSet& fields,
                                                  const graphql::DefinitionNode& operation) noexcept {
  const auto field = graphql::users_schema.type(operation.root_type())->field(fields.field(0).name);
  if (field) return field->name;
  return operation.kind == graphql::DefinitionNode::Kind::mutation ? "mutation" : "query";
}

/// Returns whether a document selects a field that brings a new key, under any response key.
[[nodiscard]] inline bool generates_key(const graphql::Ast& ast) noexcept {
  for (graphql::Index i = 0; i != ast.selections.size; ++i) {
    if (ast.selections[i].name == std::string_view("generateApiKey")) return true;
  }
  return false;
}

/// Makes the root fields of a document whose schema is not known. Each is kept as JSON.
[[nodiscard]] inline std::vector<shapes::Node> nodes_of(const graphql::FieldSet& fields) {
  std::vector<shapes::Node> nodes;
  for (graphql::Index i = 0; i != fields.size(); ++i) {
    if (fields.first_like(i) != i) continue;
    const auto& field = fields.field(i);
    const bool is_type_name = field.name == graphql::type_name;
    nodes.push_back({.key = field.alias, .kind = is_type_name ? FieldKind::string : FieldKind::raw});
  }
  return nodes;
}

/// Fills in an operation whose document and shape are set. `fields` are its root fields.
inline void complete(OwnDocument& own, const graphql::Ast& ast, const graphql::DefinitionNode& definition,
                     const graphql::FieldSet& fields, Repeat repeat) {
  const bool mutation = definition.kind == graphql::DefinitionNode::Kind::mutation;
  auto& operation = own.operation;
  operation.name = definition.name;
  operation.field = static_name(fields, definition);
  operation.repeat = mutation ? repeat : Repeat::safe;
  operation.plain = graphql::is_plain(operation.document);
  operation.keyless = operation.document;
  // A mutation that is not known may bring any secret.
  operation.brings_secret = mutation && (!own.schema_is_known || generates_key(ast));
  operation.has_conditions = ast.directives.size != 0;
}

/// Fills in an operation whose document is set, and its shape if the document was validated. Returns what makes it or
/// its `variables`, a JSON object, unusable.
[[nodiscard]] inline std::optional<Error> prepare(OwnDocument& own, const JsonValue& variables, Repeat repeat) {
  constexpr std::string_view what = "the document";
  auto& operation = own.operation;
  operation.field = "query";
  if (!is_utf8(operation.document)) return unusable(operation.field, what, "is not UTF-8");
  const auto ast = std::make_unique<graphql::Ast>();
  const auto dialect = own.schema_is_known ? graphql::Dialect::users : graphql::Dialect::any;
  if (const auto fault = graphql::parse(operation.document, *ast, dialect))
    return unusable(operation.field, what, "cannot be read: " + redact(graphql::describe(*fault)));
  const auto definition = ast->operation();
  if (!definition) return unusable(operation.field, what, "does not have exactly one operation");
  if (definition->kind == graphql::DefinitionNode::Kind::subscription)
    return unusable(operation.field, what, "is a subscription, which the library cannot send");
  graphql::FieldSet fields(*ast);
  if (!fields.add(definition->selections)) return unusable(operation.field, what, "has too many root fields");
  if (fields.size() == 0) return unusable(operation.field, what, "has no root field");
  if (!own.schema_is_known) operation.shape = own.shape.emplace(nodes_of(fields)).shape();
  complete(own, *ast, *definition, fields, repeat);
  const bool mutation = definition->kind == graphql::DefinitionNode::Kind::mutation;
  if (mutation && repeat == Repeat::safe)
    return misused(operation.field, "Repeat::safe", "is for queries, and the document is a mutation");
  const auto wrong = VariableCheck(*ast, own.schema_is_known).run(definition->variables, variables);
  return wrong ? std::optional(unusable(operation.field, wrong->first, wrong->second)) : std::nullopt;
}

}  // namespace wandb::detail
