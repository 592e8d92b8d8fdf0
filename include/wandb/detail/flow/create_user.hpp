// Creates a user.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/expected.hpp>
#include <wandb/detail/flow/mutation.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Creates a user by `createUser`.
class CreateUser {
 public:
  using value_type = UserRecord;
  CreateUser(std::string_view email, bool admin)
      : request_(graphql::create_user), expected_{.email = std::string(email)} {
    // Who asks for no admin may still get one, as the first user of a server. The user that is returned says so.
    if (admin) expected_.admin = true;
    request_.add_text("email", "the e-mail", email).add("admin", admin);
  }

  [[nodiscard]] Step<value_type> start() { return std::move(request_); }
  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (!answer) return finished<value_type>(answer.error());
    if (answer->failure) return finished<value_type>(*answer->failure);
    auto record = record_at(*answer, "createUser", false, "user");
    if (record) {
      const auto otherwise = contradiction(*answer, graphql::create_user, record->object, expected_);
      return otherwise ? finished<value_type>(*otherwise) : finished<value_type>(std::move(*record));
    }
    return finished<value_type>(incomplete_error(*answer, graphql::create_user, "user", "it is missing"));
  }

 private:
  GraphqlRequest request_;
  Expected expected_;
};

}  // namespace wandb::detail
