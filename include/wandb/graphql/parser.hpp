// Parses GraphQL documents (October 2021, executable definitions), at compile time and at run time.
#pragma once

#include <optional>
#include <string_view>

#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fault.hpp>
#include <wandb/graphql/lexer.hpp>

namespace wandb::inline WANDB_ABI::graphql {

/// The documents that a parser accepts.
enum class Dialect : bool {
  users,  ///< those that the schema of users can answer
  any,    ///< also directives on definitions and variables, which are left out, and lists of lists
};

namespace detail {

using namespace std::string_view_literals;

/// A recursive descent parser, which stops at the first fault. A limit on nesting protects the stack.
class Parser {
 public:
  constexpr Parser(std::string_view source, Ast& ast, Dialect dialect) : lexer_(source), ast_(ast), dialect_(dialect) {
    advance();
  }

  [[nodiscard]] constexpr std::optional<Fault> run() {
    if (token_.kind == TokenKind::end) fail();
    while (!fault_ && token_.kind != TokenKind::end) definition();
    return fault_;
  }

 private:
  static constexpr int deepest = 32;

  constexpr void advance() { token_ = lexer_.next(); }
  constexpr void fail(FaultKind kind = FaultKind::syntax) {
    if (!fault_) fault_ = Fault{kind, token_.text, {}, {}};
    token_ = {};
  }
  constexpr bool accept(char mark) {
    if (token_.mark != mark) return false;
    advance();
    return true;
  }
  constexpr void expect(char mark) {
    if (!accept(mark)) fail();
  }
  constexpr std::string_view name() {
    const auto text = token_.text;
    if (token_.kind == TokenKind::name) advance();
    else fail();
    return text;
  }
  template <class Pool, class Node>
  constexpr Index add(Pool& pool, const Node& node) {
    const auto index = pool.add(node);
    if (index == none) fail(FaultKind::too_large);
    return index;
  }
  // Appends `index` to the chain in `pool` from `first` to `last`.
  template <class Pool>
  constexpr void link(Pool& pool, Index& first, Index& last, Index index) {
    if (fault_) return;
    (first == none ? first : pool[last].next) = index;
    last = index;
  }

  constexpr void definition() {
    using Kind = DefinitionNode::Kind;
    DefinitionNode node;
    if (token_.mark != '{') {
      const auto keyword = name();
      if (keyword == "fragment"sv) {
        node.kind = Kind::fragment;
        node.name = name();
        if (node.name == "on"sv || name() != "on"sv) return fail();
        node.type = name();
      } else if (keyword == "query"sv || keyword == "mutation"sv || keyword == "subscription"sv) {
        node.kind = keyword == "query"sv ? Kind::query : keyword == "mutation"sv ? Kind::mutation : Kind::subscription;
        if (token_.kind == TokenKind::name) node.name = name();
        node.variables = variables();
      } else {
        return fail();
      }
      no_directives();
    }
    node.selections = selections(0);
    add(ast_.definitions, node);
  }

  constexpr Index variables() {
    Index first = none;
    Index last = none;
    if (!accept('(')) return first;
    do {
      VariableNode node;
      expect('$');
      node.name = name();
      expect(':');
      node.type = type();
      if (accept('=')) node.default_value = value({}, 0);
      no_directives();
      link(ast_.variables, first, last, add(ast_.variables, node));
    } while (!fault_ && token_.mark != ')');
    expect(')');
    return first;
  }

  constexpr TypeReference type() {
    TypeReference reference;
    if (accept('[')) {
      reference.list = true;
      if (dialect_ == Dialect::any && token_.mark == '[') skip_list_type(0);
      else reference.name = name();
      reference.element_non_null = accept('!');
      expect(']');
    } else {
      reference.name = name();
    }
    reference.non_null = accept('!');
    return reference;
  }

  // Skips the type of a list inside a list, which leaves the type of the elements unnamed.
  constexpr void skip_list_type(int depth) {
    if (depth == deepest) fail(FaultKind::too_large);
    expect('[');
    if (token_.mark == '[') skip_list_type(depth + 1);
    else static_cast<void>(name());
    accept('!');
    expect(']');
  }

