// What the changing methods of `Api` and `User` ask and make of the answers. No I/O.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/call/step.hpp>
#include <wandb/detail/flow/read_methods.hpp>
#include <wandb/detail/user/cursor_guard.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/graphql/request_body.hpp>
#include <wandb/keys.hpp>
#include <wandb/secret.hpp>

namespace wandb::detail {

/// A mutation whose refusal may be the echo of its own earlier, lost success. A look then shows what is; whatever it
/// is that is looked for, looking does no harm.
[[nodiscard]] inline bool may_be_own_echo(const Error& error) {
  return error.outcome() == Outcome::unknown && error.status() != 0 && error != errc::not_the_service &&
         (error == condition::rejected || error == condition::not_found || error == condition::conflict);
}

/// The same error, now that a look has shown whether the mutation took effect.
[[nodiscard]] inline Error with_outcome(const Error& error, Outcome outcome) {
  auto details = error.details();
  details.outcome = outcome;
  return Error(error.code(), std::move(details));
}

/// The error of a mutation that was answered without what it is for: the server's words, which say that it ran, or
/// none.
[[nodiscard]] inline Error incomplete(const Reply& reply, const Operation& operation, std::string_view place,
                                      std::string_view reason) {
  if (reply.failure) return *reply.failure;
  for (const auto& error : reply.errors) {
    return with_outcome(to_error(operation.field, error, reply.status), Outcome::ran);
  }
  return malformed_mutation(operation, std::string(operation.field).append(".").append(place), reason, reply.status);
}

/// What is said beside a mutation's data, where that data stands all the same: the first few of it.
[[nodiscard]] inline std::vector<Error> said_beside(const Reply& reply, const Operation& operation) {
  std::vector<Error> said;
  for (const auto& error : reply.errors) {
    if (said.size() == max_told) break;
    said.push_back(to_error(operation.field, error, reply.status));
  }
  return said;
}

/// Makes a user.
class CreateUser {
 public:
  using value_type = UserRecord;
  CreateUser(std::string_view email, bool admin) : body_(graphql::create_user) {
    body_.add("email", email).add("admin", admin);
  }

  [[nodiscard]] Step<value_type> start() { return Ask{&graphql::create_user, body_.take(), nullptr}; }
  [[nodiscard]] Step<value_type> resume(Answer answer) {
    if (!answer) return finished<value_type>(answer.error());
    if (answer->failure) return finished<value_type>(*answer->failure);
    auto record = record_at(*answer, "createUser", false, "user");
    if (record) return finished<value_type>(std::move(*record));
    return finished<value_type>(incomplete(*answer, graphql::create_user, "user", "it is missing"));
  }

 private:
  graphql::RequestBody body_;
};

/// Makes a key for the user as whom it is asked.
class GenerateKey {
 public:
  using value_type = Secret;
  GenerateKey(UserRecord user, IdentityPtr as, std::optional<std::string_view> description)
      : user_(std::move(user)), as_(std::move(as)), body_(graphql::generate_api_key) {
    if (description) body_.add("description", *description);
  }

  [[nodiscard]] Step<value_type> start() {
    return Ask{&graphql::generate_api_key, body_.take(), as_, subject_of(user_)};
  }
  [[nodiscard]] Step<value_type> resume(Answer answer) {
    if (!answer) return finished<value_type>(answer.error());
    const auto payload = answer->root.object("generateApiKey");
    const auto node = payload ? payload->object("apiKey") : std::nullopt;
    const auto name = node ? node->string("name").value_or(std::string_view{}) : std::string_view{};
    if (!may_be_api_key(name)) {
      return finished<value_type>(
          incomplete(*answer, graphql::generate_api_key, "apiKey.name", "it is not an API key"));
    }
    // Also where something failed besides: the secret is shown this once.
    user_.add_key(KeyAccess::make(answer->page, *node, true));
    user_.hear(said_beside(*answer, graphql::generate_api_key));
    if (answer->failure) return finished<value_type>(*answer->failure);
    return finished<value_type>(Secret(name));
  }

