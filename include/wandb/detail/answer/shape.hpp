// Describes the shape of an answer: its fields, and their slots in the rows of a `Page`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI {

/// States what a field, or each element of a list, holds.
enum class FieldKind : std::uint8_t {
  string,
  integer,
  real,
  boolean,
  raw,  ///< any JSON, kept as the received text; a list of such values is one text
  object,
};

/// A field of an answer. An object is stored in the row of its parent, after a slot that says whether the object is
/// null. The slot of a list names a run of rows of the list's own table, and each of these rows begins with the slot of
/// the element itself.
struct Field {
  std::string_view key;  ///< the key in the answer: the alias, if there is one
  FieldKind kind = FieldKind::string;
  bool nullable = true;
  bool list = false;
  std::uint16_t slot = 0;   ///< the index in the row of its table
  std::uint16_t first = 0;  ///< the fields of an object or of a list's elements: from this index in `Shape::fields` …
  std::uint16_t last = 0;   ///< … to this index
  std::uint16_t table = 0;  ///< in a list: the table of its elements
  bool element_nullable = false;
};

/// The fields of a whole answer. This is a view: its tables have static storage or another owner.
struct Shape {
  std::span<const Field> fields;
  std::span<const std::uint16_t> widths;  ///< the number of slots in a row of each table; table 0 has one row, the root
  std::uint16_t first = 0;                ///< the index of the root object's first field
  std::uint16_t last = 0;
};

/// Shapes written by hand:
/// `constexpr auto fields = shapes::shape(object("viewer", required(string("id")), list("teams", string("name"))));`
namespace shapes {

/// Describes a field, and how many of the nodes after it are inside it.
struct Node {
  std::string_view key;
  FieldKind kind = FieldKind::string;
  bool nullable = true;
  bool list = false;
  bool element_nullable = false;
  std::uint16_t inside = 0;
};

/// A field with everything inside it, in the order of the document.
template <std::size_t Fields, std::size_t Lists>
struct Tree {
  std::array<Node, Fields> nodes{};
};

/// Assigns each field its place: the members of an object are adjacent, and slots are counted within each table.
class Layout {
 public:
  constexpr Layout(std::span<const Node> nodes, std::span<Field> fields, std::span<std::uint16_t> widths) noexcept
      : nodes_(nodes), fields_(fields), widths_(widths) {}

  /// Fills `fields` and `widths`. Returns how many fields the root has.
  constexpr std::uint16_t run() noexcept { return place(0, nodes_.size(), 0); }

 private:
  constexpr std::uint16_t place(std::size_t begin, std::size_t end, std::uint16_t table) noexcept {
    const auto first = next_;
    for (auto i = begin; i != end; i += nodes_[i].inside + 1u) {
      const auto& node = nodes_[i];
      fields_[next_++] = Field{.key = node.key,
                               .kind = node.kind,
                               .nullable = node.nullable,
                               .list = node.list,
                               .slot = widths_[table]++,
                               .first = 0,
                               .last = 0,
                               .table = table,
                               .element_nullable = node.element_nullable};
    }
    const auto count = static_cast<std::uint16_t>(next_ - first);
    auto field = fields_.begin() + static_cast<std::ptrdiff_t>(first);
    for (auto i = begin; i != end; i += nodes_[i].inside + 1u, ++field) {
      if (field->list) widths_[field->table = ++tables_] = 1;
      field->first = static_cast<std::uint16_t>(next_);
      field->last = static_cast<std::uint16_t>(next_ + place(i + 1, i + 1 + nodes_[i].inside, field->table));
    }
    return count;
  }

  std::span<const Node> nodes_;
  std::span<Field> fields_;
  std::span<std::uint16_t> widths_;
  std::size_t next_ = 0;
  std::uint16_t tables_ = 0;
};

/// A shape that owns its tables. It is made at compile time and converts to the `Shape` that views them.
template <std::size_t Fields, std::size_t Lists>
class Static {
 public:
  constexpr explicit Static(std::span<const Node> nodes) noexcept : count_(Layout(nodes, fields_, widths_).run()) {}
  constexpr operator Shape() const& noexcept { return {fields_, widths_, 0, count_}; }
  operator Shape() const&& = delete;

 private:
  std::array<Field, Fields> fields_{};
  std::array<std::uint16_t, Lists + 1> widths_{};
  std::uint16_t count_;
};

template <std::size_t... Fields, std::size_t... Lists>
[[nodiscard]] constexpr auto join(const Tree<Fields, Lists>&... trees) noexcept {
  Tree<(Fields + ... + 0), (Lists + ... + 0)> all;
  auto out = all.nodes.begin();
  const auto add = [&out](const auto& nodes) {
    for (const auto& node : nodes) *out++ = node;
  };
  (add(trees.nodes), ...);
  return all;
}

[[nodiscard]] constexpr Tree<1, 0> scalar(std::string_view key, FieldKind kind) noexcept {
  return {{Node{.key = key, .kind = kind}}};
}
[[nodiscard]] constexpr auto string(std::string_view key) noexcept { return scalar(key, FieldKind::string); }
[[nodiscard]] constexpr auto integer(std::string_view key) noexcept { return scalar(key, FieldKind::integer); }
[[nodiscard]] constexpr auto real(std::string_view key) noexcept { return scalar(key, FieldKind::real); }
[[nodiscard]] constexpr auto boolean(std::string_view key) noexcept { return scalar(key, FieldKind::boolean); }
[[nodiscard]] constexpr auto raw(std::string_view key) noexcept { return scalar(key, FieldKind::raw); }

/// Makes an object with these fields; it may be null.
template <std::size_t... Fields, std::size_t... Lists>
[[nodiscard]] constexpr auto object(std::string_view key, const Tree<Fields, Lists>&... children) noexcept {
  constexpr auto inside = (Fields + ... + 0);
  static_assert(inside < 0xFFFF, "a shape has at most 65,535 fields");
  return join(Tree<1, 0>{{Node{.key = key, .kind = FieldKind::object, .inside = inside}}}, children...);
}

/// Makes a list of objects with these fields; the list may be null, its elements may not.
template <std::size_t... Fields, std::size_t... Lists>
[[nodiscard]] constexpr auto list(std::string_view key, const Tree<Fields, Lists>&... children) noexcept {
  Tree<(Fields + ... + 1), (Lists + ... + 1)> tree{object(key, children...).nodes};
  tree.nodes[0].list = true;
  return tree;
}

/// Makes a list of scalars, as `list_of(string("ips"))`; the list may be null, its elements may not.
[[nodiscard]] constexpr Tree<1, 1> list_of(Tree<1, 0> element) noexcept {
  element.nodes[0].list = element.nodes[0].kind != FieldKind::raw;
  return {element.nodes};
}

/// Returns the same field, which may not be null.
template <std::size_t Fields, std::size_t Lists>
[[nodiscard]] constexpr auto required(Tree<Fields, Lists> tree) noexcept {
  tree.nodes[0].nullable = false;
  return tree;
}

/// Returns the same list, whose elements may be null.
template <std::size_t Fields, std::size_t Lists>
[[nodiscard]] constexpr auto nullable_elements(Tree<Fields, Lists> tree) noexcept {
  tree.nodes[0].element_nullable = true;
  return tree;
}

/// Makes the shape of an answer whose `data` has these fields.
template <std::size_t... Fields, std::size_t... Lists>
[[nodiscard]] constexpr auto shape(const Tree<Fields, Lists>&... fields) noexcept {
  return Static<(Fields + ... + 0), (Lists + ... + 0)>(join(fields...).nodes);
}

}  // namespace shapes

}  // namespace wandb
