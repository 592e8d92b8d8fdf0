// Defines what detail/flow/ declares.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/answer.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/change_requests.hpp>
#include <wandb/detail/flow/change_user.hpp>
#include <wandb/detail/flow/complete_keys.hpp>
#include <wandb/detail/flow/create_user.hpp>
#include <wandb/detail/flow/delete_key.hpp>
#include <wandb/detail/flow/fetch_user.hpp>
#include <wandb/detail/flow/find_key.hpp>
#include <wandb/detail/flow/find_user.hpp>
#include <wandb/detail/flow/flows.hpp>
#include <wandb/detail/flow/generate_key.hpp>
#include <wandb/detail/flow/next_user.hpp>
#include <wandb/detail/flow/own_document.hpp>
#include <wandb/detail/flow/own_identity.hpp>
#include <wandb/detail/flow/reload.hpp>
#include <wandb/detail/flow/run_document.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/graphql/document.hpp>
#include <wandb/graphql/dynamic_document.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/result.hpp>
#include <wandb/retry.hpp>
#include <wandb/selection.hpp>
#include <wandb/variables.hpp>

namespace wandb::inline WANDB_ABI {

WANDB_DECL const graphql::UserQueries& AnySelection::queries() noexcept { return graphql::plain_user_queries; }

namespace detail {

WANDB_DECL CallPtr<std::optional<UserRecord>> fetch_viewer(const Caller& caller, const CallOptions& options,
                                                           const graphql::UserQueries& queries) {
  return make_call(caller, options, FetchUser(std::string{}, queries, options.keys));
}

WANDB_DECL CallPtr<std::optional<UserRecord>> find_user(const Caller& caller, const CallOptions& options,
                                                        std::string_view name, const graphql::UserQueries& queries) {
  return make_call(caller, options, FindUser(std::string(name), queries, options.keys));
}

WANDB_DECL CallPtr<UserRecord> create_user(const Caller& caller, const CallOptions& options, std::string_view email,
                                           bool admin) {
  return make_call(caller, options, CreateUser(email, admin));
}

WANDB_DECL CallPtr<Secret> generate_key(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                        std::optional<std::string_view> description) {
  return make_call(caller, options, GenerateKey(user, own_identity(user, caller.identity), description));
}

WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                    std::string_view name) {
  return make_call(caller, options, DeleteKey(user, find_key_by_name(user, name)));
}
WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                    const ApiKey& row) {
  return make_call(caller, options, DeleteKey(user, find_key_by_row(user, row)));
}
WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                    const Secret& secret) {
  return make_call(caller, options, DeleteKey(user, find_key_by_secret(user, secret)));
}

WANDB_DECL CallPtr<void> update_user(const Caller& caller, const CallOptions& options, const UserRecord& user,
                                     const UserUpdate& changes) {
  return make_call(caller, options, ChangeUser(user, update_request(user, changes), expected_after(changes)));
}
WANDB_DECL CallPtr<void> delete_user(const Caller& caller, const CallOptions& options, const UserRecord& user) {
  return make_call(caller, options, ChangeUser(user, request_about(graphql::delete_user, user)));
}
WANDB_DECL CallPtr<void> restore_user(const Caller& caller, const CallOptions& options, const UserRecord& user) {
  return make_call(caller, options, ChangeUser(user, request_about(graphql::undelete_user, user)));
}
WANDB_DECL CallPtr<void> reload_user(const Caller& caller, const CallOptions& options, const UserRecord& user) {
  return make_call(caller, options, Reload(user));
}

WANDB_DECL WalkPtr make_walk(std::string_view query, const PageOptions& options, const graphql::UserQueries& queries) {
  auto walk = std::make_shared<Walk>();
  walk->queries = &queries;
  walk->query = query;
  walk->size = options.size;
  walk->keys = OptionalKeys(options.keys);
  walk->cursor = options.cursor;
  if (options.size < 1) walk->fault = unusable("users", "the page size", "is less than 1");
  if (!walk->fault) walk->fault = check_text("users", "the query", query, true);
  if (!walk->fault) walk->fault = check_text("users", "the cursor", options.cursor, true);
  return walk;
}

