// Whose credentials a request carries, and whether that is proven.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/ascii.hpp>
#include <wandb/detail/base64.hpp>
#include <wandb/detail/secure_memory.hpp>
#include <wandb/secret.hpp>

namespace wandb::detail {

/// Who somebody is, as far as it is known: each text may be empty.
struct Person {
  std::string id;
  std::string username;
  std::string email;

  [[nodiscard]] bool known() const noexcept { return !id.empty() || !username.empty() || !email.empty(); }
  /// Whether the other is the same: by the surest attribute that is known of this one.
  [[nodiscard]] bool is(std::string_view other_id, std::string_view other_username,
                        std::string_view other_email) const noexcept {
    if (!id.empty()) return id == other_id;
    if (!email.empty()) return equal_ignoring_case(email, other_email);
    return !username.empty() && username == other_username;
  }
};

/// A secret with its `Authorization` header, made once, and whose it has to be. Shared by the handles that act with it.
class Identity {
 public:
  /// Whoever the secret belongs to: the caller.
  explicit Identity(Secret secret)
      : secret_(std::move(secret)), authorization_(basic_authorization(secret_.reveal())), proven_(true) {}
  /// `owner`, which has to be shown before the secret is used.
  Identity(Secret secret, Person owner) : Identity(std::move(secret)) {
    owner_ = std::move(owner);
    proven_ = false;
  }

  [[nodiscard]] const Secret& secret() const noexcept { return secret_; }
  [[nodiscard]] std::string_view authorization() const noexcept { return authorization_; }
  [[nodiscard]] const Person& owner() const noexcept { return owner_; }
  [[nodiscard]] bool proven() const noexcept { return proven_.load(std::memory_order_acquire); }
  void prove() const noexcept { proven_.store(true, std::memory_order_release); }

 private:
  Secret secret_;
  SecureString authorization_;
  Person owner_;
  mutable std::atomic<bool> proven_;
};

using IdentityPtr = std::shared_ptr<const Identity>;

}  // namespace wandb::detail
