// The part of the W&B schema about users, as data in the order of the published SDL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/graphql/ast.hpp>
#include <wandb/graphql/table.hpp>

namespace wandb::inline WANDB_ABI::graphql {

namespace users {

/// The indices of the types, in the order of the definitions below. The most frequent types come first, which makes the
/// look-up faster.
inline constexpr std::string_view names[] = {"String",
                                             "ID",
                                             "Boolean",
                                             "Int",
                                             "DateTime",
                                             "Float",
                                             "Int64",
                                             "JSON",
                                             "JSONString",
                                             "UserAccountType",
                                             "Node",
                                             "PageInfo",
                                             "User",
                                             "ApiKey",
                                             "ApiKeyEdge",
                                             "ApiKeyConnection",
                                             "Entity",
                                             "EntityEdge",
                                             "EntityConnection",
                                             "UserEdge",
                                             "UserConnection",
                                             "Query",
                                             "Mutation",
                                             "CreateUserInput",
                                             "CreateUserPayload",
                                             "DeleteApiKeyInput",
                                             "DeleteApiKeyPayload",
                                             "GenerateApiKeyInput",
                                             "GenerateApiKeyPayload",
                                             "UpdateUserInput",
                                             "UpdateUserPayload",
                                             "DeleteUserInput",
                                             "DeleteUserPayload",
                                             "UndeleteUserInput",
                                             "UndeleteUserPayload"};

}  // namespace users

/// Parses a type in SDL, such as "String", "[ID!]" or "Boolean!". An unknown type does not compile.
[[nodiscard]] consteval TypeReference read_type(std::string_view type) {
  TypeReference reference;
  reference.non_null = type.back() == '!';
  if (reference.non_null) type.remove_suffix(1);
  reference.list = type.front() == '[';
  if (reference.list) {
    type = type.substr(1, type.size() - 2);
    reference.element_non_null = type.back() == '!';
    if (reference.element_non_null) type.remove_suffix(1);
  }
  reference.name = type;
  reference.definition = 0;
  while (!wandb::detail::equal(users::names[reference.definition], type)) ++reference.definition;
  return reference;
}

/// An argument of a field, or a field of an input object.
struct InputDefinition {
  std::string_view name;
  TypeReference type;
  consteval InputDefinition(std::string_view called, std::string_view sdl) : name(called), type(read_type(sdl)) {}
};

/// Finds the definition of that name.
template <class Definition>
[[nodiscard]] constexpr Found<Definition> find(Table<Definition> definitions, std::string_view name) noexcept {
  for (const auto& definition : definitions) {
    if (wandb::detail::equal(definition.name, name)) return definition;
  }
  return {};
}

struct FieldDefinition {
  std::string_view name;
  TypeReference type;
  Table<InputDefinition> arguments;
  consteval FieldDefinition(std::string_view called, std::string_view sdl, Table<InputDefinition> taking = {})
      : name(called), type(read_type(sdl)), arguments(taking) {}
};

enum class TypeKind : std::uint8_t { scalar, enumeration, object, interface, input };

struct TypeDefinition {
  TypeKind kind = TypeKind::scalar;
  FieldKind kept = FieldKind::object;  ///< how a page stores a value of the type
  std::string_view name;
  Table<FieldDefinition> fields{};    ///< the fields of an object or interface
  Table<InputDefinition> inputs{};    ///< the fields of an input object
  Table<std::string_view> values{};   ///< the values of an enumeration
  std::string_view interface_name{};  ///< the interface that an object implements