 private:
  UserRecord user_;
  IdentityPtr as_;
  graphql::RequestBody body_;
};

/// Deletes a key by its id, as the caller.
class DeleteKey {
 public:
  using value_type = void;
  DeleteKey(UserRecord user, std::string id) : user_(std::move(user)), id_(std::move(id)) {}

  [[nodiscard]] Step<void> start() {
    graphql::RequestBody body(graphql::delete_api_key);
    body.add("id", id_);
    return Ask{&graphql::delete_api_key, body.take(), nullptr, subject_of(user_)};
  }

  [[nodiscard]] Step<void> resume(Answer answer) {
    if (doubt_) return looked(std::move(answer));
    if (!answer) return may_be_own_echo(answer.error()) ? look(answer.error()) : finished<void>(answer.error());
    const auto payload = answer->root.object("deleteApiKey");
    const auto done = payload ? payload->boolean("success") : std::nullopt;
    if (!done) return finished<void>(incomplete(*answer, graphql::delete_api_key, "success", "it is missing"));
    user_.hear(said_beside(*answer, graphql::delete_api_key));
    if (*done) return gone(answer->failure);
    auto refusal = refused(*answer);
    return answer->ambiguous ? look(std::move(refusal)) : finished<void>(std::move(refusal));
  }

 private:
  // The server says itself that it did nothing, with or without words.
  [[nodiscard]] static Error refused(const Reply& reply) {
    auto code = make_error_code(errc::rejected);
    Error::Details details{.reason = "the server did not delete the key: it answered success: false",
                           .operation = "deleteApiKey",
                           .messages = {},
                           .status = reply.status,
                           .attempts = 1,
                           .outcome = reply.ambiguous ? Outcome::unknown : Outcome::not_run,
                           .delivery = Delivery::answered};
    details.messages = to_messages(reply.errors);
    if (reply.failure) code = reply.failure->code();
    return Error(code, std::move(details));
  }
  // `failure` is what the server says went wrong besides.
  [[nodiscard]] Step<void> gone(const std::optional<Error>& failure = {}) {
    user_.remove_key(id_);
    return finished<void>(failure ? Result<void>(*failure) : success());
  }

  // The refusal may mean that an earlier, unanswered try has deleted the key: see whether it is still there.
  [[nodiscard]] Step<void> look(Error doubt) {
    doubt_ = std::move(doubt);
    if (!user_.is_caller && user_.text("id").empty()) return finished<void>(*doubt_);
    return ask_keys(user_, {});
  }
  [[nodiscard]] Step<void> looked(Answer answer) {
    // Only what is shown as a whole shows that something is gone.
    if (!answer || !answer->errors.empty()) return finished<void>(*doubt_);
    const auto user = answer->root.object(user_.is_caller ? "viewer" : "user");
    const auto connection = user && is_about(user_, *user) ? user->object("apiKeys") : std::nullopt;
    if (!connection || connection->state("edges") != SlotState::rows) return finished<void>(*doubt_);
    const Nodes keys(answer->page, *user, "apiKeys");
    if (keys.size() != keys.edges.size()) return finished<void>(*doubt_);
    for (std::size_t i = 0; i != keys.size(); ++i) {
      if (keys[i].string("id") == id_) return finished<void>(with_outcome(*doubt_, Outcome::not_run));
    }
    if (tells_no_end(*connection)) return finished<void>(*doubt_);
    const auto cursor = next_page(*connection);
    if (!cursor) return gone();
    return guard_.leads_on(*cursor) ? ask_keys(user_, *cursor) : finished<void>(*doubt_);
  }

  UserRecord user_;
  std::string id_;
  std::optional<Error> doubt_;
  CursorGuard guard_;
};

/// A mutation that gives the changed user back: `updateUser`, `deleteUser`, `undeleteUser`.
class ChangeUser {
 public:
  using value_type = void;
  /// `body` is complete.
  ChangeUser(UserRecord user, const Operation& operation, std::string body)
      : user_(std::move(user)), operation_(&operation), body_(std::move(body)) {}

