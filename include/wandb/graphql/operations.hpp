// Every document that the library sends.
#pragma once

#include <array>
#include <string_view>

#include <wandb/detail/answer/operation.hpp>
#include <wandb/graphql/document.hpp>
#include <wandb/graphql/fixed_string.hpp>

namespace wandb::graphql {

namespace texts {

inline constexpr auto key_page =
    FixedString("{ edges { node { id name description } } pageInfo { endCursor hasNextPage } }");
/// A user with everything that the library reads unasked, their keys included or left out.
template <bool Keys>
inline constexpr auto user = [] {
  constexpr auto attributes = FixedString("id name username email admin flags entity deletedAt");
  constexpr auto teams = FixedString(" teams { edges { node { name } } }");
  if constexpr (Keys) return attributes + " apiKeys " + key_page + teams;
  else return attributes + teams;
}();
/// A user as a mutation gives it back, with `Extra` besides.
template <FixedString Extra = "">
constexpr auto changed_user = FixedString("{ user { id name username email admin deletedAt") + Extra + " } }";

// Each text is the member of a type, since a type's name is short where a text as a template argument is not.

/// `Extra` is what is read of each user besides: empty, or fields behind a space.
template <FixedString Extra, bool Keys = true>
struct SearchUsers {
  static constexpr auto source =
      FixedString(
          "query SearchUsers($query: String, $ids: [ID!], $first: Int, $after: String) { "
          "users(query: $query, ids: $ids, first: $first, after: $after) { edges { node { ") +
      user<Keys> + Extra + " } } pageInfo { endCursor hasNextPage } } }";
  static constexpr auto text = source.view();
};
template <FixedString Extra, bool Keys = true>
struct GetViewer {
  static constexpr auto source = FixedString("query GetViewer { viewer { ") + user<Keys> + Extra + " } }";
  static constexpr auto text = source.view();
};
template <FixedString Extra, bool Keys = true>
struct GetUser {
  static constexpr auto source =
      FixedString("query GetUser($id: ID!) { user(id: $id) { ") + user<Keys> + Extra + " } }";
  static constexpr auto text = source.view();
};
struct VerifyCredentials {
  static constexpr std::string_view text = "query VerifyCredentials { viewer { id username email } }";
};
struct UserApiKeys {
  static constexpr auto source =
      FixedString("query UserApiKeys($id: ID!, $after: String) { user(id: $id) { id apiKeys(after: $after) ") +
      key_page + " } }";
  static constexpr auto text = source.view();
};
struct ViewerApiKeys {
  static constexpr auto source =
      FixedString("query ViewerApiKeys($after: String) { viewer { id apiKeys(after: $after) ") + key_page + " } }";
  static constexpr auto text = source.view();
};
struct UserState {
  static constexpr std::string_view text = "query UserState($id: ID!) { user(id: $id) { id deletedAt } }";
};
struct CreateUser {
  static constexpr std::string_view text =
      "mutation CreateUserFromAdmin($email: String!, $admin: Boolean) { "
      "createUser(input: {email: $email, admin: $admin}) { user { id name username email admin } } }";
};
struct UpdateUser {
  static constexpr auto source =
      FixedString(
          "mutation UpdateUser($id: ID, $admin: Boolean, $name: String, $defaultEntity: String, "
          "$primaryEmail: String, $private: Boolean, $hideTeamsFromPublic: Boolean, $photoUrl: String) { "
          "updateUser(input: {id: $id, admin: $admin, name: $name, defaultEntity: $defaultEntity, "
          "primaryEmail: $primaryEmail, private: $private, hideTeamsFromPublic: $hideTeamsFromPublic, "
          "photoUrl: $photoUrl}) ") +
      changed_user<" photoUrl private hideTeamsFromPublic"> + " }";
  static constexpr auto text = source.view();
};
struct DeleteUser {
  static constexpr auto source =
      FixedString("mutation DeleteUser($id: ID!) { deleteUser(input: {id: $id}) ") + changed_user<> + " }";
  static constexpr auto text = source.view();
};
struct UndeleteUser {
  static constexpr auto source =
      FixedString("mutation UndeleteUser($id: ID!) { undeleteUser(input: {id: $id}) ") + changed_user<> + " }";
  static constexpr auto text = source.view();
};
struct DeleteApiKey {
  static constexpr std::string_view text =
      "mutation DeleteApiKey($id: String!) { deleteApiKey(input: {id: $id}) { success } }";
};
struct GenerateApiKey {
  static constexpr std::string_view text =
      "mutation GenerateApiKey($description: String) { "
      "generateApiKey(input: {description: $description}) { apiKey { id name description } } }";
};

}  // namespace texts

/// Whether a document can stand in JSON as it is.
[[nodiscard]] constexpr bool is_plain(std::string_view document) noexcept {
  for (const char c : document) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E)
      return false;
  }
  return true;
}

