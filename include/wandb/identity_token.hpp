// Where an identity token comes from: a function, or a file.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wandb/detail/declare.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

struct ReadLimit;

/// Gives identity tokens, one for each exchange.
class TokenSource {
 public:
  TokenSource() = default;
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;
  virtual ~TokenSource() = default;
  /// Returns the current token, which nobody has checked. A file is read within `limit`.
  [[nodiscard]] virtual Result<Secret> token(const ReadLimit& limit) = 0;
  /// The file that it is read from, in a form that is safe to print; empty for a function.
  [[nodiscard]] virtual std::string_view file() const noexcept { return {}; }
};

/// A function from which an `IdentityToken` can be made.
template <class F>
concept GivesToken = requires(F& function) {
  { function() } -> std::convertible_to<Result<Secret>>;
};

template <GivesToken F>
class TokenFunction final : public TokenSource {
 public:
  explicit TokenFunction(F function) : function_(std::move(function)) {}
  [[nodiscard]] Result<Secret> token(const ReadLimit& /*limit*/) override { return function_(); }

 private:
  F function_;
};

}  // namespace detail

/// Says where the identity token of a person or a workload comes from: a JWT of an identity provider that the server
/// trusts. The library exchanges it for an access token, and asks for it anew for each exchange. Copies share the
/// source.
class IdentityToken {
 public:
  /// Takes a function that returns the token as a `Secret` or a `Result<Secret>`. It is called once for each exchange,
  /// on the thread that runs the call: also on the thread of an event loop, so that it should not block for long. An
  /// `Api` and its copies call it one at a time; several that were made with the same token may call it at once. An
  /// error that it returns becomes the error of the call. What it throws passes through the call. It must not make a
  /// call with the same credentials itself, since that would wait for its own token.
  template <class F>
  requires(!std::same_as<F, IdentityToken> && detail::GivesToken<F>) explicit IdentityToken(F function)
      : source_(std::make_shared<detail::TokenFunction<F>>(std::move(function))) {}

  /// Reads the token from a file, which is opened for each exchange, since whoever issues the token replaces it there.
  /// White space around the token is removed. A call fails with `errc::unreadable_credentials` if the file cannot be
  /// read or holds no JWT. A regular file is read at once; a pipe is waited for, for 5 s at most, and no longer than
  /// the call's deadline and stop allow. An awaited call blocks its event loop meanwhile.
  [[nodiscard]] static IdentityToken file(std::string path);

  /// The source. For the library itself.
  [[nodiscard]] detail::TokenSource& source() const noexcept { return *source_; }

 private:
  explicit IdentityToken(std::shared_ptr<detail::TokenSource> source) noexcept : source_(std::move(source)) {}

  std::shared_ptr<detail::TokenSource> source_;
};

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/identity_token.ipp>
#endif