  [[nodiscard]] Step<void> start() { return Ask{operation_, std::move(body_), nullptr, subject_of(user_)}; }
  [[nodiscard]] Step<void> resume(Answer answer) {
    if (doubt_) return looked(std::move(answer));
    if (!answer) {
      const bool deletion = operation_ == &graphql::delete_user;
      return deletion && may_be_own_echo(answer.error()) ? look(answer.error()) : finished<void>(answer.error());
    }
    const auto fresh = reading_at(*answer, operation_->field, "user");
    if (fresh && !is_about(user_, fresh->object)) {
      return finished<void>(incomplete(*answer, *operation_, "user.id", "it is another user's"));
    }
    if (fresh) {
      user_.take(*fresh);
      return finished<void>(answer->failure ? Result<void>(*answer->failure) : success());
    }
    return finished<void>(incomplete(*answer, *operation_, "user", "it is missing"));
  }

 private:
  // The refusal may mean that an earlier, unanswered try has removed the user: see whether it is still there.
  [[nodiscard]] Step<void> look(Error doubt) {
    doubt_ = std::move(doubt);
    graphql::RequestBody body(graphql::user_state);
    body.add("id", user_.text("id"));
    return Ask{&graphql::user_state, body.take(), nullptr, subject_of(user_)};
  }
  [[nodiscard]] Step<void> looked(Answer answer) {
    if (!answer || !answer->errors.empty()) return finished<void>(*doubt_);
    const auto user = answer->root.object("user");
    const auto deleted_at = user ? user->state("deletedAt") : SlotState::string;
    if (deleted_at == SlotState::unloaded || (user && !is_about(user_, *user))) return finished<void>(*doubt_);
    if (deleted_at == SlotState::null) return finished<void>(with_outcome(*doubt_, Outcome::not_run));
    if (const auto now = reading_at(*answer, "user")) user_.take(*now);
    return finished<void>(success());
  }

  UserRecord user_;
  const Operation* operation_;
  std::string body_;
  std::optional<Error> doubt_;
};

/// Reads a user anew, keys and teams included, into the same handle. One whose id is not known is searched for.
class Reload {
 public:
  using value_type = void;
  explicit Reload(UserRecord user) : user_(std::move(user)) {
    if (user_.is_caller) fetch_.emplace(std::string{}, *user_.queries, true);
    else if (const auto id = user_.text("id"); !id.empty()) fetch_.emplace(id, *user_.queries, true);
    else search_.emplace(search_name(user_), *user_.queries, true);
  }
  /// By what a user without an id can be found; empty where there is nothing.
  [[nodiscard]] static Text search_name(const UserRecord& user) {
    auto email = user.text("email");
    return email.empty() ? user.text("username") : email;
  }

  [[nodiscard]] Step<void> start() {
    watch_ = user_.watch_keys();
    return follow(fetch_ ? fetch_->start() : search_->start());
  }
  [[nodiscard]] Step<void> resume(Answer answer) {
    return follow(fetch_ ? fetch_->resume(std::move(answer)) : search_->resume(std::move(answer)));
  }

 private:
  [[nodiscard]] Step<void> follow(Step<std::optional<UserRecord>> step) {
    if (!step.finished()) {
      step.ask().about = subject_of(user_);
      return std::move(step.ask());
    }
    auto& result = step.result();
    if (!result) return finished<void>(result.error());
    if (!*result)
      return finished<void>(
          Error(make_error_code(errc::not_found), "the user is not there any more", Delivery::answered));
    const auto& fresh = **result;
    if (fetch_ && !is_about(user_, fresh.object)) {
      return finished<void>(malformed(user_.is_caller ? "viewer.id" : "user.id", "it is another user's",
                                      fresh.store->first().errors.status()));
    }
    // What was searched for may be another user's name, id or e-mail as well.
    if (search_ && !user_.person().is(fresh.text("id"), fresh.text("username"), fresh.text("email"))) {
      return finished<void>(
          Error(make_error_code(errc::not_found), "no user of that e-mail or username was found", Delivery::answered));
    }
    user_.replace_with(fresh, watch_);
    return finished<void>(success());
  }

  UserRecord user_;
  KeyWatch watch_;
  std::optional<FetchUser> fetch_;
  std::optional<FindUser> search_;
};

}  // namespace wandb::detail
