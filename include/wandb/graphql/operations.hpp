// The documents that the library sends.
#pragma once

#include <array>
#include <string_view>

#include <wandb/detail/answer/operation.hpp>
#include <wandb/graphql/document.hpp>
#include <wandb/graphql/fixed_string.hpp>
#include <wandb/graphql/user_queries.hpp>

namespace wandb::inline WANDB_ABI::graphql {

namespace texts {

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

template <class Source>
inline constexpr Operation query = make_operation(detail::compile<Source>(), Repeat::safe);
inline constexpr const UserQueries& plain_user_queries = user_queries<"">;

inline constexpr auto& search_users = *plain_user_queries.search;
inline constexpr auto& get_viewer = *plain_user_queries.viewer;
inline constexpr auto& get_user = *plain_user_queries.by_id;
inline constexpr auto& verify_credentials = query<texts::VerifyCredentials>;
inline constexpr auto& user_api_keys = query<texts::UserApiKeys>;
inline constexpr auto& viewer_api_keys = query<texts::ViewerApiKeys>;
inline constexpr auto& user_state = query<texts::UserState>;

inline constexpr Operation create_user = make_operation(detail::compile<texts::CreateUser>(), Repeat::once);
inline constexpr Operation update_user = make_operation(detail::compile<texts::UpdateUser>(), Repeat::idempotent);
inline constexpr Operation delete_user = make_operation(detail::compile<texts::DeleteUser>(), Repeat::idempotent);
inline constexpr Operation undelete_user = make_operation(detail::compile<texts::UndeleteUser>(), Repeat::once);
inline constexpr Operation delete_api_key = make_operation(detail::compile<texts::DeleteApiKey>(), Repeat::idempotent);
inline constexpr Operation generate_api_key = make_operation(detail::compile<texts::GenerateApiKey>(), Repeat::once);

/// All documents, for tests that validate them with another implementation.
inline constexpr std::array all_operations{
    &search_users, &get_viewer,  &get_user,    &verify_credentials, &user_api_keys,  &viewer_api_keys, &user_state,
    &create_user,  &update_user, &delete_user, &undelete_user,      &delete_api_key, &generate_api_key};

}  // namespace wandb::graphql
