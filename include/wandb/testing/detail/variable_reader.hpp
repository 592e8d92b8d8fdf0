// Checks the variables of a GraphQL request against their declarations.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/schema.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

namespace json = boost::json;

/// Reads the variables of a request by their declared types. The error describes a variable that does not fit.
class VariableReader {
 public:
  VariableReader(const graphql::Ast& ast, const json::object& given) : ast_(ast), given_(given) {}

  [[nodiscard]] std::optional<std::string> read(graphql::Index first, json::object& out) const {
    for (auto i = first; i != graphql::none; i = ast_.variables[i].next) {
      const auto& variable = ast_.variables[i];
      const auto* value = given_.if_contains(json::string_view(variable.name.data(), variable.name.size()));
      if (value == nullptr && variable.default_value == graphql::none) {
        if (variable.type.non_null) return "variable $" + std::string(variable.name) + " is required";
        continue;
      }
      if (value == nullptr) continue;  // The default is in the document, which has been validated.
      if (!fits(*value, variable.type)) return "variable $" + std::string(variable.name) + " has a wrong value";
      out[json::string_view(variable.name.data(), variable.name.size())] = *value;
    }
    for (const auto& [name, value] : given_) {
      bool declared = false;
      for (auto i = first; i != graphql::none; i = ast_.variables[i].next) {
        declared = declared || ast_.variables[i].name == std::string_view(name.data(), name.size());
      }
      if (!declared) return "variable $" + std::string(name.data(), name.size()) + " is not declared";
    }
    return std::nullopt;
  }

 private:
  static bool fits(const json::value& value, const graphql::TypeReference& type) {
    if (value.is_null()) return !type.non_null;
    const graphql::TypeReference element{type.name, false, type.element_non_null, false, type.definition};
    if (type.list && value.is_array()) {
      for (const auto& one : value.get_array()) {
        if (!fits(one, element)) return false;
      }
      return true;
    }
    const auto definition = graphql::users_schema.type(type);
    if (definition->kind == graphql::TypeKind::input) return fits_input(value, *definition);
    if (type.name == "Boolean") return value.is_bool();
    if (type.name == "Int" || type.name == "Int64") return value.is_int64();
    if (type.name == "Float") return value.is_number();
    if (type.name == "ID") return value.is_string() || value.is_int64();
    return type.name == "JSON" || value.is_string();
  }
  static bool fits_input(const json::value& value, const graphql::TypeDefinition& definition) {
    if (!value.is_object()) return false;
    for (const auto& [name, inner] : value.get_object()) {
      const auto field = graphql::find(definition.inputs, std::string_view(name.data(), name.size()));
      if (!field || !fits(inner, field->type)) return false;
    }
    for (const auto& field : definition.inputs) {
      const json::string_view name(field.name.data(), field.name.size());
      if (field.type.non_null && !value.get_object().contains(name)) return false;
    }
    return true;
  }

  const graphql::Ast& ast_;
  const json::object& given_;
};

}  // namespace wandb::testing::detail
