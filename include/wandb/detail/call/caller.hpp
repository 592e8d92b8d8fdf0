// One caller at one server: all of a client but its transport.
#pragma once

#include <memory>
#include <string_view>

#include <wandb/detail/declare.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>

namespace wandb::detail {

struct Endpoint;
class Identity;
class Pace;
using IdentityPtr = std::shared_ptr<const Identity>;
using PacePtr = std::shared_ptr<Pace>;

/// Where calls go, as whom, and how fast. Copies share it all.
struct Caller {
  std::shared_ptr<const Endpoint> endpoint;
  Result<IdentityPtr> identity;  ///< the credentials, or why there are none
  PacePtr pace;                  ///< null but where many calls run at once

  /// The same server with other credentials, which may still have to be verified.
  [[nodiscard]] Caller as(IdentityPtr other) const {
    auto caller = *this;
    caller.identity = std::move(other);
    return caller;
  }
};

/// Reads base URL, credentials and timeout. What is wrong with them is kept, and returned by every call.
[[nodiscard]] WANDB_DECL Caller make_caller(const Options& options, const Environment& environment);
/// Success, or what makes the caller unusable.
[[nodiscard]] WANDB_DECL Result<void> status_of(const Caller& caller);
[[nodiscard]] WANDB_DECL std::string_view base_url_of(const Caller& caller) noexcept;
/// The same server with that secret; `source` says where it came from.
[[nodiscard]] WANDB_DECL Caller with_secret(const Caller& caller, const Secret& secret, std::string_view source);
/// The same caller with a pace, which its copies share.
[[nodiscard]] WANDB_DECL Caller paced(Caller caller);

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/call.ipp>
#endif
