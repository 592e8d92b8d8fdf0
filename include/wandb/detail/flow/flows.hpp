// The library's operations as calls: made here, carried out by a driver.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/call/call.hpp>
#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/declare.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/error.hpp>
#include <wandb/keys.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>

namespace wandb {

struct UserUpdate;

namespace detail {

/// The caller's own user; there is one, or an error.
[[nodiscard]] WANDB_DECL CallPtr<std::optional<UserRecord>> fetch_viewer(const Caller& caller,
                                                                         const CallOptions& options,
                                                                         const graphql::UserQueries& queries);
/// The user of exactly that username, e-mail or id; nothing where there is none.
[[nodiscard]] WANDB_DECL CallPtr<std::optional<UserRecord>> find_user(const Caller& caller, const CallOptions& options,
                                                                      std::string_view name,
                                                                      const graphql::UserQueries& queries);
[[nodiscard]] WANDB_DECL CallPtr<UserRecord> create_user(const Caller& caller, const CallOptions& options,
                                                         std::string_view email, bool admin);

/// Makes a key for the user, as the user.
[[nodiscard]] WANDB_DECL CallPtr<Secret> generate_key(const Caller& caller, const CallOptions& options,
                                                      const UserRecord& user,
                                                      std::optional<std::string_view> description);
/// Deletes a key, as the caller. That no loaded key is the one that is meant is misuse, thrown at once.
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

/// A walk through the users that a query finds, page by page. Shared by a range and its iterators; one step at a time.
struct Walk;
using WalkPtr = std::shared_ptr<Walk>;
[[nodiscard]] WANDB_DECL WalkPtr make_walk(std::string_view query, const PageOptions& options,
                                           const graphql::UserQueries& queries);
/// The next user, where the page that was read last holds them whole: without a call.
[[nodiscard]] WANDB_DECL std::optional<Result<UserRecord>> next_at_hand(Walk& walk);
/// The next user; nothing at the end.
[[nodiscard]] WANDB_DECL CallPtr<std::optional<UserRecord>> next_user(const Caller& caller, const CallOptions& options,
                                                                      WalkPtr walk);
/// Where the page that follows begins.
[[nodiscard]] WANDB_DECL std::string cursor_of(const Walk& walk);

/// The credentials of the user, who is called at the caller's server, or why there are none.
[[nodiscard]] WANDB_DECL Result<Caller> as_user(const Caller& caller, const UserRecord& user);
/// `errc::malformed_api_key` where a secret does not have the shape of one; `source` says where it came from.
[[nodiscard]] WANDB_DECL Result<void> check_secret(const Secret& secret, std::string_view source);
/// What was asked for and did not come, although the schema promises it.
[[nodiscard]] WANDB_DECL std::optional<Error> missing_field(const UserRecord& user);

}  // namespace detail
}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/flow.ipp>
#endif
