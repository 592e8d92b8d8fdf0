// States why a struct's member cannot read a field of the schema, in the words of the compiler.
#pragma once

#include <cstdint>
#include <string_view>

#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/graphql/schema.hpp>
#include <wandb/graphql/suggestion.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Why a member cannot read its field.
enum class MemberFault : std::uint8_t {
  none,
  unknown_field,
  nullable,
  wrong_type,
  not_described,
  unknown_enumerator,
  has_pages,
  api_key,
};

/// Fails to compile if there is a fault. The template arguments name the struct, the member's type, and in `Said` the
/// member and the field with its type in the schema.
template <class Struct, class Held, MemberFault Fault, graphql::FixedString Said>
struct ValidMember {
  static_assert(Fault != MemberFault::unknown_field, "a member of the struct names no field of the schema");
  static_assert(Fault != MemberFault::nullable,
                "the field of a member may be null: the member must be a std::optional");
  static_assert(Fault != MemberFault::wrong_type, "the type of a member cannot hold its field");
  static_assert(Fault != MemberFault::not_described,
                "the type of a member is not described: use BOOST_DESCRIBE_STRUCT or BOOST_DESCRIBE_ENUM");
  static_assert(Fault != MemberFault::unknown_enumerator,
                "the enumeration of a member has an enumerator that the schema does not have");
  static_assert(Fault != MemberFault::has_pages,
                "the field of a member has pages, and a struct would have the first only: for API keys, use "
                "User::keys()");
  static_assert(Fault != MemberFault::api_key, "a struct does not hold API keys: use User::keys()");
};

/// Passes on in pieces what a member reads: `member 'photo_url' of User reads 'photoUrl: String'`, or which name it may
/// have been meant to be.
template <class Say>
constexpr void say_of_member(const graphql::TypeDefinition& type, std::string_view member,
                             const graphql::Found<graphql::FieldDefinition>& field, Say say) {
  say("member '");
  say(member);
  if (!field) {
    say("' is not a field of ");
    say(type.name);
    const auto nearest = graphql::detail::nearest(type.fields, member);
    if (nearest.empty()) return;
    say("; did you mean '");
    say(nearest);
    say("'?");
    return;
  }
  say("' reads '");
  say(field->name);
  say(": ");
  if (field->type.list) say("[");
  say(field->type.name);
  if (field->type.element_non_null) say("!");
  if (field->type.list) say("]");
  if (field->type.non_null) say("!");
  say("' of ");
  say(type.name);
}

}  // namespace wandb::detail
