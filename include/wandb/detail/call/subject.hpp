// Whom an operation is about, and which secrets its answer may therefore echo.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/keys.hpp>

namespace wandb::detail {

/// The credentials that are known of one user.
struct KnownCredentials {
  static constexpr std::size_t max_keys = 4;
  IdentityPtr given{};
  KeyList keys{};  ///< those whose secret is known, `max_keys` at most
};

/// The user whom an operation is about. An answer may echo the credentials of that user, which are gathered only where
/// an answer has something to mask.
struct Subject {
  std::shared_ptr<void> store{};
  ObjectView object{};
  std::uint32_t index = 0;
  KnownCredentials (*read)(const Subject&) = nullptr;  ///< null: the operation is about nobody who is known

  [[nodiscard]] KnownCredentials credentials() const { return read != nullptr ? read(*this) : KnownCredentials(); }
};

/// The secrets that may be echoed by the answer to one request, and the one that the answer brings.
class SecretsOfRequest final : public KnownSecrets {
 public:
  /// `identity` asks, on behalf of `caller`, who may be null. Views all three.
  SecretsOfRequest(const Identity& identity, const Identity* caller, const Subject& about) noexcept
      : identity_(identity), caller_(caller), about_(about) {}

  void add(std::string_view secret) noexcept override { views_.back() = secret; }
  [[nodiscard]] std::span<const std::string_view> secrets() const override {
    if (!gathered_) gather();
    return views_;
  }

 private:
  void gather() const {
    gathered_ = true;
    credentials_ = about_.credentials();
    views_[0] = identity_.secret().reveal();
    views_[1] = identity_.token();
    if (caller_ != nullptr) {
      views_[2] = caller_->secret().reveal();
      views_[3] = caller_->token();
    }
    if (credentials_.given) views_[4] = credentials_.given->secret().reveal();
    for (std::size_t i = 0; i != credentials_.keys.size(); ++i) views_[5 + i] = KeyAccess::secret(credentials_.keys[i]);
  }

  const Identity& identity_;
  const Identity* caller_;
  const Subject& about_;
  mutable bool gathered_ = false;
  mutable KnownCredentials credentials_;
  mutable std::array<std::string_view, 6 + KnownCredentials::max_keys> views_{};
};

}  // namespace wandb::detail
