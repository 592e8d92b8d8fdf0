// GraphQL documents that are parsed and validated at compile time, and the shapes of their answers.
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

namespace wandb::inline WANDB_ABI::graphql {

/// A validated document with one operation. The members are views of static storage.
struct Document {
  std::string_view text;
  std::string_view name;   ///< the operation's name; empty if it has none
  std::string_view field;  ///< the response key of its first root field
  bool mutation = false;
  Shape shape;  ///< the shape of the answer
};

namespace detail {

/// The result of parsing and validating a document. It has views of the document's text.
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

/// A template argument as text with static storage.
template <FixedString Text>
struct Literal {
  static constexpr std::string_view text = Text.view();
};

template <class Source>
inline constexpr Reading reading_of = read(Source::text);

/// Fails to compile. The assertion states the kind of fault; the template arguments, if the compiler prints them, are
/// the word at fault and the whole message.
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

/// The document in `Source::text`, which has static storage. An invalid document does not compile.
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

/// A document whose syntax, fields, arguments, variables and fragments are validated at compile time, against the part
/// of the schema about users. An invalid one does not compile; the message names the word at fault and its type.
///
/// `constexpr auto& mine = wandb::graphql::document<"query Mine { viewer { id photoUrl } }">;`
template <FixedString Text>
inline constexpr Document document = detail::compile<detail::Literal<Text>>();

}  // namespace wandb::graphql
