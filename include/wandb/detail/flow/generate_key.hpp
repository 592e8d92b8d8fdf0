// Generates an API key for a user with that user's credentials.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/flow/mutation.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/detail/user/user_record.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/keys.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Generates a key. The server gives it to the user whose credentials, `as`, the request carries.
class GenerateKey {
 public:
  using value_type = Secret;
  GenerateKey(UserRecord user, const Result<IdentityPtr>& as, std::optional<std::string_view> description)
      : user_(std::move(user)), request_(graphql::generate_api_key) {
    if (description) request_.add_text("description", "the description", *description, true);
    if (as) request_.as(*as).about(subject_of(user_));
    else request_.refuse_if(as.error());
  }

  [[nodiscard]] Step<value_type> start() { return std::move(request_); }
  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (!answer) return finished<value_type>(answer.error());
    const auto payload = answer->root.object("generateApiKey");
    const auto node = payload ? payload->object("apiKey") : std::nullopt;
    const auto name = node ? node->string("name").value_or(std::string_view{}) : std::string_view{};
    if (!may_be_api_key(name)) {
      return finished<value_type>(
          incomplete_error(*answer, graphql::generate_api_key, "apiKey.name", "it is not an API key"));
    }
    // The key is kept even if the answer has errors too, since a newer server shows the secret only once.
    user_.add_key(KeyAccess::make(answer->page, *node, true));
    user_.set_mutation_errors(errors_beside_data(*answer, graphql::generate_api_key, Outcome::ran));
    if (answer->failure) return finished<value_type>(*answer->failure);
    return finished<value_type>(Secret(name));
  }

 private:
  UserRecord user_;
  GraphqlRequest request_;
};

}  // namespace wandb::detail
