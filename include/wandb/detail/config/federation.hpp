// Federated identity: access tokens, for which identity tokens are exchanged.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/config/credentials_file.hpp>
#include <wandb/detail/declare.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/base64.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/identity_token.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// An access token of the server.
struct AccessToken {
  SecureString authorization;  ///< the `Authorization` header
  Secret assertion;            ///< the identity token that it was exchanged for, or that was current when it was read
  std::chrono::system_clock::time_point expires;
  std::uint64_t number = 0;  ///< its number among the access tokens of the federation, from 1
  bool from_file = false;    ///< whether it was read from the credentials file, so that it may be old

  /// The part of the header that is the token.
  [[nodiscard]] std::string_view token() const noexcept { return token_of(authorization); }
};
using AccessTokenPtr = std::shared_ptr<const AccessToken>;

/// Whether `Authorization: Bearer` may carry a text (RFC 6750, `b64token`), which is not longer than a header may be.
[[nodiscard]] constexpr bool is_bearer_token(std::string_view text) noexcept {
  constexpr std::string_view others = "-._~+/=";
  for (const char c : text) {
    if (!is_letter(c) && !is_digit(c) && others.find(c) == others.npos) return false;
  }
  return !text.empty() && text.size() <= std::size_t{64} * 1024;
}

/// Returns the claim `sub` of a JWT, which is not verified; empty if there is none.
[[nodiscard]] WANDB_DECL std::string subject_of_jwt(std::string_view jwt);

/// The access tokens of one identity token at one server. One call at a time exchanges the identity token, and the
/// other calls wait for it. Thread-safe.
class Federation {
 public:
  using WallTime = std::chrono::system_clock::time_point;
  /// An access token counts as expired this long before it is, so that it stays valid on its way.
  static constexpr std::chrono::minutes early{5};

  /// `giver` names what gave the identity token. `file` keeps the access tokens; if it is empty, none does.
  /// `file_source` says where its path is from.
  Federation(IdentityToken token, std::string_view giver, std::string file = {}, std::string base_url = {},
             std::string_view file_source = {});

  /// The file and the setting or function that the identity token comes from.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  /// The file that keeps the access tokens, and where its path is from.
  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] const std::string& file_source() const noexcept { return file_source_; }
  /// Reads the identity token anew. Fails with the error of its source, or with `errc::unreadable_credentials` if it
  /// does not have the shape of a JWT.
  [[nodiscard]] Result<Secret> read_assertion(const ReadLimit& limit) const;
  /// Returns the access token that the file has, unless it has expired, is not known to be for the `sub` of
  /// `assertion`, or an access token was rejected.
  [[nodiscard]] AccessTokenPtr read_stored(const Secret& assertion, WallTime now);
  /// Makes an access token, and writes it into the file, for which it waits for `patience` at most.
  [[nodiscard]] AccessTokenPtr store(StoredToken fresh, const Secret& assertion,
                                     std::chrono::nanoseconds patience = max_file_wait);

  /// What a call has to do.
  struct Access {
    AccessTokenPtr token;          ///< use this access token
    std::optional<Error> failure;  ///< fail, as the exchange did for which the call waited
    /// Neither: make this exchange if `claimed`, and else wait for it and ask again.
    std::uint64_t exchange = 0;
    bool claimed = false;
  };
  /// Answers a call that has waited for the exchange of number `waited_for`; 0 if it has not waited.
  [[nodiscard]] Access ask(std::uint64_t waited_for, WallTime now);
  /// Ends the exchange that the call has claimed, with a result that all who wait for it take as well.
  void end(Result<AccessTokenPtr> result);
  /// Ends it without a result, so that another call makes it.
  void abandon();
  /// Drops a token that the server has rejected.
  void drop(const AccessToken& token);

  /// The last access token, dropped or not; null if there was none.
  [[nodiscard]] AccessTokenPtr last() const;
  /// Whether the identity token may be that of the person with this e-mail: its `sub` is the e-mail, or is not known
  /// yet.
  [[nodiscard]] bool may_belong_to(std::string_view email) const;

 private:
  [[nodiscard]] AccessTokenPtr make(const StoredToken& stored, const Secret& assertion, bool from_file);

  IdentityToken token_;
  std::string source_;
  std::string file_;
  std::string base_url_;
  std::string file_source_;

  mutable std::mutex mutex_;  // guards what follows
  AccessTokenPtr last_;
  std::optional<Error> failure_;  // of the last exchange that ended with a result
  std::uint64_t tokens_ = 0;      // the number of access tokens so far
  std::uint64_t exchanges_ = 0;   // the number of exchanges so far
  std::uint64_t ended_ = 0;       // the last exchange that ended with a result
  bool exchanging_ = false;
  bool dropped_ = false;  // whether the server has rejected `last_`
};

/// The right to make the exchange, which a call has claimed. It is abandoned if the call ends without a result, also if
/// its coroutine is destroyed.
class ExchangeClaim {
 public:
  ExchangeClaim() = default;
  explicit ExchangeClaim(std::shared_ptr<Federation> federation) noexcept : federation_(std::move(federation)) {}
  ExchangeClaim(ExchangeClaim&&) noexcept = default;
  ExchangeClaim& operator=(ExchangeClaim&& other) noexcept {
    std::swap(federation_, other.federation_);
    return *this;
  }
  ~ExchangeClaim() {
    if (federation_) federation_->abandon();
  }

  [[nodiscard]] bool held() const noexcept { return federation_ != nullptr; }
  void end(Result<AccessTokenPtr> result) {
    if (federation_) federation_->end(std::move(result));
    federation_.reset();
  }

 private:
  std::shared_ptr<Federation> federation_;
};

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/federation.ipp>
#endif
