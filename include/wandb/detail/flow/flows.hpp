// Declares the functions that make the library's calls. A driver runs them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/answer.hpp>
#include <wandb/detail/call/call.hpp>
#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/declare.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/keys.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/retry.hpp>
#include <wandb/secret.hpp>
#include <wandb/variables.hpp>

namespace wandb::inline WANDB_ABI {

struct UserUpdate;
namespace graphql {
struct Document;
class DynamicDocument;
}  // namespace graphql

namespace detail {

/// Reads the caller's own user. The result is never empty: without a user it is an error.
[[nodiscard]] WANDB_DECL CallPtr<std::optional<UserRecord>> fetch_viewer(const Caller& caller,
                                                                         const CallOptions& options,
                                                                         const graphql::UserQueries& queries);
/// Finds the user whose username, e-mail or id is exactly `name`; nothing if there is none.
[[nodiscard]] WANDB_DECL CallPtr<std::optional<UserRecord>> find_user(const Caller& caller, const CallOptions& options,
                                                                      std::string_view name,
                                                                      const graphql::UserQueries& queries);
[[nodiscard]] WANDB_DECL CallPtr<UserRecord> create_user(const Caller& caller, const CallOptions& options,
                                                         std::string_view email, bool admin);

/// Generates a key for the user with the user's own credentials.
[[nodiscard]] WANDB_DECL CallPtr<Secret> generate_key(const Caller& caller, const CallOptions& options,
                                                      const UserRecord& user,
                                                      std::optional<std::string_view> description);
/// Deletes a key with the caller's credentials. If the keys are loaded and the key is not among them, that is misuse,
/// which is thrown at once.
[[nodiscard]] WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options,
                                                  const UserRecord& user, std::string_view name);
[[nodiscard]] WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options,
                                                  const UserRecord& user, const ApiKey& row);
[[nodiscard]] WANDB_DECL CallPtr<void> delete_key(const Caller& caller, const CallOptions& options,
                                                  const UserRecord& user, const Secret& secret);

[[nodiscard]] WANDB_DECL CallPtr<void> update_user(const Caller& caller, const CallOptions& options,
                                                   const UserRecord& user, const UserUpdate& changes);
[[nodiscard]] WANDB_DECL CallPtr<void> delete_user(const Caller& caller, const CallOptions& options,
                                                   const UserRecord& user);
[[nodiscard]] WANDB_DECL CallPtr<void> restore_user(const Caller& caller, const CallOptions& options,
                                                    const UserRecord& user);
[[nodiscard]] WANDB_DECL CallPtr<void> reload_user(const Caller& caller, const CallOptions& options,
                                                   const UserRecord& user);

/// The state of a walk through the users that a query finds. A range and its iterators share it; not thread-safe.
struct Walk;
using WalkPtr = std::shared_ptr<Walk>;
[[nodiscard]] WANDB_DECL WalkPtr make_walk(std::string_view query, const PageOptions& options,
                                           const graphql::UserQueries& queries);
/// A walk through the members of a team.
[[nodiscard]] WANDB_DECL WalkPtr make_team_walk(std::string_view team, const PageOptions& options,
                                                const graphql::UserQueries& queries);
/// Returns the next user if the page in memory has that user and all their keys, so that no call is needed.
[[nodiscard]] WANDB_DECL std::optional<Result<UserRecord>> next_without_call(Walk& walk);
/// Reads the next user; nothing at the end of the walk.
[[nodiscard]] WANDB_DECL CallPtr<std::optional<UserRecord>> next_user(const Caller& caller, const CallOptions& options,
                                                                      WalkPtr walk);
/// The cursor of the next page.
[[nodiscard]] WANDB_DECL std::string cursor_of(const Walk& walk);

/// Sends a program's own document, whose text has static storage. `repeat` says what repeating a mutation does; it says
/// nothing about a query.
[[nodiscard]] WANDB_DECL CallPtr<Answer> run_document(const Caller& caller, const CallOptions& options,
                                                      const graphql::Document& document, const Variables& variables,
                                                      Repeat repeat);
[[nodiscard]] WANDB_DECL CallPtr<Answer> run_document(const Caller& caller, const CallOptions& options,
                                                      const graphql::DynamicDocument& document,
                                                      const Variables& variables, Repeat repeat);
/// Sends a document of a schema that is not known.
[[nodiscard]] WANDB_DECL CallPtr<Answer> run_text(const Caller& caller, const CallOptions& options,
                                                  std::string_view document, const Variables& variables, Repeat repeat);

/// Makes a caller at the same server with the user's own credentials, or says why there are none.
[[nodiscard]] WANDB_DECL Result<Caller> as_user(const Caller& caller, const UserRecord& user);
/// Checks that a secret has the shape of an API key, else `errc::malformed_api_key`. `source` names its origin.
[[nodiscard]] WANDB_DECL Result<void> check_secret(const Secret& secret, std::string_view source);
/// Returns an error if a selected field is missing that the schema does not allow to be null.
[[nodiscard]] WANDB_DECL std::optional<Error> missing_field(const UserRecord& user);

}  // namespace detail
}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/flow.ipp>
#endif
