// Which attributes are read of a user: chosen while compiling, and then known by their types.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wandb/attrs.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/user/field_aliases.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/graphql/lexer.hpp>
#include <wandb/graphql/user_queries.hpp>
#include <wandb/keys.hpp>
#include <wandb/text.hpp>

namespace wandb {

namespace detail {

/// Says each token of a selection behind a space, so that comments and line ends are gone. False where a brace closes
/// what the selection did not open, or stays open: such text would reach beyond its place in a document.
template <class Say>
constexpr bool tidy(std::string_view fields, Say say) {
  using graphql::detail::TokenKind;
  graphql::detail::Lexer lexer(fields);
  int depth = 0;
  for (auto token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const std::string_view quotes = token.kind == TokenKind::block_string ? "\"\"\"" : "\"";
    const bool quoted = token.kind == TokenKind::string || token.kind == TokenKind::block_string;
    say(" ");
    if (quoted) say(quotes);
    say(token.text);
    if (quoted) say(quotes);
    depth += token.mark == '{' ? 1 : token.mark == '}' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth == 0;
}

/// What a selection adds to a document, checked as far as it can be on its own.
template <graphql::FixedString Fields>
[[nodiscard]] consteval auto tidied() {
  constexpr auto size = [] {
    std::size_t sum = 0;
    const bool closed = tidy(Fields.view(), [&](std::string_view piece) { sum += piece.size(); });
    return closed ? sum : 0;
  }();
  static_assert(size != 0,
                "fields<> names the fields of a user, and closes no brace that it does not open, as in "
                "fields<\"photoUrl createdAt\">");
  graphql::FixedString<size> text;
  auto* at = text.characters;
  tidy(Fields.view(), [&](std::string_view piece) { at = std::copy(piece.begin(), piece.end(), at); });
  return text;
}

inline constexpr std::uint16_t no_field = 0xFFFF;

/// Where a field of that name stands among an object's, in `shape.fields`: snake_case finds camelCase, then the name
/// as it stands.
[[nodiscard]] constexpr std::uint16_t find_field(const Shape& shape, std::uint16_t object, std::string_view name) {
  const auto& parent = shape.fields[object];
  for (const bool snake : {true, false}) {
    for (auto i = parent.first; i != parent.last; ++i) {
      const auto key = shape.fields[i].key;
      if (snake ? equals_camel(name, key) : name == key) return i;
    }
  }
  return no_field;
}

/// Which field of the queried document holds the user.
inline constexpr std::uint16_t user_field = 0;

}  // namespace detail

/// What was read of a user is not known to the compiler: attributes are found by name.
struct AnySelection {
  [[nodiscard]] static const graphql::UserQueries& queries() noexcept;
};

/// The fields that are read of a user besides what the library reads unasked, as in GraphQL. One that is not on the
/// schema's `User`, or that conflicts with another, does not compile, nor does an alias that is another field's name.
template <graphql::FixedString Fields>
struct Selection {
  static_assert(detail::Aliases<detail::tidied<Fields>()>::checked);
  [[nodiscard]] static constexpr const graphql::UserQueries& queries() noexcept {
    return graphql::user_queries<detail::tidied<Fields>()>;
  }
  static constexpr Shape shape =
      graphql::user_queries<detail::tidied<Fields>()>.by_id->shape;  ///< its first field is the user
};

/// Chooses attributes: `api.user("ann", fields<"photoUrl createdAt">)`.
template <graphql::FixedString Fields>
inline constexpr Selection<Fields> fields{};

/// Whether an attribute of that name was selected, at `Object`, a user itself or an object in one.
template <class S, graphql::FixedString Name, std::uint16_t Object = detail::user_field>
concept Selects = detail::find_field(S::shape, Object, Name.view())
!= detail::no_field;

template <class S, std::uint16_t Object>
class SelectedObject;

namespace detail {

/// The elements of a selected list; each as `SelectedField` gives it.
template <class S, std::uint16_t At>
struct SelectedRows {
  std::shared_ptr<const Page> page;
  ListView rows;
  [[nodiscard]] std::size_t size() const noexcept { return rows.size(); }
  [[nodiscard]] auto operator[](std::size_t at) const;
};

/// What stands in the slot of a field of that kind when it has a value.
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

/// The field at `At` of `S::shape`, read as the type that the schema gives it.
template <class S, std::uint16_t At>
struct SelectedField {
  static constexpr Field field = S::shape.fields[At];
  static constexpr bool is_text = field.kind == FieldKind::string || field.kind == FieldKind::raw;

  /// Whether a field of an answer is of the same kind. One of another answer may have the key and not the type.
  [[nodiscard]] static constexpr bool is_like(const Field& other) noexcept {
    return other.kind == field.kind && other.list == field.list;
  }
  /// Whether a value stands in the slot that a field, or an element of its list, may have.
  [[nodiscard]] static bool holds_value(Slot slot, bool list) noexcept {
    return slot.state() == (list ? SlotState::rows : state_of(field.kind));
  }

  /// A scalar's value, which is there.
  [[nodiscard]] static auto scalar([[maybe_unused]] const std::shared_ptr<const Page>& page, Slot slot) {
    if constexpr (is_text) return Text(page, slot.text());
    else if constexpr (field.kind == FieldKind::boolean) return slot.boolean();
    else if constexpr (field.kind == FieldKind::integer) return slot.integer();
    else return slot.real();
  }
  using Scalar = decltype(scalar({}, Slot{}));

  /// The value in that object, a field of it being `found`; null, or of another kind: it was not loaded.
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

/// The field of an object that was selected as the one at `At`, of those inside the one at `Object`: in its place, or
/// where another answer has its key. Null where there is none of its kind.
template <class S, std::uint16_t Object, std::uint16_t At>
[[nodiscard]] const Field* selected_in(const ObjectView& object) noexcept {
  constexpr auto index = static_cast<std::size_t>(At - S::shape.fields[Object].first);
  constexpr auto key = S::shape.fields[At].key;
  const auto fields = object.fields();
  const auto* found = index < fields.size() && fields[index].key == key ? &fields[index] : object.field(key);
  return found != nullptr && SelectedField<S, At>::is_like(*found) ? found : nullptr;
}

/// The same as a `FieldFinder`, which knows the name already.
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

/// An object that was selected inside a user. Shares the user's page.
template <class S, std::uint16_t Object>
class SelectedObject {
 public:
  SelectedObject() = default;
  SelectedObject(std::shared_ptr<const Page> page, const ObjectView& object) noexcept
      : page_(std::move(page)), object_(object) {}

  /// A field by its name, as `User::get`.
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
