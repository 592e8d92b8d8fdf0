// Whose credentials a request carries, and whether that is proven.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/base64.hpp>
#include <wandb/detail/text/secure_memory.hpp>
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
  /// Whoever the secret belongs to: the caller. `source` says where the secret came from.
  explicit Identity(Secret secret, std::string source = {})
      : secret_(std::move(secret)),
        authorization_(basic_authorization(secret_.reveal())),
        source_(std::move(source)),
        standing_(Standing::proven) {}
  /// `owner`, which has to be shown before the secret is used.
  Identity(Secret secret, Person owner, std::string source = {}) : Identity(std::move(secret), std::move(source)) {
    owner_ = std::move(owner);
    standing_ = Standing::unproven;
  }

  [[nodiscard]] const Secret& secret() const noexcept { return secret_; }
  [[nodiscard]] std::string_view authorization() const noexcept { return authorization_; }
  /// The part of it that tells the secret.
  [[nodiscard]] std::string_view token() const noexcept {
    return authorization().substr(authorization().find(' ') + 1);
  }
  /// A setting, a file or a function of ours; empty for what the server gave.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] const Person& owner() const noexcept { return owner_; }
  [[nodiscard]] bool proven() const noexcept { return standing() == Standing::proven; }
  void prove() const noexcept { standing_.store(Standing::proven, std::memory_order_release); }
  /// Whether the server would not have it, or showed that it is somebody else's.
  [[nodiscard]] bool refused() const noexcept { return unknown() || standing() == Standing::another; }
  /// Whether the server knows nobody by it: it was deleted, or never was one.
  [[nodiscard]] bool unknown() const noexcept { return standing() == Standing::unknown; }
  void refuse(bool known) const noexcept {
    standing_.store(known ? Standing::another : Standing::unknown, std::memory_order_release);
  }

 private:
  enum class Standing : std::uint8_t { unproven, proven, unknown, another };
  [[nodiscard]] Standing standing() const noexcept { return standing_.load(std::memory_order_acquire); }

  Secret secret_;
  SecureString authorization_;
  std::string source_;
  Person owner_;
  mutable std::atomic<Standing> standing_;
};

using IdentityPtr = std::shared_ptr<const Identity>;

}  // namespace wandb::detail
