// Makes the requests that change a user.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/flow/expected.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/options.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Makes a mutation whose only variable so far is the user's id.
[[nodiscard]] inline GraphqlRequest request_about(const Operation& operation, const UserRecord& user) {
  GraphqlRequest request(operation);
  return std::move(request.add_id("the user's id", user.text("id")));
}

/// Returns what the user must be like after an update. A server may keep the old e-mail until the new one is confirmed.
[[nodiscard]] inline Expected expected_after(const UserUpdate& changes) {
  return {.admin = changes.admin,
          .is_private = changes.is_private,
          .hide_teams_from_public = changes.hide_teams_from_public};
}

/// Makes an update of the members of `changes` that are set.
[[nodiscard]] inline GraphqlRequest update_request(const UserRecord& user, const UserUpdate& changes) {
  const auto id = user.text("id");
  GraphqlRequest request(graphql::update_user);
  request.add("id", id.view());
  bool any = false;
  const auto add_text = [&](std::string_view variable, const std::optional<std::string_view>& value) {
    any = any || value;
    if (value) request.add_text(variable, variable, *value, true);
  };
  const auto add_flag = [&](std::string_view variable, const std::optional<bool>& value) {
    any = any || value;
    if (value) request.add(variable, *value);
  };
  add_text("name", changes.name);
  add_flag("admin", changes.admin);
  add_text("defaultEntity", changes.default_entity);
  add_text("primaryEmail", changes.primary_email);
  add_text("photoUrl", changes.photo_url);
  add_flag("private", changes.is_private);
  add_flag("hideTeamsFromPublic", changes.hide_teams_from_public);
  if (!any) request.refuse_if(unusable("updateUser", "the update", "changes nothing"));
  return std::move(request.refuse_if(check_id("updateUser", "the user's id", id)));
}

}  // namespace wandb::detail
