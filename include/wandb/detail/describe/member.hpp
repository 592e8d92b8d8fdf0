// Compares the members of a described struct with the fields of the schema, at compile time.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/describe/bases.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/list.hpp>

#include <wandb/detail/answer/attribute_names.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/describe/member_fault.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/graphql/schema.hpp>
#include <wandb/text.hpp>
#include <wandb/value.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// A struct that `BOOST_DESCRIBE_STRUCT` describes.
template <class P>
concept DescribedStruct = std::is_class_v<P> && boost::describe::has_describe_members<P>::value;
/// An enumeration that `BOOST_DESCRIBE_ENUM` describes.
template <class E>
concept DescribedEnum = std::is_enum_v<E> && boost::describe::has_describe_enumerators<E>::value;

template <class P>
using PublicMembers =
    boost::describe::describe_members<P, boost::describe::mod_public | boost::describe::mod_inherited>;

/// Whether all members of the struct and of its base classes are public, and all base classes are described.
template <class P, class Bases = boost::describe::describe_bases<P, boost::describe::mod_any_access>>
struct Description;
template <class P, template <class...> class List, class... B>
struct Description<P, List<B...>> {
  template <class Base>
  [[nodiscard]] static consteval bool is_complete() {
    if constexpr (DescribedStruct<Base>) return Description<Base>::complete;
    else return false;
  }

  using Hidden = boost::describe::describe_members<P, boost::describe::mod_protected | boost::describe::mod_private>;
  static constexpr bool complete = boost::mp11::mp_empty<Hidden>::value && (is_complete<typename B::type>() && ...);
};

template <class V>
inline constexpr bool is_optional = false;
template <class V>
inline constexpr bool is_optional<std::optional<V>> = true;
template <class V>
inline constexpr bool is_vector = false;
template <class V, class Allocator>
inline constexpr bool is_vector<std::vector<V, Allocator>> = true;

/// `V` without a `std::optional` around it.
template <class V>
struct Required {
  using type = V;
};
template <class V>
struct Required<std::optional<V>> {
  using type = V;
};

/// The enumerators of a described enumeration. A name in lower case stands for the value of the schema in upper case.
template <class E, class List = boost::describe::describe_enumerators<E>>
struct Enumerators;
template <class E, template <class...> class List, class... D>
struct Enumerators<E, List<D...>> {
  /// Sets `out` to the enumerator of that name; returns false if there is none.
  [[nodiscard]] static constexpr bool find([[maybe_unused]] std::string_view name, [[maybe_unused]] E& out) noexcept {
    return ((equal_ignoring_case(name, D::name) && (out = D::value, true)) || ...);
  }
  /// Whether each enumerator is a value of the schema's enumeration.
  [[nodiscard]] static constexpr bool are_values([[maybe_unused]] const graphql::TypeDefinition& type) noexcept {
    return (is_value(type, D::name) && ...);
  }

 private:
  [[nodiscard]] static constexpr bool is_value(const graphql::TypeDefinition& type, std::string_view name) noexcept {
    for (const auto value : type.values) {
      if (equal_ignoring_case(name, value)) return true;
    }
    return false;
  }
};

/// Finds the field that a member names: in snake_case or camelCase. If there is none, a last underscore is left out, so
/// that `private_` names the field `private`.
[[nodiscard]] constexpr graphql::Found<graphql::FieldDefinition> field_of_member(const graphql::TypeDefinition& type,
                                                                                 std::string_view member) noexcept {
  for (const auto& field : type.fields) {
    if (equals_camel(member, field.name)) return field;
  }
  return member.ends_with('_') ? field_of_member(type, member.substr(0, member.size() - 1))
                               : graphql::Found<graphql::FieldDefinition>();
}

/// Returns the type of a connection's nodes; nothing if the type is no connection.
[[nodiscard]] constexpr graphql::Found<graphql::TypeReference> node_of(const graphql::TypeDefinition& type) noexcept {
  const auto edges = type.field("edges");
  const auto edge = edges ? graphql::users_schema.type(edges->type) : graphql::Found<graphql::TypeDefinition>();
  const auto node = edge ? edge->field("node") : graphql::Found<graphql::FieldDefinition>();
  return node ? graphql::Found(node->type) : graphql::Found<graphql::TypeReference>();
}

