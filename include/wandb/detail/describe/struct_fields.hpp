// Selects the fields that a described struct names, and reads their values into its members.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/describe/member.hpp>
#include <wandb/detail/user/struct_reader.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/schema.hpp>
#include <wandb/text.hpp>
#include <wandb/value.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The members of `P` as fields of an object of the schema's type number `Type`.
template <class P, graphql::Index Type, class List = PublicMembers<P>>
struct StructFields;

/// Whether an object of that type is a connection, whose nodes a `std::vector` reads.
template <graphql::Index Type>
inline constexpr bool is_connection = static_cast<bool>(node_of(graphql::users_schema.types[Type]));

/// Passes on in pieces the selection set of a `V` that reads a field of that type; nothing for a scalar.
template <class V, graphql::Index Type, class Put>
constexpr void select(Put put) {
  if constexpr (is_vector<V> && is_connection<Type>) {
    put(" { edges { node");
    select<typename V::value_type, node_of(graphql::users_schema.types[Type])->definition>(put);
    put(" } }");
  } else if constexpr (is_optional<V> || is_vector<V>) {
    select<typename V::value_type, Type>(put);
  } else if constexpr (DescribedStruct<V>) {
    put(" {");
    StructFields<V, Type>::select(put);
    put(" }");
  }
}

/// Whether `value` is exactly representable as a `V`.
template <class V>
[[nodiscard]] constexpr bool holds(std::int64_t value) noexcept {
  if constexpr (std::integral<V>) return std::in_range<V>(value);
  constexpr auto digits = std::numeric_limits<V>::digits;
  constexpr std::int64_t limit = std::int64_t{1} << (digits < 62 ? digits : 62);
  return digits > 62 || (value >= -limit && value <= limit);
}

/// Reads a scalar that is not null.
template <class V>
[[nodiscard]] bool read_scalar(V& out, Slot slot, const Place& place, StructReader& reader) {
  const auto state = slot.state();
  if constexpr (std::same_as<V, bool>) {
    if (state != SlotState::boolean) return reader.fail_type(place);
    out = slot.boolean();
  } else if constexpr (std::is_arithmetic_v<V>) {
    if (std::floating_point<V> && state == SlotState::real) {
      out = static_cast<V>(slot.real());
      return true;
    }
    if (state != SlotState::integer) return reader.fail_type(place);
    if (!holds<V>(slot.integer())) return reader.fail_range(place);
    out = static_cast<V>(slot.integer());
  } else {
    if (state != SlotState::string && state != SlotState::raw) return reader.fail_type(place);
    if constexpr (std::is_enum_v<V>) {
      if (!Enumerators<V>::find(slot.text(), out)) return reader.fail_enumerator(place, slot.text());
    } else if constexpr (std::same_as<V, Text>) {
      out = Text(reader.page(), slot.text());
    } else {
      out = slot.text();
    }
  }
  return true;
}

template <class M, graphql::Index Type>
[[nodiscard]] bool read(M& out, const FoundValue& value, const Place& place, StructReader& reader);

/// Reads the elements of a list, or the nodes of a connection.
template <class V, graphql::Index Type>
[[nodiscard]] bool read_vector(V& out, const FoundValue& value, const Place& place, StructReader& reader) {
  using Element = typename V::value_type;
  const Place edges{&place, "edges"};
  const auto& where = is_connection<Type> ? edges : place;
  FoundValue list = value;
  if constexpr (is_connection<Type>) {
    if (value.slot.state() != SlotState::object) return reader.fail_type(place);
    list = FoundValue(value.object, value.object.field("edges"));
  }
  if (list.slot.state() == SlotState::unloaded) return reader.fail_unloaded(where);
  if (list.slot.state() != SlotState::rows) return reader.fail_type(where);
  out.clear();
  out.reserve(list.list.size());
  for (std::size_t i = 0; i != list.list.size(); ++i) {
    const Place at{&where, {}, i};
    Element element{};
    if constexpr (is_connection<Type>) {
      constexpr auto node_type = node_of(graphql::users_schema.types[Type])->definition;
      const auto edge = list.list[i];
      if (!read<Element, node_type>(element, {edge, edge.field("node")}, Place{&at, "node"}, reader)) return false;
    } else {
      if (!read<Element, Type>(element, {list.list, i}, at, reader)) return false;
    }
    out.push_back(std::move(element));
  }
  return true;
}

/// Reads a value into a member of a struct. If that fails, it returns false, and the reader has the error.
template <class M, graphql::Index Type>
[[nodiscard]] bool read(M& out, const FoundValue& value, const Place& place, StructReader& reader) {
  const auto state = value.slot.state();
  if (state == SlotState::unloaded) return reader.fail_unloaded(place);
  if constexpr (is_optional<M>) {
    if (state == SlotState::null) return reader.allows_null(place);
    return read<typename M::value_type, Type>(out.emplace(), value, place, reader);
  } else {
    if (state == SlotState::null) return reader.fail_null(place);
    if constexpr (is_vector<M>) {
      return read_vector<M, Type>(out, value, place, reader);
    } else if constexpr (DescribedStruct<M>) {
      if (state != SlotState::object) return reader.fail_type(place);
      return StructFields<M, Type>::read(out, value.object, place, reader);
    } else {
      return read_scalar(out, value.slot, place, reader);
    }
  }
}

template <class P, graphql::Index Type, template <class...> class List, class... D>
struct StructFields<P, Type, List<D...>> {
  template <class M>
  using Held = typename M::Held;
  template <class M>
  static constexpr graphql::Index type_of = M::field.type.definition;

  /// Whether the members fit their fields, which is always so, since others do not compile.
  static constexpr bool fits = (sizeof(typename Member<P, Type, D>::Checked) + ... + 1) != 0;

  /// Passes on the selected fields in pieces, with a space before each.
  template <class Put>
  static constexpr void select(Put put) {
    (select_member<Member<P, Type, D>>(put), ...);
  }
  /// Reads the members from an object inside a user.
  [[nodiscard]] static bool read(P& out, const ObjectView& object, const Place& above, StructReader& reader) {
    return (read_member<Member<P, Type, D>>(out.*D::pointer, object, above, reader) && ...);
  }
  /// Reads the members from the user itself.
  [[nodiscard]] static bool read(P& out, StructReader& reader) {
    return (read_attribute<Member<P, Type, D>>(out.*D::pointer, reader) && ...);
  }

 private:
  template <class M, class Put>
  static constexpr void select_member(Put put) {
    put(" ");
    put(M::field.name);
    detail::select<Held<M>, type_of<M>>(put);
  }
  template <class M>
  [[nodiscard]] static bool read_member(Held<M>& out, const ObjectView& object, const Place& above,
                                        StructReader& reader) {
    return detail::read<Held<M>, type_of<M>>(out, {object, object.field(M::field.name)}, {&above, M::field.name},
                                             reader);
  }
  template <class M>
  [[nodiscard]] static bool read_attribute(Held<M>& out, StructReader& reader) {
    const Place place{nullptr, M::field.name};
    FoundValue found;
    return reader.find(place, found) && detail::read<Held<M>, type_of<M>>(out, found, place, reader);
  }
};

}  // namespace wandb::detail