WANDB_DECL WalkPtr make_team_walk(std::string_view team, const PageOptions& options,
                                  const graphql::UserQueries& queries) {
  auto walk = make_walk({}, options, queries);
  walk->team = team;
  if (!walk->fault) walk->fault = check_text("users", "the team", team);
  return walk;
}

WANDB_DECL std::optional<Result<UserRecord>> next_without_call(Walk& walk) {
  if (walk.fault || !walk.has_next()) return std::nullopt;
  auto user = walk.take_next();
  if (user) {
    auto step = CompleteKeys(std::move(*user)).start();
    if (!step.finished()) {
      --walk.next;  // a call has to read the other keys
      return std::nullopt;
    }
    user = std::move(step.result());
  }
  walk.completing.reset();
  return user;
}

WANDB_DECL CallPtr<std::optional<UserRecord>> next_user(const Caller& caller, const CallOptions& options,
                                                        WalkPtr walk) {
  return make_call(caller, options, NextUser(std::move(walk)));
}

WANDB_DECL std::string cursor_of(const Walk& walk) { return walk.cursor; }

/// Makes the call of a document that is set in `own`.
[[nodiscard]] inline CallPtr<Answer> run_own(const Caller& caller, const CallOptions& options,
                                             const std::shared_ptr<OwnDocument>& own, const Variables& variables,
                                             Repeat repeat) {
  const auto json = variables.json();
  auto fault = prepare(*own, JsonValue(json), repeat);
  if (const auto status = variables.status(); !status) fault = status.error();
  const auto members = std::string_view(json).substr(1, json.size() - 2);
  return make_call(caller, options, RunDocument(own, members, std::move(fault)));
}

WANDB_DECL CallPtr<Answer> run_document(const Caller& caller, const CallOptions& options,
                                        const graphql::Document& document, const Variables& variables, Repeat repeat) {
  const auto own = std::make_shared<OwnDocument>();
  own->schema_is_known = true;
  own->operation.document = document.text;
  own->operation.shape = document.shape;
  return run_own(caller, options, own, variables, repeat);
}
WANDB_DECL CallPtr<Answer> run_document(const Caller& caller, const CallOptions& options,
                                        const graphql::DynamicDocument& document, const Variables& variables,
                                        Repeat repeat) {
  const auto own = std::make_shared<OwnDocument>();
  own->schema_is_known = true;
  own->operation.document = document->text;
  own->operation.shape = document->shape;
  own->owner = std::make_shared<const graphql::DynamicDocument>(document);
  return run_own(caller, options, own, variables, repeat);
}
WANDB_DECL CallPtr<Answer> run_text(const Caller& caller, const CallOptions& options, std::string_view document,
                                    const Variables& variables, Repeat repeat) {
  const auto own = std::make_shared<OwnDocument>();
  own->text = document;
  own->operation.document = own->text;
  return run_own(caller, options, own, variables, repeat);
}

WANDB_DECL Result<Caller> as_user(const Caller& caller, const UserRecord& user) {
  auto identity = own_identity(user, caller.identity);
  if (!identity) return identity.error();
  return caller.as(std::move(*identity));
}

WANDB_DECL Result<void> check_secret(const Secret& secret, std::string_view source) {
  const auto key = checked_key(secret.reveal(), source);
  return key ? success() : Result<void>(key.error());
}

WANDB_DECL std::optional<Error> missing_field(const UserRecord& user) {
  const auto missing = first_missing_field(user.object);
  if (!missing) return std::nullopt;
  return malformed(*missing, "it is missing, and was asked for", user.store->answer().errors.status());
}

}  // namespace detail
}  // namespace wandb