  constexpr Index selections(int depth) {
    Index first = none;
    Index last = none;
    if (depth == deepest) fail(FaultKind::too_large);
    expect('{');
    do {
      const auto node = selection(depth);
      link(ast_.selections, first, last, add(ast_.selections, node));
    } while (!fault_ && token_.mark != '}');
    expect('}');
    return first;
  }

  constexpr SelectionNode selection(int depth) {
    SelectionNode node;
    if (accept('.')) {
      node.kind = SelectionKind::inline_fragment;
      if (token_.kind == TokenKind::name && token_.text != "on"sv) {
        node.kind = SelectionKind::fragment_spread;
        node.name = name();
      } else if (token_.kind == TokenKind::name) {
        advance();
        node.type = name();
      }
      node.directives = directives();
      if (node.kind == SelectionKind::inline_fragment) node.selections = selections(depth + 1);
      return node;
    }
    node.alias = node.name = name();
    if (accept(':')) node.name = name();
    node.arguments = arguments();
    node.directives = directives();
    if (token_.mark == '{') node.selections = selections(depth + 1);
    return node;
  }

  constexpr Index directives() {
    Index first = none;
    Index last = none;
    while (accept('@')) {
      DirectiveNode node;
      node.name = name();
      node.arguments = arguments();
      link(ast_.directives, first, last, add(ast_.directives, node));
    }
    return first;
  }

  // The schema has no directive for an operation, a fragment's definition or a variable.
  constexpr void no_directives() {
    if (dialect_ == Dialect::any) return static_cast<void>(directives());
    if (!accept('@')) return;
    if (token_.kind != TokenKind::name) return fail();
    fail(FaultKind::unknown_directive);
  }

  constexpr Index arguments() { return accept('(') ? fields(')', 0) : none; }

  // Parses `name: value` until the closing punctuator; there must be at least one argument.
  constexpr Index fields(char close, int depth) {
    Index first = none;
    Index last = none;
    if (close == ')' && token_.mark == close) fail();
    while (!fault_ && token_.mark != close) {
      const auto field = name();
      expect(':');
      link(ast_.values, first, last, value(field, depth));
    }
    expect(close);
    return first;
  }

  constexpr Index value(std::string_view field, int depth) {
    if (depth == deepest) fail(FaultKind::too_large);
    ValueNode node;
    node.name = field;
    if (accept('$')) {
      node.kind = ValueKind::variable;
      node.text = name();
    } else if (accept('[')) {
      node.kind = ValueKind::list;
      Index last = none;
      while (!fault_ && token_.mark != ']') link(ast_.values, node.first, last, value({}, depth + 1));
      expect(']');
    } else if (accept('{')) {
      node.kind = ValueKind::object;
      node.first = fields('}', depth + 1);
    } else {
      node.text = token_.text;
      node.kind = scalar_kind();
      advance();
    }
    return add(ast_.values, node);
  }

  constexpr ValueKind scalar_kind() {
    switch (token_.kind) {
      case TokenKind::integer: return ValueKind::integer;
      case TokenKind::real: return ValueKind::real;
      case TokenKind::string: return ValueKind::string;
      case TokenKind::block_string: return ValueKind::block_string;
      case TokenKind::name:
        if (token_.text == "true"sv || token_.text == "false"sv) return ValueKind::boolean;
        return token_.text == "null"sv ? ValueKind::null : ValueKind::enumeration;
      default: fail(); return ValueKind::null;
    }
  }

  Lexer lexer_;
  Ast& ast_;
  Dialect dialect_;
  Token token_;
  std::optional<Fault> fault_;
};

}  // namespace detail

/// Parses `source` into a new `ast`, which has views of the source. Returns the first fault, if any.
[[nodiscard]] constexpr std::optional<Fault> parse(std::string_view source, Ast& ast,
                                                   Dialect dialect = Dialect::users) {
  return detail::Parser(source, ast, dialect).run();
}

}  // namespace wandb::graphql
