// The syntax tree of a GraphQL document, in arrays of a fixed size, for compile time and run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI::graphql {

/// The name of the field that every type has.
inline constexpr std::string_view type_name = "__typename";

/// The index of a node in its array, or `none`.
using Index = std::uint16_t;
inline constexpr Index none = 0xFFFF;

enum class ValueKind : std::uint8_t {
  null,
  integer,
  real,
  string,
  block_string,
  boolean,
  enumeration,
  list,
  object,
  variable
};

/// A value. `next` links it to the next argument, element of a list, or field of an object. It has views of the source.
struct ValueNode {
  ValueKind kind = ValueKind::null;
  std::string_view name;  ///< the name of the argument or the object's field
  std::string_view text;  ///< the source text, without the quotes of a string or the `$` of a variable
  Index first = none;     ///< the first element of a list, the first field of an object
  Index next = none;
};

/// The result of a look-up, which may be empty. It is no plain pointer: with g++'s `-fsanitize=undefined`, comparing a
/// pointer into a constant with null is not a constant expression.
template <class T>
class Found {
 public:
  constexpr Found() = default;
  constexpr Found(const T& found) noexcept : at_(&found), is_(true) {}
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return is_; }
  [[nodiscard]] constexpr const T& operator*() const noexcept { return *at_; }
  [[nodiscard]] constexpr const T* operator->() const noexcept { return at_; }

 private:
  const T* at_ = nullptr;
  bool is_ = false;
};

/// A type reference such as `Name`, `Name!`, `[Name]` or `[Name!]!`. This schema has no lists of lists.
struct TypeReference {
  std::string_view name;
  bool list = false;
  bool non_null = false;          ///< whether the whole is non-null
  bool element_non_null = false;  ///< whether a list's elements are non-null
  Index definition = none;        ///< the index of the type in the schema; `none` in a document
};

struct VariableNode {
  std::string_view name;
  TypeReference type;
  Index default_value = none;
  Index next = none;
};

struct DirectiveNode {
  std::string_view name;
  Index arguments = none;
  Index next = none;
};

enum class SelectionKind : std::uint8_t { field, inline_fragment, fragment_spread };

struct SelectionNode {
  SelectionKind kind = SelectionKind::field;
  std::string_view name;   ///< the name of the field or of the spread fragment
  std::string_view alias;  ///< the response key: the alias, or the name if there is none
  std::string_view type;   ///< an inline fragment's type condition; may be empty
  Index arguments = none;
  Index directives = none;
  Index selections = none;
  Index next = none;
};

/// The definition of an operation or a fragment.
struct DefinitionNode {
  enum class Kind : std::uint8_t { query, mutation, subscription, fragment } kind = Kind::query;
  std::string_view name;
  std::string_view type;  ///< a fragment's type condition
  Index variables = none;
  Index selections = none;

  /// The name of the operation's root type.
  [[nodiscard]] constexpr std::string_view root_type() const noexcept {
    if (kind == Kind::subscription) return "Subscription";
    return kind == Kind::mutation ? "Mutation" : "Query";
  }
};

/// Nodes of one type, at most `Capacity`. It grows with the document, since unused elements cost as much compile time
/// as used ones.
template <class T, std::size_t Capacity>
class Pool {
 public:
  Index size = 0;

  constexpr Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  constexpr ~Pool() { delete[] nodes_; }

  [[nodiscard]] constexpr const T& operator[](Index index) const noexcept { return nodes_[index]; }
  [[nodiscard]] constexpr T& operator[](Index index) noexcept { return nodes_[index]; }
  /// Adds a node and returns its index; `none` if the pool is full.
  constexpr Index add(const T& node) {
    if (size == Capacity) return none;
    if (size == room_) grow();
    nodes_[size] = node;
    return size++;
  }

 private:
  constexpr void grow() {
    const std::size_t room = room_ == 0 ? 4 : 2 * room_ < Capacity ? 2 * room_ : Capacity;
    auto* more = new T[room];
    for (std::size_t i = 0; i != size; ++i) more[i] = nodes_[i];
    delete[] nodes_;
    nodes_ = more;
    room_ = room;
  }

  T* nodes_ = nullptr;
  std::size_t room_ = 0;
};

/// A document of at most a few hundred nodes. It has views of its source.
struct Ast {
  static constexpr std::size_t most_definitions = 16;

  Pool<DefinitionNode, most_definitions> definitions;
  Pool<VariableNode, 32> variables;
  Pool<SelectionNode, 256> selections;
  Pool<DirectiveNode, 32> directives;
  Pool<ValueNode, 192> values;

  /// Returns the index of the definition of a fragment.
  [[nodiscard]] constexpr Index fragment_index(std::string_view name) const noexcept {
    for (Index i = 0; i != definitions.size; ++i) {
      if (definitions[i].kind == DefinitionNode::Kind::fragment && wandb::detail::equal(definitions[i].name, name))
        return i;
    }
    return none;
  }
  /// Returns the operation of that name; if the name is empty, the only operation.
  [[nodiscard]] constexpr Found<DefinitionNode> operation(std::string_view name = {}) const noexcept {
    Found<DefinitionNode> found;
    for (Index i = 0; i != definitions.size; ++i) {
      if (definitions[i].kind == DefinitionNode::Kind::fragment) continue;
      if (!name.empty() && wandb::detail::equal(definitions[i].name, name)) return definitions[i];
      if (name.empty() && found) return {};
      if (name.empty()) found = definitions[i];
    }
    return found;
  }
  /// Finds the argument or field of that name in a chain of values.
  [[nodiscard]] constexpr Found<ValueNode> value(Index chain, std::string_view name) const noexcept {
    for (; chain != none; chain = values[chain].next) {
      if (wandb::detail::equal(values[chain].name, name)) return values[chain];
    }
    return {};
  }
};

}  // namespace wandb::graphql