template <class M>
[[nodiscard]] constexpr MemberFault fault_of(const graphql::TypeReference& reference);

/// Returns why a `std::vector<Element>` cannot hold a field. Whether a node of a connection is null is checked when it
/// is read, since the schema allows null for each of them.
template <class Element>
[[nodiscard]] constexpr MemberFault fault_of_vector(const graphql::TypeReference& reference) {
  if (reference.list) {
    auto element = reference;
    element.list = false;
    element.non_null = reference.element_non_null;
    return fault_of<Element>(element);
  }
  auto node = node_of(*graphql::users_schema.type(reference));
  if (!node) return MemberFault::wrong_type;
  return fault_of<std::optional<typename Required<Element>::type>>(*node);
}

/// Returns why a `V` cannot hold a value of a field that is not null.
template <class V>
[[nodiscard]] constexpr MemberFault fault_of_value(const graphql::TypeReference& reference) {
  const auto& type = *graphql::users_schema.type(reference);
  const auto unless = [](bool fits) { return fits ? MemberFault::none : MemberFault::wrong_type; };
  if (type.field("pageInfo")) return MemberFault::has_pages;
  if constexpr (is_vector<V>) {
    return fault_of_vector<typename V::value_type>(reference);
  } else {
    if (reference.list) return MemberFault::wrong_type;
    if constexpr (DescribedEnum<V>) {
      if (type.kind != graphql::TypeKind::enumeration) return MemberFault::wrong_type;
      return Enumerators<V>::are_values(type) ? MemberFault::none : MemberFault::unknown_enumerator;
    } else if constexpr (std::same_as<V, bool>) {
      return unless(type.kept == FieldKind::boolean);
    } else if constexpr (BooleanOrInteger<V>) {
      return unless(type.kept == FieldKind::integer);
    } else if constexpr (std::floating_point<V>) {
      return unless(sizeof(V) >= sizeof(double) && (type.kept == FieldKind::real || type.kept == FieldKind::integer));
    } else if constexpr (std::same_as<V, std::string> || std::same_as<V, Text>) {
      return unless(type.kept == FieldKind::string || type.kept == FieldKind::raw);
    } else if constexpr (DescribedStruct<V>) {
      return unless(type.kept == FieldKind::object);
    } else {
      const bool describable = (std::is_class_v<V> && type.kept == FieldKind::object) ||
                               (std::is_enum_v<V> && type.kind == graphql::TypeKind::enumeration);
      return describable ? MemberFault::not_described : MemberFault::wrong_type;
    }
  }
}

/// Returns why a member of type `M` cannot hold a field, or `none`.
template <class M>
[[nodiscard]] constexpr MemberFault fault_of(const graphql::TypeReference& reference) {
  using V = typename Required<M>::type;
  const auto fault = fault_of_value<V>(reference);
  if (fault != MemberFault::none || is_optional<M> || reference.non_null) return fault;
  const bool connection = is_vector<V> && !reference.list;
  return connection ? MemberFault::none : MemberFault::nullable;
}

/// The member that `D` describes, and the field that it reads of an object of the schema's type number `Type`. It does
/// not compile if that field does not fit.
template <class P, graphql::Index Type, class D>
struct Member {
  using Held = std::remove_reference_t<decltype(std::declval<P&>().*D::pointer)>;
  static constexpr auto& type = graphql::users_schema.types[Type];
  static constexpr auto found = field_of_member(type, D::name);
  static constexpr auto fault = !found                         ? MemberFault::unknown_field
                                : equal(found->name, "apiKey") ? MemberFault::api_key
                                                               : fault_of<Held>(found->type);
  static constexpr auto said = graphql::joined([](auto put) { say_of_member(type, D::name, found, put); });
  using Checked = ValidMember<P, Held, fault, said>;
  static constexpr const graphql::FieldDefinition& field = sizeof(Checked) != 0 && found ? *found : type.fields[0];
};

}  // namespace wandb::detail
