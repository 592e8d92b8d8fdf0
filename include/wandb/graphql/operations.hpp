// Every document that the library sends, beside the shape of its answer.
#pragma once

#include <array>

#include <wandb/graphql/operation.hpp>
#include <wandb/shape.hpp>

namespace wandb::graphql {

namespace answers {

using namespace shapes;

inline constexpr auto page_info = object("pageInfo", string("endCursor"), required(boolean("hasNextPage")));
inline constexpr auto api_key = object("node", required(string("id")), required(string("name")), string("description"));
inline constexpr auto api_keys = object("apiKeys", required(list("edges", api_key)), required(page_info));
inline constexpr auto teams = object("teams", required(list("edges", object("node", required(string("name"))))));

/// A user with everything that the library reads unasked.
[[nodiscard]] constexpr auto user(std::string_view key) noexcept {
  return object(key, required(string("id")), required(string("name")), string("username"), string("email"),
                boolean("admin"), raw("flags"), string("entity"), string("deletedAt"), api_keys, teams);
}
/// A user as a mutation gives it back.
[[nodiscard]] constexpr auto changed_user(std::string_view key) noexcept {
  return object(key, required(string("id")), required(string("name")), string("username"), string("email"),
                boolean("admin"), string("deletedAt"));
}

inline constexpr auto search = shape(object("users", required(list("edges", user("node"))), required(page_info)));
inline constexpr auto viewer = shape(user("viewer"));
inline constexpr auto by_id = shape(user("user"));
inline constexpr auto who = shape(object("viewer", required(string("id")), string("username"), string("email")));
inline constexpr auto user_keys = shape(object("user", required(string("id")), api_keys));
inline constexpr auto viewer_keys = shape(object("viewer", required(string("id")), api_keys));
inline constexpr auto user_state = shape(object("user", required(string("id")), string("deletedAt")));
inline constexpr auto created =
    shape(object("createUser", object("user", required(string("id")), required(string("name")), string("username"),
                                      string("email"), boolean("admin"))));
inline constexpr auto updated = shape(object("updateUser", changed_user("user")));
inline constexpr auto deleted = shape(object("deleteUser", changed_user("user")));
inline constexpr auto undeleted = shape(object("undeleteUser", changed_user("user")));
inline constexpr auto key_deleted = shape(object("deleteApiKey", boolean("success")));
inline constexpr auto key_generated = shape(object(
    "generateApiKey", object("apiKey", required(string("id")), required(string("name")), string("description"))));

}  // namespace answers

inline constexpr Operation search_users{
    "SearchUsers",
    "query SearchUsers($query: String, $ids: [ID!], $first: Int, $after: String) { "
    "users(query: $query, ids: $ids, first: $first, after: $after) { "
    "edges { node { id name username email admin flags entity deletedAt "
    "apiKeys { edges { node { id name description } } pageInfo { endCursor hasNextPage } } "
    "teams { edges { node { name } } } } } "
    "pageInfo { endCursor hasNextPage } } }",
    "users", Repeat::harmless, answers::search};

inline constexpr Operation get_viewer{
    "GetViewer",
    "query GetViewer { viewer { id name username email admin flags entity deletedAt "
    "apiKeys { edges { node { id name description } } pageInfo { endCursor hasNextPage } } "
    "teams { edges { node { name } } } } }",
    "viewer", Repeat::harmless, answers::viewer};

inline constexpr Operation get_user{
    "GetUser",
    "query GetUser($id: ID!) { user(id: $id) { id name username email admin flags entity deletedAt "
    "apiKeys { edges { node { id name description } } pageInfo { endCursor hasNextPage } } "
    "teams { edges { node { name } } } } }",
    "user", Repeat::harmless, answers::by_id};

inline constexpr Operation verify_credentials{"VerifyCredentials",
                                              "query VerifyCredentials { viewer { id username email } }", "viewer",
                                              Repeat::harmless, answers::who};

inline constexpr Operation user_api_keys{
    "UserApiKeys",
    "query UserApiKeys($id: ID!, $after: String) { user(id: $id) { id "
    "apiKeys(after: $after) { edges { node { id name description } } pageInfo { endCursor hasNextPage } } } }",
    "user", Repeat::harmless, answers::user_keys};

inline constexpr Operation viewer_api_keys{
    "ViewerApiKeys",
    "query ViewerApiKeys($after: String) { viewer { id "
    "apiKeys(after: $after) { edges { node { id name description } } pageInfo { endCursor hasNextPage } } } }",
    "viewer", Repeat::harmless, answers::viewer_keys};

inline constexpr Operation user_state{"UserState", "query UserState($id: ID!) { user(id: $id) { id deletedAt } }",
                                      "user", Repeat::harmless, answers::user_state};

inline constexpr Operation create_user{
    "CreateUserFromAdmin",
    "mutation CreateUserFromAdmin($email: String!, $admin: Boolean) { "
    "createUser(input: {email: $email, admin: $admin}) { user { id name username email admin } } }",
    "createUser", Repeat::once, answers::created};

inline constexpr Operation update_user{
    "UpdateUser",
    "mutation UpdateUser($id: ID, $admin: Boolean, $name: String, $defaultEntity: String, $primaryEmail: String, "
    "$private: Boolean, $hideTeamsFromPublic: Boolean, $photoUrl: String) { "
    "updateUser(input: {id: $id, admin: $admin, name: $name, defaultEntity: $defaultEntity, primaryEmail: "
    "$primaryEmail, "
    "private: $private, hideTeamsFromPublic: $hideTeamsFromPublic, photoUrl: $photoUrl}) { "
    "user { id name username email admin deletedAt } } }",
    "updateUser", Repeat::converges, answers::updated};

inline constexpr Operation delete_user{"DeleteUser",
                                       "mutation DeleteUser($id: ID!) { deleteUser(input: {id: $id}) { user { id name "
                                       "username email admin deletedAt } } }",
                                       "deleteUser", Repeat::converges, answers::deleted};

inline constexpr Operation undelete_user{"UndeleteUser",
                                         "mutation UndeleteUser($id: ID!) { undeleteUser(input: {id: $id}) { user { id "
                                         "name username email admin deletedAt } } }",
                                         "undeleteUser", Repeat::once, answers::undeleted};

inline constexpr Operation delete_api_key{
    "DeleteApiKey", "mutation DeleteApiKey($id: String!) { deleteApiKey(input: {id: $id}) { success } }",
    "deleteApiKey", Repeat::converges, answers::key_deleted};

inline constexpr Operation generate_api_key{
    "GenerateApiKey",
    "mutation GenerateApiKey($description: String) { "
    "generateApiKey(input: {description: $description}) { apiKey { id name description } } }",
    "generateApiKey", Repeat::once, answers::key_generated};

/// All of them, for those who check documents.
inline constexpr std::array all_operations{
    &search_users, &get_viewer,  &get_user,    &verify_credentials, &user_api_keys,  &viewer_api_keys, &user_state,
    &create_user,  &update_user, &delete_user, &undelete_user,      &delete_api_key, &generate_api_key};

static_assert([] {
  for (const auto* operation : all_operations) {
    if (!is_plain(operation->document)) return false;
  }
  return true;
}());

}  // namespace wandb::graphql
