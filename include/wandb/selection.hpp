// The selection of a user's attributes at compile time, by which their types are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wandb/detail/answer/attribute_names.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/user/field_aliases.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/graphql/lexer.hpp>
#include <wandb/graphql/user_queries.hpp>
#include <wandb/keys.hpp>
#include <wandb/text.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Calls `put(text)` for a space and each token of a selection, which leaves comments and line ends out. Returns false
/// if the braces do not match: such a selection could change the document around it.
template <class Put>
constexpr bool tidy(std::string_view fields, Put put) {
  using graphql::detail::TokenKind;
  graphql::detail::Lexer lexer(fields);
  int depth = 0;
  for (auto token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const std::string_view quotes = token.kind == TokenKind::block_string ? "\"\"\"" : "\"";
    const bool quoted = token.kind == TokenKind::string || token.kind == TokenKind::block_string;
    put(" ");
    if (quoted) put(quotes);
    put(token.text);
    if (quoted) put(quotes);
    depth += token.mark == '{' ? 1 : token.mark == '}' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth == 0;
}

/// The selection as it is inserted into a document. It is not empty, and its braces match.
template <graphql::FixedString Fields>
[[nodiscard]] consteval auto tidied() {
  constexpr bool closed = tidy(Fields.view(), [](std::string_view) {});
  constexpr auto text = graphql::joined([](auto put) { static_cast<void>(tidy(Fields.view(), put)); });
  static_assert(closed && !text.view().empty(),
                "fields<> names the fields of a user, and closes no brace that it does not open, as in "
                "fields<\"photoUrl createdAt\">");
  return text;
}

inline constexpr std::uint16_t no_field = 0xFFFF;
/// Stands for the root object of a shape, which is the value of no field.
inline constexpr std::uint16_t root_object = no_field;

/// Returns the index of the first field of an object, and the index behind its last.
[[nodiscard]] constexpr std::pair<std::uint16_t, std::uint16_t> fields_of(const Shape& shape, std::uint16_t object) {
  if (object == root_object) return {shape.first, shape.last};
  return {shape.fields[object].first, shape.fields[object].last};
}

/// Returns the index in `shape.fields` of an object's field. A name in snake_case finds the field in camelCase; if
/// there is none, the literal name counts.
[[nodiscard]] constexpr std::uint16_t find_field(const Shape& shape, std::uint16_t object, std::string_view name) {
  const auto [first, last] = fields_of(shape, object);
  for (const bool snake : {true, false}) {
    for (auto i = first; i != last; ++i) {
      const auto key = shape.fields[i].key;
      if (snake ? equals_camel(name, key) : name == key) return i;
    }
  }
  return no_field;
}

/// The index of the field that holds the user in a document's shape.
inline constexpr std::uint16_t user_field = 0;

}  // namespace detail

/// The default selection. The compiler does not know its attributes, which are found by name.
struct AnySelection {
  [[nodiscard]] static const graphql::UserQueries& queries() noexcept;
};

/// Fields of a user, in GraphQL syntax, that are read in addition to those that the library always reads. It does not
/// compile if the schema's `User` lacks a field, if two fields conflict, or if an alias is another field's name.
template <graphql::FixedString Fields>
struct Selection {
  static_assert(detail::Aliases<detail::tidied<Fields>()>::checked);
  [[nodiscard]] static constexpr const graphql::UserQueries& queries() noexcept {
    return graphql::user_queries<detail::tidied<Fields>()>;
  }
  static constexpr Shape shape =
      graphql::user_queries<detail::tidied<Fields>()>.by_id->shape;  ///< its first field is the user
};

/// The attributes that the members of a struct name. `<wandb/describe.hpp>` defines this for structs that
/// Boost.Describe knows.
template <class P>
struct StructSelection {
  static_assert(!std::is_same_v<P, P>,
                "include <wandb/describe.hpp> and describe the struct with BOOST_DESCRIBE_STRUCT");
  [[nodiscard]] static const graphql::UserQueries& queries() noexcept;
};

/// Selects attributes: `api.user("ann", fields<"photoUrl createdAt">)`.
template <graphql::FixedString Fields>
inline constexpr Selection<Fields> fields{};

/// The attributes of a team's member: `Api::team_members`.
using TeamMember = Selection<"accountType">;

/// An attribute of this name was selected in `Object`, which is the user or an object inside it.
template <class S, graphql::FixedString Name, std::uint16_t Object = detail::user_field>
concept Selects = detail::find_field(S::shape, Object, Name.view())
!= detail::no_field;

template <class S, std::uint16_t Object>
class SelectedObject;

namespace detail {

/// The elements of a selected list, each read as `SelectedField` does.
template <class S, std::uint16_t At>
struct SelectedRows {
  std::shared_ptr<const Page> page;
  ListView rows;
  [[nodiscard]] std::size_t size() const noexcept { return rows.size(); }
  [[nodiscard]] auto operator[](std::size_t at) const;
};

/// The state of a slot that has a value of this kind.
[[nodiscard]] constexpr SlotState state_of(FieldKind kind) noexcept {
  switch (kind) {
    case FieldKind::string: return SlotState::string;
    case FieldKind::integer: return SlotState::integer;
    case FieldKind::real: return SlotState::real;
    case FieldKind::boolean: return SlotState::boolean;
    case FieldKind::raw: return SlotState::raw;
    case FieldKind::object: break;
  }
  return SlotState::object;
}

/// Reads the field at index `At` of `S::shape` as its type in the schema.
template <class S, std::uint16_t At>
struct SelectedField {
  static constexpr Field field = S::shape.fields[At];
  static constexpr bool is_text = field.kind == FieldKind::string || field.kind == FieldKind::raw;

