// Reloads a user.
#pragma once

#include <optional>
#include <utility>

#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/fetch_user.hpp>
#include <wandb/detail/flow/find_user.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/detail/user/user_store.hpp>
#include <wandb/result.hpp>
#include <wandb/text.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Reads a user again, keys and teams included, and replaces the data of the record. A user whose id is not known is
/// searched for by e-mail or username.
class Reload {
 public:
  using value_type = void;
  explicit Reload(UserRecord user) : user_(std::move(user)) {
    if (user_.is_caller) fetch_.emplace(std::string{}, *user_.queries, true);
    else if (const auto id = user_.text("id"); !id.empty()) fetch_.emplace(id, *user_.queries, true);
    else search_.emplace(search_text(user_), *user_.queries, true);
  }
  /// The text to search for: the e-mail, else the username; empty if neither is known.
  [[nodiscard]] static Text search_text(const UserRecord& user) {
    auto email = user.text("email");
    return email.empty() ? user.text("username") : email;
  }

  [[nodiscard]] Step<void> start() {
    if (!user_.is_caller) {
      const auto id = user_.text("id");
      const auto* const what = id.empty() ? "the user's e-mail or username" : "the user's id";
      if (auto fault = check_id("user", what, id.empty() ? search_text(user_) : id)) return finished<void>(*fault);
    }
    reload_start_ = user_.start_key_journal();
    return forward(fetch_ ? fetch_->start() : search_->start());
  }
  [[nodiscard]] Step<void> resume(Result<GraphqlAnswer> answer) {
    return forward(fetch_ ? fetch_->resume(std::move(answer)) : search_->resume(std::move(answer)));
  }

 private:
  [[nodiscard]] Step<void> forward(Step<std::optional<UserRecord>> step) {
    if (!step.finished()) {
      step.request().about(subject_of(user_));
      return std::move(step.request());
    }
    auto& result = step.result();
    if (!result) return finished<void>(result.error());
    if (!*result)
      return finished<void>(
          Error(make_error_code(errc::not_found), "the user is not there any more", Delivery::answered));
    const auto& fresh = **result;
    if (fetch_ && !is_about(user_, fresh.object)) {
      return finished<void>(malformed(user_.is_caller ? "viewer.id" : "user.id", "it is another user's",
                                      fresh.store->answer().errors.status()));
    }
    // The search may have found another user, whose username, id or e-mail is the same text.
    if (search_ && !user_.person().is(fresh.text("id"), fresh.text("username"), fresh.text("email"))) {
      return finished<void>(
          Error(make_error_code(errc::not_found), "no user of that e-mail or username was found", Delivery::answered));
    }
    user_.replace_with(fresh, reload_start_);
    return finished<void>(success());
  }

  UserRecord user_;
  KeyJournalPosition reload_start_;
  std::optional<FetchUser> fetch_;
  std::optional<FindUser> search_;
};

}  // namespace wandb::detail