using wandb::detail::Operation;

/// The operation of a document that was checked; `keyless`: its text without users' keys, where it reads those.
[[nodiscard]] consteval Operation make_operation(const Document& checked, Repeat repeat,
                                                 std::string_view keyless = {}) noexcept {
  return {.name = checked.name,
          .document = checked.text,
          .field = checked.field,
          .repeat = repeat,
          .shape = checked.shape,
          .plain = is_plain(checked.text),
          .keyless = keyless.empty() ? checked.text : keyless};
}

template <class Source>
inline constexpr Operation query = make_operation(detail::compile<Source>(), Repeat::harmless);
/// A query that reads whole users, checked with their keys; `Keyless` is the same without, and its answer lacks them.
template <class Source, class Keyless>
inline constexpr Operation user_query = make_operation(detail::compile<Source>(), Repeat::harmless, Keyless::text);

/// The queries that read whole users, with the same attributes.
struct UserQueries {
  const Operation* search;
  const Operation* viewer;
  const Operation* by_id;
};
/// Those that read, besides what the library does unasked, `Extra` of each user.
template <FixedString Extra>
inline constexpr UserQueries user_queries{&user_query<texts::SearchUsers<Extra>, texts::SearchUsers<Extra, false>>,
                                          &user_query<texts::GetViewer<Extra>, texts::GetViewer<Extra, false>>,
                                          &user_query<texts::GetUser<Extra>, texts::GetUser<Extra, false>>};
inline constexpr const UserQueries& plain_user_queries = user_queries<"">;

inline constexpr auto& search_users = *plain_user_queries.search;
inline constexpr auto& get_viewer = *plain_user_queries.viewer;
inline constexpr auto& get_user = *plain_user_queries.by_id;
inline constexpr auto& verify_credentials = query<texts::VerifyCredentials>;
inline constexpr auto& user_api_keys = query<texts::UserApiKeys>;
inline constexpr auto& viewer_api_keys = query<texts::ViewerApiKeys>;
inline constexpr auto& user_state = query<texts::UserState>;

inline constexpr Operation create_user = make_operation(detail::compile<texts::CreateUser>(), Repeat::once);
inline constexpr Operation update_user = make_operation(detail::compile<texts::UpdateUser>(), Repeat::converges);
inline constexpr Operation delete_user = make_operation(detail::compile<texts::DeleteUser>(), Repeat::converges);
inline constexpr Operation undelete_user = make_operation(detail::compile<texts::UndeleteUser>(), Repeat::once);
inline constexpr Operation delete_api_key = make_operation(detail::compile<texts::DeleteApiKey>(), Repeat::converges);
inline constexpr Operation generate_api_key = make_operation(detail::compile<texts::GenerateApiKey>(), Repeat::once);

/// All of them, for those who check documents.
inline constexpr std::array all_operations{
    &search_users, &get_viewer,  &get_user,    &verify_credentials, &user_api_keys,  &viewer_api_keys, &user_state,
    &create_user,  &update_user, &delete_user, &undelete_user,      &delete_api_key, &generate_api_key};

}  // namespace wandb::graphql
