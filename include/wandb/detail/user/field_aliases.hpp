// Checks the aliases in a selection of a user's fields: none may be the name of another field.
#pragma once

#include <string_view>

#include <wandb/detail/answer/attribute_names.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/graphql/parser.hpp>
#include <wandb/graphql/schema.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// An alias that is the name of another field, and the type that has both fields. `alias` is empty if there is none.
struct TakenAlias {
  std::string_view alias;
  std::string_view type;
};

/// Whether `alias` names a field of `type` other than `name`. Snake case finds camel case, as in `User::operator[]`.
[[nodiscard]] constexpr bool is_another_field(const graphql::TypeDefinition& type, std::string_view name,
                                              std::string_view alias) noexcept {
  if (equal(alias, graphql::type_name) && !equal(name, graphql::type_name)) return true;
  for (const auto& field : type.fields) {
    if (!equal(field.name, name) && equals_camel(alias, field.name)) return true;
  }
  return false;
}

/// Finds the first such alias in the selections from `first` on, of an object of type `object`. A fragment may select
/// from an interface of the object: `visible_type` is that interface, else `object` itself. Invalid selections are
/// skipped, since the validation of the document reports them.
[[nodiscard]] constexpr TakenAlias taken_alias(const graphql::Ast& ast, graphql::Index first,
                                               const graphql::TypeDefinition& object,
                                               const graphql::TypeDefinition& visible_type) {
  constexpr auto& schema = graphql::users_schema;
  for (auto i = first; i != graphql::none; i = ast.selections[i].next) {
    const auto& node = ast.selections[i];
    TakenAlias inside;
    if (node.kind == graphql::SelectionKind::inline_fragment) {
      const auto condition = node.type.empty() ? graphql::Found(visible_type) : schema.type(node.type);
      if (condition) inside = taken_alias(ast, node.selections, object, *condition);
    } else if (node.kind == graphql::SelectionKind::field) {
      if (!equal(node.alias, node.name) && is_another_field(object, node.name, node.alias)) {
        return {node.alias, object.name};
      }
      const auto field = visible_type.field(node.name);
      const auto type = field ? schema.type(field->type) : graphql::Found<graphql::TypeDefinition>();
      if (type) inside = taken_alias(ast, node.selections, *type, *type);
    }
    if (!inside.alias.empty()) return inside;
  }
  return {};
}

/// Finds the first such alias in `{ … }`, selections of a user. The result views `selections`.
[[nodiscard]] constexpr TakenAlias taken_alias(std::string_view selections) {
  graphql::Ast ast;
  if (graphql::parse(selections, ast)) return {};
  const auto user = graphql::users_schema.type("User");
  return taken_alias(ast, ast.definitions[0].selections, *user, *user);
}

/// Stops the compiler. The answer to an update has the field itself under its name, perhaps with another type.
template <graphql::FixedString Alias, graphql::FixedString Type>
struct AliasOfAnotherField {
  static_assert(Alias.view().empty(),
                "fields<>: an alias is the name of another field of its type; choose an alias that names none");
};

/// Puts the selection into braces and checks its aliases.
template <graphql::FixedString Tidied>
struct Aliases {
  static constexpr auto text = graphql::FixedString("{") + Tidied + " }";
  static constexpr auto taken = taken_alias(text.view());
  using Checked = AliasOfAnotherField<graphql::FixedString<taken.alias.size()>(taken.alias),
                                      graphql::FixedString<taken.type.size()>(taken.type)>;
  static constexpr bool checked = sizeof(Checked) != 0;
};

}  // namespace wandb::detail
