// The credentials of a request, and whether their owner was verified.
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

namespace wandb::inline WANDB_ABI::detail {

/// The known attributes that identify a user. Each text may be empty.
struct Person {
  std::string id;
  std::string username;
  std::string email;

  [[nodiscard]] bool known() const noexcept { return !id.empty() || !username.empty() || !email.empty(); }
  /// Whether `other` is the same user, judged by the most reliable attribute that is known of this one.
  [[nodiscard]] bool is(std::string_view other_id, std::string_view other_username,
                        std::string_view other_email) const noexcept {
    if (!id.empty()) return id == other_id;
    if (!email.empty()) return equal_ignoring_case(email, other_email);
    return !username.empty() && username == other_username;
  }
};

class Federation;

/// Credentials with their expected owner: a secret with its `Authorization` header, or a federated identity, whose
/// access tokens the federation has. Shared by all handles that use them.
class Identity {
 public:
  /// Makes the identity of the caller, who may be anybody. `source` says where the secret came from.
  explicit Identity(Secret secret, std::string source = {})
      : secret_(std::move(secret)),
        authorization_(basic_authorization(secret_.reveal())),
        source_(std::move(source)),
        standing_(Standing::proven) {}
  /// Makes the identity of `owner`. It must be verified before the secret is used.
  Identity(Secret secret, Person owner, std::string source = {}) : Identity(std::move(secret), std::move(source)) {
    owner_ = std::move(owner);
    standing_ = Standing::unproven;
  }

  // `federation.hpp` brings the definitions of the next two.
  /// Makes the federated identity of the caller, who may be anybody.
  explicit Identity(std::shared_ptr<Federation> federation);
  /// Makes the federated identity of `owner`. Each of its access tokens must be verified before it is used.
  Identity(std::shared_ptr<Federation> federation, Person owner);

  /// Null for a secret. A federated identity has neither secret nor header of its own.
  [[nodiscard]] const std::shared_ptr<Federation>& federation() const noexcept { return federation_; }
  [[nodiscard]] const Secret& secret() const noexcept { return secret_; }
  [[nodiscard]] std::string_view authorization() const noexcept { return authorization_; }
  /// The part of the header that contains the secret.
  [[nodiscard]] std::string_view token() const noexcept { return token_of(authorization_); }
  /// The setting, file or function that the secret came from; empty if the server sent it.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] const Person& owner() const noexcept { return owner_; }
  [[nodiscard]] bool proven() const noexcept { return standing() == Standing::proven; }
  /// Whether requests need no further proof. A federated identity is proven for one access token at a time, since its
  /// next identity token may be another person's. `token` is the access token's number; 0 for a secret.
  [[nodiscard]] bool proven(std::uint64_t token) const noexcept {
    if (!proven() || !federation_) return proven();
    const auto known = proven_token_.load(std::memory_order_relaxed);
    return known == token || known == every_token;
  }
  void prove(std::uint64_t token) const noexcept {
    proven_token_.store(token, std::memory_order_relaxed);
    standing_.store(Standing::proven, std::memory_order_release);
  }
  /// Whether the server rejected the secret, or showed that it belongs to somebody else.
  [[nodiscard]] bool refused() const noexcept { return unknown() || standing() == Standing::another; }
  /// Whether the server does not know the secret: it was deleted, or never was a key.
  [[nodiscard]] bool unknown() const noexcept { return standing() == Standing::unknown; }
  void refuse(bool known) const noexcept {
    standing_.store(known ? Standing::another : Standing::unknown, std::memory_order_release);
  }

 private:
  enum class Standing : std::uint8_t { unproven, proven, unknown, another };
  [[nodiscard]] Standing standing() const noexcept { return standing_.load(std::memory_order_acquire); }

  static constexpr auto every_token = ~std::uint64_t{0};

  Secret secret_;
  SecureString authorization_;
  std::shared_ptr<Federation> federation_;
  std::string source_;
  Person owner_;
  mutable std::atomic<std::uint64_t> proven_token_{0};
  mutable std::atomic<Standing> standing_{Standing::unproven};
};

using IdentityPtr = std::shared_ptr<const Identity>;

}  // namespace wandb::detail
