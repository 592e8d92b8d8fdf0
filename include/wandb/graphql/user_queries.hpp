// The queries that read users, with the default attributes and selected ones.
#pragma once

#include <cstddef>
#include <string_view>

#include <wandb/detail/answer/operation.hpp>
#include <wandb/graphql/document.hpp>
#include <wandb/graphql/fixed_string.hpp>

namespace wandb::inline WANDB_ABI::graphql {

namespace texts {

inline constexpr auto key_page =
    FixedString("{ edges { node { id name description } } pageInfo { endCursor hasNextPage } }");
/// The selection set of the attributes that the library always reads, with or without the keys.
template <bool Keys>
inline constexpr auto user = [] {
  constexpr auto attributes = FixedString("id name username email admin flags entity deletedAt");
  constexpr auto teams = FixedString(" teams { edges { node { name } } }");
  if constexpr (Keys) return attributes + " apiKeys " + key_page + teams;
  else return attributes + teams;
}();
/// The selection set of a user that a mutation returns, and `Extra`.
template <FixedString Extra = "">
constexpr auto changed_user = FixedString("{ user { id name username email admin deletedAt") + Extra + " } }";

// The queries that read the attributes `fields` of each user.
template <std::size_t Size>
[[nodiscard]] consteval auto search(const FixedString<Size>& fields) {
  return FixedString(
             "query SearchUsers($query: String, $ids: [ID!], $first: Int, $after: String) { "
             "users(query: $query, ids: $ids, first: $first, after: $after) { edges { node { ") +
         fields + " } } pageInfo { endCursor hasNextPage } } }";
}
template <std::size_t Size>
[[nodiscard]] consteval auto viewer(const FixedString<Size>& fields) {
  return FixedString("query GetViewer { viewer { ") + fields + " } }";
}
template <std::size_t Size>
[[nodiscard]] consteval auto by_id(const FixedString<Size>& fields) {
  return FixedString("query GetUser($id: ID!) { user(id: $id) { ") + fields + " } }";
}

// Each text is a member of a type, since a text as a template argument would make symbol names long.

/// `Extra` has the selected fields of each user: empty, or a space and the fields.
template <FixedString Extra, bool Keys = true>
struct SearchUsers {
  static constexpr auto source = search(user<Keys> + Extra);
  static constexpr auto text = source.view();
};
template <FixedString Extra, bool Keys = true>
struct GetViewer {
  static constexpr auto source = viewer(user<Keys> + Extra);
  static constexpr auto text = source.view();
};
template <FixedString Extra, bool Keys = true>
struct GetUser {
  static constexpr auto source = by_id(user<Keys> + Extra);
  static constexpr auto text = source.view();
};

}  // namespace texts

/// Whether a JSON string can contain a document without escapes.
[[nodiscard]] constexpr bool is_plain(std::string_view document) noexcept {
  for (const char c : document) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E)
      return false;
  }
  return true;
}

using wandb::detail::Operation;

/// Makes the operation of a validated document. `keyless` is its text without the users' keys, if it reads keys.
[[nodiscard]] consteval Operation make_operation(const Document& checked, Repeat repeat,
                                                 std::string_view keyless = {}) noexcept {
  return {.name = checked.name,
          .document = checked.text,
          .field = checked.field,
          .repeat = repeat,
          .shape = checked.shape,
          .plain = is_plain(checked.text),
          .keyless = keyless.empty() ? checked.text : keyless,
          .brings_secret = checked.field == std::string_view("generateApiKey")};
}

/// A query that reads users. The document with the keys is validated; `Keyless` is the same document without them.
template <class Source, class Keyless>
inline constexpr Operation user_query = make_operation(detail::compile<Source>(), Repeat::safe, Keyless::text);

/// The queries that read users with the same attributes.
struct UserQueries {
  const Operation* search;
  const Operation* viewer;
  const Operation* by_id;
};
/// The queries that read the default attributes and `Extra` of each user.
template <FixedString Extra>
inline constexpr UserQueries user_queries{&user_query<texts::SearchUsers<Extra>, texts::SearchUsers<Extra, false>>,
                                          &user_query<texts::GetViewer<Extra>, texts::GetViewer<Extra, false>>,
                                          &user_query<texts::GetUser<Extra>, texts::GetUser<Extra, false>>};

}  // namespace wandb::graphql