  [[nodiscard]] constexpr bool is_leaf() const noexcept {
    return kind == TypeKind::scalar || kind == TypeKind::enumeration;
  }
  [[nodiscard]] constexpr Found<FieldDefinition> field(std::string_view wanted) const noexcept {
    return find(fields, wanted);
  }
  [[nodiscard]] constexpr bool has_value(std::string_view wanted) const noexcept {
    for (const auto& value : values) {
      if (wandb::detail::equal(value, wanted)) return true;
    }
    return false;
  }
};

struct Schema {
  Table<TypeDefinition> types;
  [[nodiscard]] constexpr Found<TypeDefinition> type(std::string_view wanted) const noexcept {
    return find(types, wanted);
  }
  [[nodiscard]] constexpr Found<TypeDefinition> type(const TypeReference& wanted) const noexcept {
    return wanted.definition == none ? type(wanted.name) : types[wanted.definition];
  }
};

namespace users {

using Inputs = InputDefinition;
using Fields = FieldDefinition;

inline constexpr Inputs page[] = {Inputs{"after", "String"}, Inputs{"before", "String"}, Inputs{"first", "Int"},
                                  Inputs{"last", "Int"}};

inline constexpr Fields node[] = {Fields{"id", "ID!"}};
inline constexpr Fields page_info[] = {Fields{"endCursor", "String"}, Fields{"hasNextPage", "Boolean!"},
                                       Fields{"hasPreviousPage", "Boolean!"}, Fields{"startCursor", "String"}};
inline constexpr std::string_view user_account_type[] = {"ANONYMOUS", "SERVICE", "USER", "VIEWER"};
inline constexpr Fields user[] = {
    Fields{"id", "ID!"},
    Fields{"name", "String!"},
    Fields{"username", "String"},
    Fields{"email", "String"},
    Fields{"admin", "Boolean"},
    Fields{"accountType", "UserAccountType"},
    Fields{"apiKey", "String"},
    Fields{"apiKeys", "ApiKeyConnection", page},
    Fields{"teams", "EntityConnection", page},
    Fields{"createdAt", "DateTime!"},
    Fields{"updatedAt", "DateTime"},
    Fields{"deletedAt", "DateTime"},
    Fields{"loggedInAt", "DateTime"},
    Fields{"defaultEntity", "Entity"},
    Fields{"entity", "String"},
    Fields{"flags", "JSONString"},
    Fields{"hideTeamsFromPublic", "Boolean!"},
    Fields{"limits", "JSON"},
    Fields{"photoUrl", "String"},
    Fields{"private", "Boolean!"},
    Fields{"signupRequired", "Boolean!"},
    Fields{"totalRuns", "Int!"},
    Fields{"userInfo", "JSON"},
};
inline constexpr Fields api_key[] = {
    Fields{"id", "ID!"},         Fields{"name", "String!"},     Fields{"description", "String"},
    Fields{"ips", "[String!]!"}, Fields{"rateLimit", "String"}, Fields{"user", "User"}};
inline constexpr Fields api_key_edge[] = {Fields{"cursor", "String!"}, Fields{"node", "ApiKey"}};
inline constexpr Fields api_key_connection[] = {Fields{"edges", "[ApiKeyEdge!]!"}, Fields{"pageInfo", "PageInfo!"}};
inline constexpr Fields entity[] = {Fields{"id", "ID!"},           Fields{"name", "String!"},
                                    Fields{"isTeam", "Boolean!"},  Fields{"photoUrl", "String"},
                                    Fields{"memberCount", "Int!"}, Fields{"createdAt", "DateTime!"}};
inline constexpr Fields entity_edge[] = {Fields{"cursor", "String!"}, Fields{"node", "Entity"}};
inline constexpr Fields entity_connection[] = {Fields{"edges", "[EntityEdge!]!"}};
inline constexpr Fields user_edge[] = {Fields{"cursor", "String!"}, Fields{"node", "User"}};
inline constexpr Fields user_connection[] = {Fields{"edges", "[UserEdge!]!"}, Fields{"pageInfo", "PageInfo!"}};

inline constexpr Inputs viewer_arguments[] = {Inputs{"entityName", "String"}};
inline constexpr Inputs user_arguments[] = {Inputs{"id", "ID"}, Inputs{"userName", "String"}};
inline constexpr Inputs users_arguments[] = {
    Inputs{"after", "String"}, Inputs{"before", "String"}, Inputs{"first", "Int"},          Inputs{"last", "Int"},
    Inputs{"ids", "[ID!]"},    Inputs{"query", "String"},  Inputs{"usernames", "[String!]"}};
inline constexpr Fields query[] = {Fields{"viewer", "User", viewer_arguments}, Fields{"user", "User", user_arguments},
                                   Fields{"users", "UserConnection", users_arguments}};

inline constexpr Inputs create_user_input[] = {Inputs{"email", "String!"}, Inputs{"admin", "Boolean"},
                                               Inputs{"accountType", "String"}, Inputs{"password", "String"},
                                               Inputs{"clientMutationId", "String"}};
inline constexpr Inputs delete_api_key_input[] = {Inputs{"id", "String"}, Inputs{"clientMutationId", "String"}};
inline constexpr Inputs generate_api_key_input[] = {Inputs{"description", "String"},
                                                    Inputs{"clientMutationId", "String"}};
inline constexpr Inputs update_user_input[] = {
    Inputs{"id", "ID"},
    Inputs{"admin", "Boolean"},
    Inputs{"name", "String"},
    Inputs{"defaultEntity", "String"},
    Inputs{"primaryEmail", "String"},
    Inputs{"private", "Boolean"},
    Inputs{"hideTeamsFromPublic", "Boolean"},
    Inputs{"photoUrl", "String"},
    Inputs{"password", "String"},
    Inputs{"userInfo", "JSONString"},
    Inputs{"clientMutationId", "String"},
};
inline constexpr Inputs one_user_input[] = {Inputs{"id", "ID!"}, Inputs{"clientMutationId", "String"}};

inline constexpr Fields user_payload[] = {Fields{"user", "User"}, Fields{"clientMutationId", "String"}};
inline constexpr Fields delete_api_key_payload[] = {Fields{"success", "Boolean"}, Fields{"clientMutationId", "String"}};
inline constexpr Fields generate_api_key_payload[] = {Fields{"apiKey", "ApiKey"}, Fields{"clientMutationId", "String"}};

inline constexpr Inputs create_user_arguments[] = {Inputs{"input", "CreateUserInput!"}};
inline constexpr Inputs delete_api_key_arguments[] = {Inputs{"input", "DeleteApiKeyInput!"}};
inline constexpr Inputs generate_api_key_arguments[] = {Inputs{"input", "GenerateApiKeyInput!"}};
inline constexpr Inputs update_user_arguments[] = {Inputs{"input", "UpdateUserInput!"}};
inline constexpr Inputs delete_user_arguments[] = {Inputs{"input", "DeleteUserInput!"}};
inline constexpr Inputs undelete_user_arguments[] = {Inputs{"input", "UndeleteUserInput!"}};
inline constexpr Fields mutation[] = {
    Fields{"createUser", "CreateUserPayload", create_user_arguments},
    Fields{"deleteApiKey", "DeleteApiKeyPayload", delete_api_key_arguments},
    Fields{"generateApiKey", "GenerateApiKeyPayload", generate_api_key_arguments},
    Fields{"updateUser", "UpdateUserPayload", update_user_arguments},
    Fields{"deleteUser", "DeleteUserPayload", delete_user_arguments},
    Fields{"undeleteUser", "UndeleteUserPayload", undelete_user_arguments},
};

[[nodiscard]] constexpr TypeDefinition scalar(std::string_view name, FieldKind kept = FieldKind::string) noexcept {
  return {TypeKind::scalar, kept, name};
}
[[nodiscard]] constexpr TypeDefinition enumeration(std::string_view name, Table<std::string_view> values) noexcept {
  return {TypeKind::enumeration, FieldKind::string, name, {}, {}, values};
}
[[nodiscard]] constexpr TypeDefinition object(std::string_view name, Table<FieldDefinition> fields,
                                              std::string_view implements = {}) noexcept {
  return {TypeKind::object, FieldKind::object, name, fields, {}, {}, implements};
}
[[nodiscard]] constexpr TypeDefinition input(std::string_view name, Table<InputDefinition> inputs) noexcept {
  return {TypeKind::input, FieldKind::object, name, {}, inputs};
}

inline constexpr TypeDefinition types[] = {
    scalar("String"),
    scalar("ID"),
    scalar("Boolean", FieldKind::boolean),
    scalar("Int", FieldKind::integer),
    scalar("DateTime"),
    scalar("Float", FieldKind::real),
    scalar("Int64", FieldKind::integer),
    scalar("JSON", FieldKind::raw),
    scalar("JSONString", FieldKind::raw),
    enumeration("UserAccountType", user_account_type),
    TypeDefinition{TypeKind::interface, FieldKind::object, "Node", node},
    object("PageInfo", page_info),
    object("User", user, "Node"),
    object("ApiKey", api_key),
    object("ApiKeyEdge", api_key_edge),
    object("ApiKeyConnection", api_key_connection),
    object("Entity", entity, "Node"),
    object("EntityEdge", entity_edge),
    object("EntityConnection", entity_connection),
    object("UserEdge", user_edge),
    object("UserConnection", user_connection),
    object("Query", query),
    object("Mutation", mutation),
    input("CreateUserInput", create_user_input),
    object("CreateUserPayload", user_payload),
    input("DeleteApiKeyInput", delete_api_key_input),
    object("DeleteApiKeyPayload", delete_api_key_payload),
    input("GenerateApiKeyInput", generate_api_key_input),
    object("GenerateApiKeyPayload", generate_api_key_payload),
    input("UpdateUserInput", update_user_input),
    object("UpdateUserPayload", user_payload),
    input("DeleteUserInput", one_user_input),
    object("DeleteUserPayload", user_payload),
    input("UndeleteUserInput", one_user_input),
    object("UndeleteUserPayload", user_payload),
};
static_assert([] {
  if (std::size(types) != std::size(names)) return false;
  for (std::size_t i = 0; i != std::size(types); ++i) {
    if (!wandb::detail::equal(types[i].name, names[i])) return false;
  }
  return true;
}());

}  // namespace users

/// The schema of users, API keys and teams.
inline constexpr Schema users_schema{users::types};

}  // namespace wandb::graphql
