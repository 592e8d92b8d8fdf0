// The in-memory server's objects and rules, as the schema names them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/testing/detail/account_state.hpp>
#include <wandb/testing/detail/executor.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

/// The object graph that one caller sees. It lives as long as one request.
class Graph {
 public:
  Graph(AccountState& state, const Caller& caller) : state_(state), caller_(caller) {}

  [[nodiscard]] Node query() const {
    return {"Query", [this](std::string_view field, const json::object& arguments) -> Resolved {
              if (field == "viewer") return user(caller_.user);
              if (field == "users") return users(arguments);
              const auto wanted = text(arguments, "id").value_or(text(arguments, "userName").value_or(""));
              auto* found = state_.find(wanted);
              if (found != caller_.user && !caller_.admin) return denied();
              return user(found);
            }};
  }

  [[nodiscard]] Node mutation() const {
    return {"Mutation", [this](std::string_view field, const json::object& arguments) -> Resolved {
              const auto& input = arguments.at("input").get_object();
              if (field == "createUser") return create_user(input);
              if (field == "generateApiKey") return generate_key(input);
              if (field == "deleteApiKey") return delete_key(input);
              return change_user(field, input);
            }};
  }

 private:
  static json::string_view view(std::string_view text) { return {text.data(), text.size()}; }
  static json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value() : json::value(view(text));
  }
  static Failure denied() { return {"permission denied", "PERMISSION_ERROR"}; }
  static std::optional<std::string> text(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(view(key));
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string().data(), value->get_string().size());
  }
  static std::optional<bool> flag(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(view(key));
    return value && value->is_bool() ? std::optional(value->get_bool()) : std::nullopt;
  }
  static NodePtr node(std::string_view type, std::function<Resolved(std::string_view, const json::object&)> field) {
    return std::make_shared<const Node>(Node{type, std::move(field)});
  }

  /// A connection over all of `nodes`: the part that `first` and `after` ask for, at most `most`.
  static NodePtr connection(std::string_view type, std::vector<NodePtr> nodes, const json::object& arguments,
                            std::size_t most) {
    const auto* first = arguments.if_contains("first");
    if (first != nullptr && first->is_int64())
      most = std::min(most, static_cast<std::size_t>(std::max<std::int64_t>(first->get_int64(), 0)));
    std::uint64_t asked = 0;
    if (const auto after = text(arguments, "after"))
      asked = std::strtoull(after->substr(std::min<std::size_t>(after->size(), 7)).c_str(), nullptr, 10);
    const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(asked, nodes.size()));
    const auto end = std::min(nodes.size(), begin + most);
    return node(type, [=, all = std::move(nodes)](std::string_view field, const json::object&) -> Resolved {
      if (field == "pageInfo") return page_info(begin, end, all.size());
      std::vector<NodePtr> edges;
      const auto edge_type = type == "UserConnection"     ? "UserEdge"
                             : type == "ApiKeyConnection" ? "ApiKeyEdge"
                                                          : "EntityEdge";
      for (auto i = begin; i != end; ++i) {
        edges.push_back(node(edge_type, [one = all[i], i](std::string_view name, const json::object&) -> Resolved {
          if (name == "node") return one;
          return json::value(cursor(i + 1));
        }));
      }
      return edges;
    });
  }
  static std::string cursor(std::size_t at) { return "cursor:" + std::to_string(at); }
  static NodePtr page_info(std::size_t begin, std::size_t end, std::size_t size) {
    return node("PageInfo", [=](std::string_view field, const json::object&) -> Resolved {
      if (field == "hasNextPage") return json::value(end < size);
      if (field == "hasPreviousPage") return json::value(begin > 0);
      if (begin == end) return json::value();
      return json::value(cursor(field == "endCursor" ? end : begin + 1));
    });
  }

  [[nodiscard]] NodePtr user(StoredUser* stored) const {
    if (stored == nullptr) return nullptr;
    return node("User", [this, stored](std::string_view field, const json::object& arguments) {
      return user_field(*stored, field, arguments);
    });
  }

  [[nodiscard]] Resolved user_field(StoredUser& stored, std::string_view field, const json::object& arguments) const {
    if (field == "apiKeys") return keys(stored, arguments);
    if (field == "teams") return teams(stored, arguments);
    if (field == "id") return json::value(view(stored.id));
    if (field == "name") return json::value(view(stored.name));
    if (field == "username" || field == "entity") return json::value(view(stored.username));
    if (field == "email") return json::value(view(stored.email));
    if (field == "admin") return json::value(stored.admin);
    if (field == "accountType") return json::value(view(stored.account_type));
    if (field == "createdAt") return json::value("2024-01-01T00:00:00Z");
    if (field == "deletedAt") return stored.deleted ? json::value("2024-06-01T00:00:00Z") : json::value();
    if (field == "flags") return json::value("{}");
    if (field == "photoUrl") return text_or_null(stored.photo_url);
    if (field == "defaultEntity") return stored.default_entity.empty() ? NodePtr() : entity(stored.default_entity);
    if (field == "private") return json::value(stored.is_private);
    if (field == "hideTeamsFromPublic") return json::value(stored.hide_teams);
    if (field == "signupRequired") return json::value(false);
    if (field == "totalRuns") return json::value(0);
    return json::value();
  }

  [[nodiscard]] Resolved keys(StoredUser& stored, const json::object& arguments) const {
    if (!caller_.may_see_keys) return Failure{"relogin required", "RELOGIN"};
    if (&stored != caller_.user && !caller_.admin) return denied();
    std::vector<NodePtr> nodes;
    for (const auto& key : stored.keys) nodes.push_back(this->key(stored, key, false));
    return connection("ApiKeyConnection", std::move(nodes), arguments, state_.keys_per_page);
  }

  [[nodiscard]] NodePtr key(StoredUser& owner, StoredKey key, bool fresh) const {
    return node("ApiKey",
                [this, &owner, key = std::move(key), fresh](std::string_view field, const json::object&) -> Resolved {
                  if (field == "id") return json::value(view(key.id));
                  if (field == "name")
                    return json::value(view(fresh ? std::string_view(key.secret) : state_.name_of(key)));
                  if (field == "description")
                    return key.description ? json::value(view(*key.description)) : json::value();
                  if (field == "ips") return json::value(json::array{});
                  if (field == "user") return user(&owner);
                  return json::value();
                });
  }

  static NodePtr entity(const std::string& name) {
    return node("Entity", [name](std::string_view field, const json::object&) -> Resolved {
      if (field == "name" || field == "id") return json::value(view(name));
      if (field == "isTeam") return json::value(true);
      if (field == "memberCount") return json::value(1);
      if (field == "createdAt") return json::value("2024-01-01T00:00:00Z");
      return json::value();
    });
  }

  [[nodiscard]] Resolved teams(const StoredUser& stored, const json::object& arguments) const {
    std::vector<NodePtr> nodes;
    for (const auto& team : stored.teams) nodes.push_back(entity(team));
    return connection("EntityConnection", std::move(nodes), arguments, stored.teams.size());
  }

  [[nodiscard]] Resolved users(const json::object& arguments) const {
    if (!caller_.admin) return denied();
    const auto query = text(arguments, "query").value_or("");
    const auto listed = [&](std::string_view argument, const std::string& value) {
      const auto* list = arguments.if_contains(view(argument));
      if (list == nullptr || list->is_null()) return true;
      if (list->is_string()) return std::string_view(list->get_string().data(), list->get_string().size()) == value;
      return std::find(list->get_array().begin(), list->get_array().end(), json::value(view(value))) !=
             list->get_array().end();
    };
    const auto matches = [&](std::string_view value) {
      if (value.size() < query.size()) return false;
      return wandb::detail::equal_ignoring_case(value.substr(0, query.size()), query) ||
             wandb::detail::equal_ignoring_case(value.substr(value.size() - query.size()), query);
    };
    std::vector<NodePtr> nodes;
    for (auto& stored : state_.users) {
      if (!listed("ids", stored.id) || !listed("usernames", stored.username)) continue;
      if (matches(stored.username) || matches(stored.email)) nodes.push_back(user(&stored));
    }
    return connection("UserConnection", std::move(nodes), arguments, state_.users_per_page);
  }

  [[nodiscard]] NodePtr payload(std::string_view type, std::string_view member, NodePtr value) const {
    return node(type, [member, value = std::move(value)](std::string_view field, const json::object&) -> Resolved {
      return field == member ? Resolved(value) : Resolved(json::value());
    });
  }

  [[nodiscard]] Resolved create_user(const json::object& input) const {
    if (!caller_.admin) return denied();
    const auto email = text(input, "email").value_or("");
    if (email.find('@') == email.npos) return Failure{"invalid email", "BAD_USER_INPUT", 400};
    if (state_.find(email) != nullptr) return Failure{"user already exists", "CONFLICT", 409};
    ++state_.executed["createUser"];
    const auto id = state_.add_user(email, {}, {}, flag(input, "admin").value_or(false));
    return payload("CreateUserPayload", "user", user(state_.find(id)));
  }

  [[nodiscard]] Resolved generate_key(const json::object& input) const {
    ++state_.executed["generateApiKey"];
    auto& made = state_.add_key(*caller_.user, text(input, "description"));
    return payload("GenerateApiKeyPayload", "apiKey", key(*caller_.user, made, true));
  }

  [[nodiscard]] Resolved delete_key(const json::object& input) const {
    const auto id = text(input, "id").value_or("");
    for (auto& owner : state_.users) {
      for (std::size_t i = 0; i != owner.keys.size(); ++i) {
        if (owner.keys[i].id != id) continue;
        if (&owner != caller_.user && !caller_.admin) return denied();
        ++state_.executed["deleteApiKey"];
        state_.delete_key(owner, i);
        return success(true);
      }
    }
    return success(false);
  }
  static NodePtr success(bool value) {
    return node("DeleteApiKeyPayload", [value](std::string_view field, const json::object&) -> Resolved {
      return field == "success" ? json::value(value) : json::value();
    });
  }

  [[nodiscard]] Resolved change_user(std::string_view field, const json::object& input) const {
    auto* stored = state_.find(text(input, "id").value_or(caller_.user->id));
    if (stored != caller_.user && !caller_.admin) return denied();
    if (stored == nullptr) return Failure{"user not found", "NOT_FOUND", 404};
    if (field == "deleteUser" && stored->deleted) return Failure{"user not found", "NOT_FOUND", 404};
    if (input.contains("admin") && !caller_.admin) return denied();
    ++state_.executed[std::string(field)];
    if (field == "deleteUser") stored->deleted = true;
    else if (field == "undeleteUser") stored->deleted = false;
    else apply(*stored, input);
    const auto type = field == "deleteUser"     ? "DeleteUserPayload"
                      : field == "undeleteUser" ? "UndeleteUserPayload"
                                                : "UpdateUserPayload";
    return payload(type, "user", user(stored));
  }
  static void apply(StoredUser& stored, const json::object& input) {
    const auto set = [](auto& member, const auto& value) {
      if (value) member = *value;
    };
    set(stored.name, text(input, "name"));
    set(stored.email, text(input, "primaryEmail"));
    set(stored.photo_url, text(input, "photoUrl"));
    set(stored.default_entity, text(input, "defaultEntity"));
    set(stored.admin, flag(input, "admin"));
    set(stored.is_private, flag(input, "private"));
    set(stored.hide_teams, flag(input, "hideTeamsFromPublic"));
  }

  AccountState& state_;
  const Caller& caller_;
};

}  // namespace wandb::testing::detail
