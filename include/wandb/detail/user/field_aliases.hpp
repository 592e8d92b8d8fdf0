// The aliases in a selection of a user's fields: none may be the name of another field.
#pragma once

#include <string_view>

#include <wandb/attrs.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/graphql/parser.hpp>
#include <wandb/graphql/schema.hpp>

namespace wandb::detail {

/// An alias that is the name of another field of its type, and that type; no alias where there is none.
struct TakenAlias {
  std::string_view alias;
  std::string_view type;
};

/// Whether a field of that type, other than `name`, is found by `alias`.
[[nodiscard]] constexpr bool names_another(const graphql::TypeDefinition& type, std::string_view name,
                                           std::string_view alias) noexcept {
  if (equal(alias, graphql::type_name) && !equal(name, graphql::type_name)) return true;
  for (const auto& field : type.fields) {
    if (!equal(field.name, name) && equals_camel(alias, field.name)) return true;
  }
  return false;
}

/// Looks through selections of an object of the type `object`, as far as they are valid: the rest is the document's
/// validation to tell. `seen_as` is the interface, or the same type, that a fragment sees it as.
[[nodiscard]] constexpr TakenAlias taken_alias(const graphql::Ast& ast, graphql::Index first,
                                               const graphql::TypeDefinition& object,
                                               const graphql::TypeDefinition& seen_as) {
  constexpr auto& schema = graphql::users_schema;
  for (auto i = first; i != graphql::none; i = ast.selections[i].next) {
    const auto& node = ast.selections[i];
    TakenAlias inside;
    if (node.kind == graphql::SelectionKind::inline_fragment) {
      const auto condition = node.type.empty() ? graphql::Found(seen_as) : schema.type(node.type);
      if (condition) inside = taken_alias(ast, node.selections, object, *condition);
    } else if (node.kind == graphql::SelectionKind::field) {
      if (!equal(node.alias, node.name) && names_another(object, node.name, node.alias)) {
        return {node.alias, object.name};
      }
      const auto field = seen_as.field(node.name);
      const auto type = field ? schema.type(field->type) : graphql::Found<graphql::TypeDefinition>();
      if (type) inside = taken_alias(ast, node.selections, *type, *type);
    }
    if (!inside.alias.empty()) return inside;
  }
  return {};
}

/// The same for `{ … }`, selections of a user. Views the text.
[[nodiscard]] constexpr TakenAlias taken_alias(std::string_view selections) {
  graphql::Ast ast;
  if (graphql::parse(selections, ast)) return {};
  const auto user = graphql::users_schema.type("User");
  return taken_alias(ast, ast.definitions[0].selections, *user, *user);
}

/// Stops the compiler: an answer to an update has the field itself under that name, of another type perhaps.
template <graphql::FixedString Alias, graphql::FixedString Type>
struct AliasOfAnotherField {
  static_assert(Alias.view().empty(),
                "fields<>: an alias is the name of another field of its type; choose an alias that names none");
};

/// The selection in its braces, its aliases checked.
template <graphql::FixedString Tidied>
struct Aliases {
  static constexpr auto text = graphql::FixedString("{") + Tidied + " }";
  static constexpr auto taken = taken_alias(text.view());
  using Checked = AliasOfAnotherField<graphql::FixedString<taken.alias.size()>(taken.alias),
                                      graphql::FixedString<taken.type.size()>(taken.type)>;
  static constexpr bool checked = sizeof(Checked) != 0;
};

}  // namespace wandb::detail
