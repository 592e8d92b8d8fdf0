// Executes GraphQL documents over an object graph, for the in-memory server.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
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

namespace wandb::inline WANDB_ABI::testing::detail {

namespace json = boost::json;

/// The error of a field that could not be resolved.
struct Failure {
  std::string message;
  std::string code{};  // `extensions.code`
  int status = 0;      // of the whole HTTP answer; 0 leaves it at 200
};

struct Node;
using NodePtr = std::shared_ptr<const Node>;
/// The result of resolving a field: a scalar or null, an object, a list of objects, or a failure.
using Resolved = std::variant<json::value, NodePtr, std::vector<NodePtr>, Failure>;

/// An object of the graph: its type, and a function that resolves its fields.
struct Node {
  std::string_view type;
  std::function<Resolved(std::string_view field, const json::object& arguments)> field;
};

/// A field of an object to resolve: once, however many selections and fragments name it, with all that they select.
struct Step {
  const graphql::SelectionNode* field = nullptr;
  std::vector<graphql::Index> selections{};  // below it
  std::vector<Step> inside{};
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
    mutation_ = operation.kind == graphql::DefinitionNode::Kind::mutation;
    const auto data = object(plan({operation.selections}, root.type), root);
    outcome_.data = data ? json::value(*data) : json::value();
    return std::move(outcome_);
  }

 private:
  using Path = std::vector<json::value>;
  using Spread = std::array<bool, graphql::Ast::most_definitions>;
  /// Nested lists multiply the size of a response, so the server limits the number of its fields.
  static constexpr std::size_t max_fields = 1'000'000;

  // The fields that are selected of an object of that type. All elements of a list share them.
  [[nodiscard]] std::vector<Step> plan(const std::vector<graphql::Index>& selections, std::string_view type) const {
    std::vector<Step> steps;
    Spread spread{};
    for (const auto chain : selections) collect(chain, type, spread, steps);
    for (auto& step : steps) {
      if (step.selections.empty()) continue;
      const auto field = graphql::users_schema.type(type)->field(step.field->name);
      step.inside = plan(step.selections, field->type.name);
    }
    return steps;
  }

  void collect(graphql::Index chain, std::string_view type, Spread& spread, std::vector<Step>& into) const {
    for (auto i = chain; i != graphql::none; i = ast_.selections[i].next) {
      const auto& selection = ast_.selections[i];
      if (!wanted(selection.directives)) continue;
      if (selection.kind == graphql::SelectionKind::field) {
        const auto same = std::find_if(into.begin(), into.end(),
                                       [&](const Step& step) { return step.field->alias == selection.alias; });
        auto& step = same == into.end() ? into.emplace_back(Step{&selection}) : *same;
        if (selection.selections != graphql::none) step.selections.push_back(selection.selections);
      } else if (selection.kind == graphql::SelectionKind::inline_fragment) {
        if (applies(selection.type, type)) collect(selection.selections, type, spread, into);
      } else {
        const auto index = ast_.fragment_index(selection.name);
        const auto& fragment = ast_.definitions[index];
        if (!std::exchange(spread.at(index), true) && applies(fragment.type, type))
          collect(fragment.selections, type, spread, into);
      }
    }
  }

  [[nodiscard]] static bool applies(std::string_view condition, std::string_view type) {
    return condition.empty() || condition == type || condition == graphql::users_schema.type(type)->interface_name;
  }

  // Resolves an object. Gives nothing if a non-null field is null, since the object itself becomes null then.
  [[nodiscard]] std::optional<json::object> object(const std::vector<Step>& steps, const Node& node) {
    json::object out;
    for (const auto& step : steps) {
      if (!field(step, node, out)) return std::nullopt;
    }
    return out;
  }

  [[nodiscard]] bool wanted(graphql::Index directives) const {
    for (auto i = directives; i != graphql::none; i = ast_.directives[i].next) {
      const auto condition = value(*ast_.value(ast_.directives[i].arguments, "if"));
      const bool is = condition && condition->is_bool() && condition->get_bool();
      if (is == (ast_.directives[i].name == "skip")) return false;
    }
    return true;
  }

  [[nodiscard]] bool field(const Step& step, const Node& node, json::object& out) {
    const json::string_view key(step.field->alias.data(), step.field->alias.size());
    path_.emplace_back(key);
    const bool fine = has_room() && resolve(step, node, out[key]);
    path_.pop_back();
    return fine;
  }

  // Whether the limit allows another field. The error of exceeding it must not hide that a mutation has run.
  [[nodiscard]] bool has_room() {
    if (resolved_ == max_fields) return false;
    if (++resolved_ != max_fields) return true;
    fail({"the answer is too large", {}, mutation_ ? 0 : 400});
    return false;
  }

  [[nodiscard]] bool resolve(const Step& step, const Node& node, json::value& into) {
    const auto& selection = *step.field;
    if (selection.name == graphql::type_name) {
      into = json::string_view(node.type.data(), node.type.size());
      return true;
    }
    const auto& type = graphql::users_schema.type(node.type)->field(selection.name)->type;
    into = complete(node.field(selection.name, arguments(selection.arguments)), step.inside, type);
    return !into.is_null() || !type.non_null;
  }

  [[nodiscard]] json::value complete(Resolved resolved, const std::vector<Step>& inside,
                                     const graphql::TypeReference& type) {
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
      auto inner = object(inside, **node);
      return inner ? json::value(std::move(*inner)) : json::value();
    }
    json::array list;
    for (const auto& node : std::get<std::vector<NodePtr>>(resolved)) {
      path_.emplace_back(list.size());
      auto inner = object(inside, *node);
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

  // A value in the document, or nothing for a variable that the request does not give.
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
  bool mutation_ = false;
  std::size_t resolved_ = 0;
  Path path_;
  Outcome outcome_;
};

}  // namespace wandb::testing::detail
