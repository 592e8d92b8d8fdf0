// Holds the variables of a program's document against the types that the document declares.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/error_path.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/schema.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Returns a type as a document writes it: `[ID!]!`.
[[nodiscard]] inline std::string to_text(const graphql::TypeReference& type) {
  std::string text(type.name);
  if (type.list) text = '[' + text + (type.element_non_null ? "!]" : "]");
  return text + (type.non_null ? "!" : "");
}

/// Checks variables up to the first that does not fit. The server checks them too; this check names the variable, and
/// costs no request.
class VariableCheck {
 public:
  /// If the schema is not known, only the types that every schema has are checked.
  VariableCheck(const graphql::Ast& ast, bool schema_is_known) noexcept
      : ast_(ast), schema_is_known_(schema_is_known) {}

  /// Returns the first of the `given` variables that does not fit the declarations from `first` on, and why; nothing if
  /// all of them fit.
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> run(graphql::Index first, const JsonValue& given) {
    std::array<bool, 32> found{};
    given.each_member([&](const std::string& name, const JsonValue& value) {
      path_ = shown_name(name);
      const auto at = declaration(first, name);
      if (at == graphql::none) return fail("is not declared by the document");
      if (found.at(at)) return fail("is given twice");
      found.at(at) = true;
      check(value, ast_.variables[at].type);
      check_names(value);
    });
    for (auto i = first; i != graphql::none; i = ast_.variables[i].next) {
      const auto& variable = ast_.variables[i];
      path_ = variable.name;
      if (!found.at(i) && variable.type.non_null && variable.default_value == graphql::none)
        fail("is missing, and its type is " + to_text(variable.type));
    }
    return fault_;
  }

 private:
  using Type = graphql::TypeReference;
  using TypeDefinition = graphql::TypeDefinition;

  void fail(const std::string& why) {
    if (!fault_) fault_.emplace("the variable \"" + path_ + "\"", why);
  }

  [[nodiscard]] graphql::Index declaration(graphql::Index first, std::string_view name) const noexcept {
    auto at = first;
    while (at != graphql::none && ast_.variables[at].name != name) at = ast_.variables[at].next;
    return at;
  }

  void check(const JsonValue& value, const Type& type) {
    if (fault_) return;
    if (value.is_null()) {
      if (type.non_null) fail("is null, and its type is " + to_text(type));
      return;
    }
    const Type element{type.name, false, type.element_non_null, false, type.definition};
    // A single value stands for a list of it.
    if (type.list && !value.is_array()) return check(value, element);
    if (type.list) {
      std::size_t index = 0;
      return value.each_element([&](const JsonValue& one) { inside(index++, [&] { check(one, element); }); });
    }
    const auto definition = schema_is_known_ ? graphql::users_schema.type(type) : graphql::Found<TypeDefinition>();
    if (definition && definition->kind == graphql::TypeKind::input) return check_input(value, *definition);
    if (!fits(value, type.name, definition && definition->name != "JSON"))
      fail("does not fit its type " + to_text(type));
  }

  void check_input(const JsonValue& value, const TypeDefinition& definition) {
    if (!value.is_object()) return fail("does not fit its type " + std::string(definition.name));
    value.each_member([&](const std::string& name, const JsonValue& member) {
      const auto field = graphql::find(definition.inputs, name);
      if (field) return inside(field->name, [&] { check(member, field->type); });
      fail("has a field \"" + shown_name(name) + "\", which " + std::string(definition.name) + " does not have");
    });
    for (const auto& field : definition.inputs) {
      if (field.type.non_null && value.member(field.name).text().empty())
        fail("lacks the field \"" + std::string(field.name) + "\" of " + std::string(definition.name));
    }
  }

  // Checks that no object in a value has a name twice, whatever the types are: the server would take one of the values.
  void check_names(const JsonValue& value) {
    std::vector<std::string> names;
    value.each_member([&](const std::string& name, const JsonValue& member) {
      names.push_back(name);
      inside(shown_name(name), [&] { check_names(member); });
    });
    std::size_t index = 0;
    value.each_element([&](const JsonValue& element) { inside(index++, [&] { check_names(element); }); });
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) fail("has the field \"" + shown_name(*twice) + "\" twice");
  }

  // Calls `f` while the path leads one step further.
  template <class Step, class F>
  void inside(const Step& step, F f) {
    const auto above = path_.size();
    append_path(path_, step);
    f();
    path_.resize(above);
  }

  // Whether a value has the JSON type of a scalar. `is_text` says that other types than those below are texts.
  [[nodiscard]] static bool fits(const JsonValue& value, std::string_view type, bool is_text) noexcept {
    const auto integer = value.integer();
    if (type == "Int") return integer && std::in_range<std::int32_t>(*integer);
    if (type == "Float") return value.is_number();
    if (type == "Boolean") return value.is_boolean();
    if (type == "ID" || type == "Int64") return value.is_string() || integer;
    if (type == "String") return value.is_string();
    return !is_text || value.is_string();
  }

  const graphql::Ast& ast_;
  bool schema_is_known_;
  std::string path_;
  std::optional<std::pair<std::string, std::string>> fault_;
};

}  // namespace wandb::detail
