// GraphQL documents that the compiler reads, checks and turns into the shape of their answer.
#pragma once

#include <optional>
#include <string_view>

#include <wandb/detail/answer/shape.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fault.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/graphql/outline.hpp>
#include <wandb/graphql/parser.hpp>
#include <wandb/graphql/schema.hpp>
#include <wandb/graphql/validate.hpp>

namespace wandb::graphql {

/// A document with one operation, checked. A view.
struct Document {
  std::string_view text;
  std::string_view name;   ///< of the operation; empty where it has none
  std::string_view field;  ///< the response key of its first root field
  bool mutation = false;
  Shape shape;  ///< of its answer
};

namespace detail {

/// What reading a document comes to. Views its text.
struct Reading {
  std::optional<Fault> fault;
  std::string_view name;
  std::string_view field;
  bool mutation = false;
  Outline answer;
};

[[nodiscard]] constexpr Reading read(std::string_view text, const Schema& schema = users_schema) {
  Reading reading;
  Ast ast;
  reading.fault = parse(text, ast);
  if (!reading.fault) reading.fault = Validator(ast, schema).run();
  if (reading.fault) return reading;
  const auto operation = ast.operation();
  if (!operation) {
    reading.fault = Fault{FaultKind::unknown_operation, ast.definitions[0].name, {}, {}};
    return reading;
  }
  reading.name = operation->name;
  reading.mutation = operation->kind == DefinitionNode::Kind::mutation;
  reading.fault = outline(ast, schema, *operation, reading.answer);
  reading.field = reading.answer.nodes[0].key;
  return reading;
}

/// Text with static storage that has no other name.
template <FixedString Text>
struct Literal {
  static constexpr std::string_view text = Text.view();
};

template <class Source>
inline constexpr Reading reading_of = read(Source::text);

/// Stops the compiler. What the document's fault is stands in the template arguments, as far as the compiler prints
/// them: the word at fault, and the whole message. The reason stands in the assertion as well.
template <FaultKind Kind, FixedString Word, FixedString Message>
struct InvalidDocument {
  static_assert(Kind != FaultKind::syntax, "GraphQL document: syntax error");
  static_assert(Kind != FaultKind::too_large, "GraphQL document: too large");
  static_assert(Kind != FaultKind::unknown_type, "GraphQL document: unknown type");
  static_assert(Kind != FaultKind::unknown_field, "GraphQL document: unknown field");
  static_assert(Kind != FaultKind::unknown_argument, "GraphQL document: unknown argument");
  static_assert(Kind != FaultKind::unknown_variable, "GraphQL document: unknown variable");
  static_assert(Kind != FaultKind::unknown_fragment, "GraphQL document: unknown fragment");
  static_assert(Kind != FaultKind::unknown_directive, "GraphQL document: unknown directive");
  static_assert(Kind != FaultKind::unknown_operation, "GraphQL document: not exactly one operation");
  static_assert(Kind != FaultKind::unused_variable, "GraphQL document: unused variable");
  static_assert(Kind != FaultKind::unused_fragment, "GraphQL document: unused fragment");
  static_assert(Kind != FaultKind::missing_argument, "GraphQL document: missing argument");
  static_assert(Kind != FaultKind::missing_selection, "GraphQL document: an object without a selection of fields");
  static_assert(Kind != FaultKind::unexpected_selection, "GraphQL document: a selection of fields on a leaf");
  static_assert(Kind != FaultKind::wrong_type, "GraphQL document: wrong type");
  static_assert(Kind != FaultKind::duplicate, "GraphQL document: given twice");
  static_assert(Kind != FaultKind::conflict, "GraphQL document: conflicting fields");
  static_assert(Kind != FaultKind::cycle, "GraphQL document: circular fragment");
};

template <class Source>
inline constexpr shapes::Static<reading_of<Source>.answer.size, reading_of<Source>.answer.lists> shape_of{
    reading_of<Source>.answer.fields()};

/// The document in `Source::text`, which has static storage; stops the compiler where it is none.
template <class Source>
[[nodiscard]] consteval Document compile() {
  constexpr auto& reading = reading_of<Source>;
  constexpr auto& fault = reading.fault;
  if constexpr (fault.has_value()) {
    using Why = InvalidDocument<fault->kind, FixedString<fault->word.size()>(fault->word),
                                fixed_description<description_size(*fault)>(*fault)>;
    static_cast<void>(sizeof(Why));
    return {};
  } else {
    return {Source::text, reading.name, reading.field, reading.mutation, shape_of<Source>};
  }
}

}  // namespace detail

/// A document that is checked while compiling: syntax, fields, arguments, variables and fragments, against the users'
/// part of the schema. One that is wrong does not compile, and the message names the word at fault and its type.
///
/// `constexpr auto& mine = wandb::graphql::document<"query Mine { viewer { id photoUrl } }">;`
template <FixedString Text>
inline constexpr Document document = detail::compile<detail::Literal<Text>>();

}  // namespace wandb::graphql
