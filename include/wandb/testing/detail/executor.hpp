// Executes a GraphQL document over an object graph: what a server does, for the in-memory one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/schema.hpp>

namespace wandb::testing::detail {

namespace json = boost::json;

/// Why a field could not be given.
struct Failure {
  std::string message;
  std::string code{};  // `extensions.code`
  int status = 0;      // of the whole HTTP answer; 0 leaves it at 200
};

struct Node;
using NodePtr = std::shared_ptr<const Node>;
/// What a field resolves to: a scalar or null, an object, a list of objects, or a failure.
using Resolved = std::variant<json::value, NodePtr, std::vector<NodePtr>, Failure>;

/// An object of the graph: its type, and what its fields resolve to.
struct Node {
  std::string_view type;
  std::function<Resolved(std::string_view field, const json::object& arguments)> field;
};

/// The variables of a request, by their declared types; an error in words where one does not fit.
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
      if (value == nullptr) continue;  // the default stands in the document, which has been validated
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

/// Runs one operation of a validated document.
class Executor {
 public:
  Executor(const graphql::Ast& ast, json::object variables) : ast_(ast), variables_(std::move(variables)) {}

  struct Outcome {
    json::value data;
    json::array errors;
    int status = 200;
  };

  [[nodiscard]] Outcome run(const graphql::DefinitionNode& operation, const Node& root) {
    const auto data = object(operation.selections, root);
    outcome_.data = data ? json::value(*data) : json::value();
    return std::move(outcome_);
  }

 private:
  using Path = std::vector<json::value>;

  // An object, or nothing where a field that must not be null is: then its parent is null.
  [[nodiscard]] std::optional<json::object> object(graphql::Index selections, const Node& node) {
    json::object out;
    if (!fields(selections, node, out)) return std::nullopt;
    return out;
  }

  [[nodiscard]] bool fields(graphql::Index selections, const Node& node, json::object& out) {
    for (auto i = selections; i != graphql::none; i = ast_.selections[i].next) {
      const auto& selection = ast_.selections[i];
      if (!wanted(selection.directives)) continue;
      if (selection.kind == graphql::SelectionKind::field) {
        if (!field(selection, node, out)) return false;
        continue;
      }
      const auto fragment = selection.kind == graphql::SelectionKind::fragment_spread
                                ? ast_.fragment(selection.name)
                                : graphql::Found<graphql::DefinitionNode>();
      const auto condition = fragment ? fragment->type : selection.type;
      const auto type = graphql::users_schema.type(node.type);
      if (!condition.empty() && condition != node.type && condition != type->interface_name) continue;
      if (!fields(fragment ? fragment->selections : selection.selections, node, out)) return false;
    }
    return true;
  }

  [[nodiscard]] bool wanted(graphql::Index directives) const {
    for (auto i = directives; i != graphql::none; i = ast_.directives[i].next) {
      const auto condition = value(*ast_.value(ast_.directives[i].arguments, "if"));
      const bool is = condition && condition->is_bool() && condition->get_bool();
      if (is == (ast_.directives[i].name == "skip")) return false;
    }
    return true;
  }

  [[nodiscard]] bool field(const graphql::SelectionNode& selection, const Node& node, json::object& out) {
    const json::string_view key(selection.alias.data(), selection.alias.size());
    if (selection.name == graphql::type_name) {
      out[key] = json::string_view(node.type.data(), node.type.size());
      return true;
    }
    const auto& type = graphql::users_schema.type(node.type)->field(selection.name)->type;
    path_.emplace_back(key);
    auto completed = complete(node.field(selection.name, arguments(selection.arguments)), selection.selections, type);
    path_.pop_back();
    if (completed.is_null() && type.non_null) return false;
    merge(out[key], std::move(completed));
    return true;
  }

  // Two selections of one field add to each other.
  static void merge(json::value& into, json::value from) {
    if (!into.is_object() || !from.is_object()) {
      into = std::move(from);
      return;
    }
    for (auto& member : from.get_object()) merge(into.get_object()[member.key()], std::move(member.value()));
  }

  [[nodiscard]] json::value complete(Resolved resolved, graphql::Index selections, const graphql::TypeReference& type) {
    if (const auto* failure = std::get_if<Failure>(&resolved)) {
      fail(*failure);
      return nullptr;
    }
    if (auto* scalar = std::get_if<json::value>(&resolved)) {
      if (scalar->is_null() && type.non_null) fail({"a field that must not be null is null"});
      return std::move(*scalar);
    }
    if (const auto* node = std::get_if<NodePtr>(&resolved)) {
      if (!*node) return nullptr;
      auto inner = object(selections, **node);
      return inner ? json::value(std::move(*inner)) : json::value();
    }
    json::array list;
    for (const auto& node : std::get<std::vector<NodePtr>>(resolved)) {
      path_.emplace_back(list.size());
      auto inner = object(selections, *node);
      path_.pop_back();
      if (!inner && type.element_non_null) return nullptr;
      list.push_back(inner ? json::value(std::move(*inner)) : json::value());
    }
    return list;
  }

  void fail(const Failure& failure) {
    json::object error{{"message", failure.message}, {"path", json::array(path_.begin(), path_.end())}};
    if (!failure.code.empty()) error["extensions"] = json::object{{"code", failure.code}};
    outcome_.errors.push_back(std::move(error));
    if (failure.status != 0) outcome_.status = failure.status;
  }

  [[nodiscard]] json::object arguments(graphql::Index first) const {
    json::object out;
    for (auto i = first; i != graphql::none; i = ast_.values[i].next) {
      const auto& node = ast_.values[i];
      if (auto given = value(node)) out[json::string_view(node.name.data(), node.name.size())] = std::move(*given);
    }
    return out;
  }

  // A value of the document; nothing for a variable that was not given.
  [[nodiscard]] std::optional<json::value> value(const graphql::ValueNode& node) const {
    using graphql::ValueKind;
    const json::string_view text(node.text.data(), node.text.size());
    switch (node.kind) {
      case ValueKind::null: return json::value();
      case ValueKind::boolean: return json::value(node.text == "true");
      case ValueKind::integer:
        return json::value(static_cast<std::int64_t>(std::strtoll(std::string(node.text).c_str(), nullptr, 10)));
      case ValueKind::real: return json::value(std::strtod(std::string(node.text).c_str(), nullptr));
      case ValueKind::object: return json::value(arguments(node.first));
      case ValueKind::list: {
        json::array list;
        for (auto i = node.first; i != graphql::none; i = ast_.values[i].next)
          list.push_back(value(ast_.values[i]).value_or(nullptr));
        return json::value(std::move(list));
      }
      case ValueKind::variable: {
        const auto* given = variables_.if_contains(text);
        if (given != nullptr) return *given;
        for (graphql::Index i = 0; i != ast_.variables.size; ++i) {
          const auto& variable = ast_.variables[i];
          if (variable.name == node.text && variable.default_value != graphql::none)
            return value(ast_.values[variable.default_value]);
        }
        return std::nullopt;
      }
      default: return json::value(text);
    }
  }

  const graphql::Ast& ast_;
  json::object variables_;
  Path path_;
  Outcome outcome_;
};

}  // namespace wandb::testing::detail
