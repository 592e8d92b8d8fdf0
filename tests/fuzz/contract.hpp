// The calls of the library, and what each promises about its effects.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/wandb.hpp>

#include "bytes.hpp"
#include "unreliable.hpp"

/// Returns the error of a call, or nothing if it succeeded.
using Ending = std::optional<wandb::Error>;

template <class T>
[[nodiscard]] Ending ended(const wandb::Result<T>& result) {
  return result ? Ending() : Ending(result.error());
}

/// A method, the mutation that it may execute, and how often.
struct Call {
  const char* mutation;  ///< empty: no mutation
  bool once = false;
  /// Whether a repeat changes nothing, and may report either success or an error.
  bool ends_something = false;
  Ending (*run)(const wandb::Api<UnreliableTransport>& api, const wandb::User<UnreliableTransport>& ann);
};

inline constexpr std::array calls{
    Call{"createUser", true, false,
         [](auto& api, auto&) { return ended(api.create_user("conflict@new@example.com")); }},
    Call{"generateApiKey", true, false,
         [](auto&, auto& ann) { return ended(ann.generate_api_key("unauthorized laptop")); }},
    Call{"deleteApiKey", false, true,
         [](auto&, auto& ann) {
           for (const auto& key : ann.keys()) return ended(ann.delete_api_key(key));
           return Ending(wandb::errc::keys_not_loaded);
         }},
    Call{"updateUser", false, false,
         [](auto&, auto& ann) { return ended(ann.update({.admin = true, .photo_url = "x"})); }},
    Call{"deleteUser", false, true, [](auto&, auto& ann) { return ended(ann.remove()); }},
    Call{"undeleteUser", true, false, [](auto&, auto& ann) { return ended(ann.restore()); }},
    Call{"", false, false, [](auto& api, auto&) { return ended(api.viewer()); }},
    Call{"", false, false, [](auto& api, auto&) { return ended(api.user("ANN@example.com")); }},
    Call{"", false, false, [](auto&, auto& ann) { return ended(ann.reload()); }},
    Call{"", false, false,
         [](auto& api, auto&) {
           Ending last;
           for (auto& user : api.users("", {.size = 1})) last = ended(user);
           return last;
         }},
};

/// An account with an admin, `root`, and a user, `ann`, each with a key.
struct World {
  World(bool newer, std::size_t keys_per_page)
      : account(newer ? wandb::testing::Generation::newer : wandb::testing::Generation::older) {
    account.add_user({.email = "root@example.com", .admin = true});
    root_key = account.add_key("root", "laptop");
    const auto id = account.add_user({.email = "ann@example.com"});
    ann_key = account.add_key("ann", "first");
    account.page_sizes(1, keys_per_page);
    ann = R"({"id":")" + id + R"(","apiKeys":{"edges":[{"node":{"id":")" + account.key_ids_of("ann").at(0) +
          R"(","name":"k"}}]}})";
  }
  wandb::testing::Account account;
  std::string root_key;
  std::string ann_key;
  std::string ann;  ///< the user as JSON, with the first key under the name `k`
};

/// Compares what a call reports with what the server did: it ran the method's mutation `ran` times, and other mutations
/// `others` times. `again` says that an earlier call had already done it.
inline void check(const Call& call, const Ending& ending, std::size_t ran, std::size_t others, bool again,
                  const Record& record) {
  using wandb::Outcome;
  const auto outcome = ending ? ending->outcome() : Outcome::ran;
  const auto shown = std::string(call.mutation) + ", executed " + std::to_string(ran) + ": " +
                     (ending ? ending->message() : "success") + " -> " + std::string(to_string(outcome));
  require(others == 0, "nothing else is done", shown);
  require(!call.once || ran <= 1, "what must not run twice does not", shown);
  if (*call.mutation == '\0') return require(!ending || outcome == Outcome::not_run, "a query did nothing", shown);
  const bool no_change = call.ends_something && again;
  require(outcome != Outcome::ran || ran > 0 || no_change, "what is told done is done", shown);
  require(outcome != Outcome::not_run || ran == 0, "what is told not run did not", shown);
  // A conflict on a repeat may result from the first request.
  const bool may_be_echo = ending && *ending == wandb::condition::conflict && record.requests > 1;
  require(outcome != Outcome::unknown || record.doubtful || may_be_echo, "what is known is told", shown);
  require(outcome == Outcome::ran || !record.proven, "data proves", shown);
}

/// Checks that no text of an error shows a secret, or a large part of one.
inline void check_secrets(const wandb::Error& error, std::string_view secret) {
  auto text = error.message() + '\n' + error.reason();
  for (const auto& said : error.messages()) text += '\n' + said.text + '\n' + said.path + '\n' + said.code;
  for (std::size_t at = 0; at + 12 <= secret.size(); ++at)
    require(text.find(secret.substr(at, 12)) == text.npos, "no secret is told", text);
}