  /// Whether a field has the same kind. A field of another answer may have the same key, but another type.
  [[nodiscard]] static constexpr bool is_like(const Field& other) noexcept {
    return other.kind == field.kind && other.list == field.list;
  }
  /// Whether a slot of the field, or of an element of its list, holds a value.
  [[nodiscard]] static bool holds_value(Slot slot, bool list) noexcept {
    return slot.state() == (list ? SlotState::rows : state_of(field.kind));
  }

  /// Returns a scalar's value; there must be one.
  [[nodiscard]] static auto scalar([[maybe_unused]] const std::shared_ptr<const Page>& page, Slot slot) {
    if constexpr (is_text) return Text(page, slot.text());
    else if constexpr (field.kind == FieldKind::boolean) return slot.boolean();
    else if constexpr (field.kind == FieldKind::integer) return slot.integer();
    else return slot.real();
  }
  using Scalar = decltype(scalar({}, Slot{}));

  /// Returns the value of `found`, a field of `object`. If that is null or has another kind, it was not loaded.
  [[nodiscard]] static auto read(const std::shared_ptr<const Page>& page, const ObjectView& object,
                                 const Field* found) {
    const auto slot = found != nullptr && is_like(*found) ? object.slot(*found) : Slot{};
    const bool there = holds_value(slot, field.list);
    if constexpr (field.list) {
      using List = OwningRange<SelectedRows<S, At>>;
      const auto list = [&] { return List({page, object.list(*found)}); };
      if constexpr (field.nullable) return there ? std::optional(list()) : std::nullopt;
      else return there ? list() : List();
    } else if constexpr (field.kind == FieldKind::object) {
      using Object = SelectedObject<S, At>;
      if constexpr (field.nullable) return there ? std::optional(Object(page, *object.object(*found))) : std::nullopt;
      else return there ? Object(page, *object.object(*found)) : Object();
    } else {
      if constexpr (field.nullable) return there ? std::optional(scalar(page, slot)) : std::nullopt;
      else return there ? scalar(page, slot) : Scalar{};
    }
  }
};

/// Finds the field of `object` that was selected at index `At` inside the field at `Object`: by its index, or, in
/// another answer, by its key. Returns null if there is none of the same kind.
template <class S, std::uint16_t Object, std::uint16_t At>
[[nodiscard]] const Field* selected_in(const ObjectView& object) noexcept {
  constexpr auto index = static_cast<std::size_t>(At - fields_of(S::shape, Object).first);
  constexpr auto key = S::shape.fields[At].key;
  const auto fields = object.fields();
  const auto* found = index < fields.size() && fields[index].key == key ? &fields[index] : object.field(key);
  return found != nullptr && SelectedField<S, At>::is_like(*found) ? found : nullptr;
}

/// A `FieldFinder` that ignores the name, since its template arguments name the field.
template <class S, std::uint16_t Object, std::uint16_t At>
[[nodiscard]] const Field* find_selected(const ObjectView& object, std::string_view) noexcept {
  return selected_in<S, Object, At>(object);
}

template <class S, std::uint16_t At>
auto SelectedRows<S, At>::operator[](std::size_t at) const {
  constexpr Field field = S::shape.fields[At];
  const auto there = SelectedField<S, At>::holds_value(rows.slot(at), false);
  if constexpr (field.kind == FieldKind::object) {
    using Object = SelectedObject<S, At>;
    if constexpr (field.element_nullable) return there ? std::optional(Object(page, rows[at])) : std::nullopt;
    else return there ? Object(page, rows[at]) : Object();
  } else {
    using Scalar = typename SelectedField<S, At>::Scalar;
    const auto value = there ? SelectedField<S, At>::scalar(page, rows.slot(at)) : Scalar{};
    if constexpr (field.element_nullable) return there ? std::optional(value) : std::nullopt;
    else return value;
  }
}

}  // namespace detail

/// An object that was selected inside a user, or in an own document. It shares ownership of the page.
template <class S, std::uint16_t Object>
class SelectedObject {
 public:
  SelectedObject() = default;
  SelectedObject(std::shared_ptr<const Page> page, const ObjectView& object) noexcept
      : page_(std::move(page)), object_(object) {}

  /// Returns a field by its name, as `User::get` does.
  template <graphql::FixedString Name>
  requires Selects<S, Name, Object>
  [[nodiscard]] auto get() const {
    constexpr auto at = detail::find_field(S::shape, Object, Name.view());
    return detail::SelectedField<S, at>::read(page_, object_, detail::selected_in<S, Object, at>(object_));
  }

 private:
  std::shared_ptr<const Page> page_;
  ObjectView object_;
};

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/flow.ipp>
#endif
