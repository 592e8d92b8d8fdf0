// The data of the in-memory server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/base64.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/detail/text/key_id.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// What a listed key's name is. In the answer that makes a key, it is the secret on both generations.
enum class Generation : std::uint8_t {
  older,  ///< the secret
  newer,  ///< the key ID, which is the first part of the secret
};

/// The form of a key's secret.
enum class KeyShape : std::uint8_t {
  legacy,  ///< 40 hexadecimal digits
  v1,      ///< that of 2026: `wandb_v1_`, 27 characters, `_`, and 49 more
};

namespace detail {

struct StoredKey {
  std::string id;
  std::string secret;
  std::optional<std::string> description;
};

struct StoredUser {
  std::string id;
  std::string email;
  std::string username;
  std::string name;
  std::string photo_url;
  std::string default_entity;
  std::string account_type = "USER";
  bool admin = false;
  bool is_private = false;
  bool hide_teams = false;
  bool deleted = false;
  std::vector<StoredKey> keys;
  std::vector<std::string> teams;
};

/// An access token that was made for an identity token.
struct StoredAccessToken {
  std::string token;
  std::string user_id;
  std::chrono::system_clock::time_point expires;
};

struct AccountState {
  Generation generation = Generation::newer;
  KeyShape key_shape = KeyShape::legacy;
  std::size_t users_per_page = 50;
  std::size_t keys_per_page = 50;
  std::deque<StoredUser> users;                            // A deque keeps references valid when users are added.
  std::map<std::string, std::string, std::less<>> owners;  // from an `Authorization` header to a user's id
  std::set<std::string, std::less<>> issuers;              // of the identity tokens that are accepted
  std::vector<StoredAccessToken> access_tokens;            // those that were not revoked
  std::chrono::seconds access_token_lifetime{3600};
  std::map<std::string, std::size_t, std::less<>> executed;
  std::mt19937_64 random{20};  // secrets that differ, and are the same in every run
  std::size_t made = 0;        // users and keys, for their ids

  [[nodiscard]] static std::string global_id(std::string_view type, std::size_t number) {
    std::string id;
    wandb::detail::encode_base64(std::string(type) + ":", std::to_string(number), [&](char c) { id += c; });
    return id;
  }

  std::string add_user(std::string email, std::string username, std::string name, bool admin) {
    StoredUser user;
    user.id = global_id("User", 1000 + ++made);
    user.username = username.empty() ? email.substr(0, email.find('@')) : std::move(username);
    user.name = name.empty() ? user.username : std::move(name);
    user.email = std::move(email);
    user.admin = admin;
    users.push_back(std::move(user));
    return users.back().id;
  }

  [[nodiscard]] std::string new_secret() {
    std::string secret;
    const auto add = [&](std::size_t count, std::string_view digits) {
      for (; count != 0; --count) secret += digits[static_cast<std::size_t>(random() % digits.size())];
    };
    if (key_shape == KeyShape::legacy) {
      add(40, "0123456789abcdef");
      return secret;
    }
    constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    secret = wandb::detail::key_mark_2026;
    add(27, digits);
    secret += '_';
    add(49, digits);
    return secret;
  }

  /// The name of a key in a list of keys.
  [[nodiscard]] std::string_view name_of(const StoredKey& key) const noexcept {
    return generation == Generation::older ? std::string_view(key.secret) : wandb::detail::key_id_of(key.secret);
  }

  StoredKey& add_key(StoredUser& user, std::optional<std::string> description) {
    auto secret = new_secret();
    owners.emplace(wandb::detail::basic_authorization(secret), user.id);
    user.keys.push_back({global_id("ApiKey", 1000 + ++made), std::move(secret), std::move(description)});
    return user.keys.back();
  }

  void delete_key(StoredUser& user, std::size_t index) {
    const auto header = wandb::detail::basic_authorization(user.keys[index].secret);
    owners.erase(owners.find(std::string_view(header)));
    user.keys.erase(user.keys.begin() + static_cast<std::ptrdiff_t>(index));
  }

  /// The user with that id, e-mail (in any case) or username, or null.
  [[nodiscard]] StoredUser* find(std::string_view who) {
    for (auto& user : users) {
      if (user.id == who || user.username == who || wandb::detail::equal_ignoring_case(user.email, who)) return &user;
    }
    return nullptr;
  }
  [[nodiscard]] const StoredUser* find(std::string_view who) const {
    return const_cast<AccountState*>(this)->find(who);
  }
  /// The number of times that a mutation has run and changed something.
  [[nodiscard]] std::size_t times_executed(std::string_view field) const {
    const auto found = executed.find(field);
    return found == executed.end() ? 0 : found->second;
  }
  /// The user with that id, e-mail or username. Throws `std::out_of_range` if there is none. Without exceptions it ends
  /// the program.
  [[nodiscard]] StoredUser& at(std::string_view who) {
    if (auto* user = find(who)) return *user;
#if defined(__cpp_exceptions)
    throw std::out_of_range("no user " + std::string(who));
#else
    std::fputs(("no user " + std::string(who) + "\n").c_str(), stderr);
    std::abort();
#endif
  }
  [[nodiscard]] const StoredUser& at(std::string_view who) const { return const_cast<AccountState*>(this)->at(who); }

  /// The user to whom the key in an `Authorization` header belongs. Null if there is none, or the user is deleted.
  [[nodiscard]] StoredUser* by_authorization(std::string_view header) {
    const auto owner = owners.find(header);
    auto* user = owner == owners.end() ? by_access_token(header) : find(owner->second);
    return user && !user->deleted ? user : nullptr;
  }

 private:
  [[nodiscard]] StoredUser* by_access_token(std::string_view header) {
    constexpr std::string_view scheme = "Bearer ";
    for (const auto& known : access_tokens) {
      if (!header.starts_with(scheme) || header.substr(scheme.size()) != known.token) continue;
      return known.expires > std::chrono::system_clock::now() ? find(known.user_id) : nullptr;
    }
    return nullptr;
  }
};

/// The caller of a request, and the permissions that the headers give.
struct Caller {
  StoredUser* user = nullptr;
  bool admin = false;
  bool may_see_keys = false;
};

}  // namespace detail
}  // namespace wandb::testing
