// Reads users from an answer, and assigns the answer's errors to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/answer/user_errors.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/detail/user/user_store.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Makes the error of a mutation whose answer is unusable. Its outcome is unknown.
[[nodiscard]] inline Error malformed_mutation(const Operation& operation, const std::string& path,
                                              std::string_view reason, int status) {
  auto error = malformed(path, reason, status);
  auto details = error.details();
  details.operation = operation.field;
  details.attempts = 1;
  details.outcome = Outcome::unknown;
  return Error(error.code(), std::move(details));
}

/// Finds the first selected field that may not be null and is missing. The path begins below `object`.
[[nodiscard]] inline std::optional<std::string> first_missing_field(const ObjectView& object) {
  for (const auto& field : object.fields()) {
    const std::string key(field.key);
    if (object.state(field.key) == SlotState::unloaded && !field.nullable) return key;
    if (const auto inner = object.object(field)) {
      if (const auto missing = first_missing_field(*inner)) return key + '.' + *missing;
    }
    const auto list = object.list(field);
    for (std::size_t i = 0; i != list.size(); ++i) {
      if (const auto missing = first_missing_field(list[i])) return key + '[' + std::to_string(i) + "]." + *missing;
    }
  }
  return std::nullopt;
}

/// Makes the error of something that is missing from an answer: the server's error whose path begins with `place`, else
/// `errc::malformed_response`.
[[nodiscard]] inline Error missing_error(const GraphqlAnswer& answer, std::string_view operation,
                                         const std::string& place) {
  for (const auto& error : answer.errors) {
    if (error.path.text().starts_with(place)) return to_error(operation, error, answer.status);
  }
  return malformed(place, "it is null, and no error says why", answer.status);
}

/// Finds a user at the root field `root` of a query, or in the field `below` of what a mutation returns; nothing if
/// that is null.
[[nodiscard]] inline std::optional<ObjectView> user_at(const GraphqlAnswer& answer, std::string_view root,
                                                       std::string_view below) noexcept {
  const auto object = answer.root.object(root);
  return object && !below.empty() ? object->object(below) : object;
}

/// Makes the `UserAnswer` of an answer about the one user that `user_at` finds: all errors with a path are that user's.
[[nodiscard]] inline UserAnswer answer_about(const GraphqlAnswer& answer, std::string_view root,
                                             std::string_view below) {
  const auto user_of = [](const GraphqlError& error) {
    return error.path.empty() ? std::nullopt : std::optional(std::uint32_t{0});
  };
  const auto errors = below.empty() ? UserErrors(root, answer.status, answer.errors, 1, user_of)
                                    : UserErrors(root, answer.status, answer.errors, 2, user_of, Outcome::ran);
  return {answer.page, errors};
}

/// Reads the user that `user_at` finds, for a record that exists.
[[nodiscard]] inline std::optional<Reading> reading_at(const GraphqlAnswer& answer, std::string_view root,
                                                       std::string_view below = {}) {
  const auto object = user_at(answer, root, below);
  if (!object) return std::nullopt;
  return Reading{std::make_shared<const UserAnswer>(answer_about(answer, root, below)), *object, 0};
}

/// Makes a new record of the user that `user_at` finds.
[[nodiscard]] inline std::optional<UserRecord> record_at(
    const GraphqlAnswer& answer, std::string_view root, bool is_caller, std::string_view below = {},
    const graphql::UserQueries& queries = graphql::plain_user_queries) {
  const auto object = user_at(answer, root, below);
  if (!object) return std::nullopt;
  return UserRecord{std::make_shared<UserStore>(answer_about(answer, root, below)), *object, 0, is_caller, &queries};
}

/// Makes the user the subject of a request, so that the user's known secrets are masked in what the answer says.
[[nodiscard]] inline Subject subject_of(const UserRecord& user) {
  return {
      user.store, user.object, user.index, [](const Subject& about) {
        return UserRecord{std::static_pointer_cast<UserStore>(about.store), about.object, about.index}.credentials();
      }};
}

/// Whether `object` may be that user: false if both ids are known and differ.
[[nodiscard]] inline bool is_about(const UserRecord& user, const ObjectView& object) {
  const auto id = object.string("id");
  const auto known = user.text("id");
  return !id || known.empty() || known == *id;
}

}  // namespace wandb::detail
