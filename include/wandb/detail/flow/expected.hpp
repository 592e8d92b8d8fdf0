// Compares the user in a mutation's answer with what was asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/answer/answer.hpp>
#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/flow/mutation.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/error.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// What the user must be like after a mutation. Names are not compared, because a server may write them otherwise.
struct Expected {
  std::string email{};  ///< empty for any; servers may change its case, and trim it
  std::optional<bool> admin{};
  std::optional<bool> is_private{};
  std::optional<bool> hide_teams_from_public{};
};

/// Returns the error of a mutation that ran, but whose answer shows that its effect is another one than was asked for.
/// A field that is null or missing shows nothing.
[[nodiscard]] inline std::optional<Error> contradiction(const GraphqlAnswer& answer, const Operation& operation,
                                                        const ObjectView& user, const Expected& expected) {
  std::string shown;
  const auto compare = [&](std::string_view key, std::optional<bool> wanted) {
    const auto now = user.boolean(key);
    if (!shown.empty() || !wanted || !now || *now == *wanted) return;
    shown.append(key).append(*wanted ? ": false, and true was asked for" : ": true, and false was asked for");
  };
  compare("admin", expected.admin);
  compare("private", expected.is_private);
  compare("hideTeamsFromPublic", expected.hide_teams_from_public);
  const auto email = user.string("email");
  if (email && !expected.email.empty() && !equal_ignoring_case(trimmed(*email), trimmed(expected.email))) {
    shown = "another e-mail than was asked for";
  }
  if (shown.empty()) return std::nullopt;
  return rejected_error(answer, operation.field, "the server did something else: its answer shows " + shown,
                        Outcome::ran, "look at the user before trying again");
}

}  // namespace wandb::detail
