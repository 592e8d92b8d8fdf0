// Deletes a key.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/mutation.hpp>
#include <wandb/detail/user/cursor_guard.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/keys.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// Deletes a key by its id, as the caller.
class DeleteKey {
 public:
  using value_type = void;
  /// Without an id there is a fault.
  DeleteKey(UserRecord user, Result<std::string> id) : user_(std::move(user)), request_(graphql::delete_api_key) {
    if (!id) {
      request_.refuse_if(id.error());
      return;
    }
    id_ = std::move(*id);
    request_.add_id("the key's id", id_).about(subject_of(user_));
  }

  [[nodiscard]] Step<void> start() { return std::move(request_); }

  [[nodiscard]] Step<void> resume(Result<GraphqlAnswer> answer) {
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
  [[nodiscard]] static Error refused(const GraphqlAnswer& reply) {
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
  [[nodiscard]] Step<void> looked(Result<GraphqlAnswer> answer) {
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
  GraphqlRequest request_;
  std::optional<Error> doubt_;
  CursorGuard guard_;
};

}  // namespace wandb::detail
