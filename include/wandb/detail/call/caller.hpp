// A caller at a server: all of a client except its transport.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include <wandb/detail/declare.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI {
class IdentityToken;
}

namespace wandb::inline WANDB_ABI::detail {

struct Endpoint;
class Identity;
class Pace;
using IdentityPtr = std::shared_ptr<const Identity>;
using PacePtr = std::shared_ptr<Pace>;

/// The clock of a transport that has one, by which calls run instead of the steady clock. The transport must outlive
/// it.
struct TransportClock {
  const void* transport = nullptr;
  std::chrono::steady_clock::time_point (*now)(const void* transport) = nullptr;  ///< null without such a clock
};

/// Holds the server, the credentials, the pace and the clock of calls. Copies share all of them.
struct Caller {
  std::shared_ptr<const Endpoint> endpoint;
  Result<IdentityPtr> identity;  ///< the credentials, or why there are none
  PacePtr pace;                  ///< set only if many calls run at once
  TransportClock clock{};

  /// Returns a caller at the same server with other credentials, which may still have to be verified.
  [[nodiscard]] Caller as(IdentityPtr other) const {
    auto caller = *this;
    caller.identity = std::move(other);
    return caller;
  }
};

/// Reads the base URL, the credentials and the timeout. Each call reports a fault in them.
[[nodiscard]] WANDB_DECL Caller make_caller(const Options& options, const Environment& environment);
/// Returns the caller's settings, or what makes the caller unusable.
[[nodiscard]] WANDB_DECL Result<Settings> status_of(const Caller& caller);
/// Appends the settings of a transport to those of a caller.
WANDB_DECL void append(Settings& settings, Settings further);
/// Returns the server's origin, as a view.
[[nodiscard]] WANDB_DECL Origin origin_of(const Caller& caller) noexcept;
[[nodiscard]] WANDB_DECL std::string_view base_url_of(const Caller& caller) noexcept;
/// Returns a caller at the same server with that secret; `source` says where the secret came from.
[[nodiscard]] WANDB_DECL Caller with_secret(const Caller& caller, const Secret& secret, std::string_view source);
/// Returns a caller at the same server with a federated identity.
[[nodiscard]] WANDB_DECL Caller with_identity_token(const Caller& caller, const IdentityToken& token,
                                                    std::string_view source);
/// Returns the same caller with a pace, which its copies share.
[[nodiscard]] WANDB_DECL Caller paced(Caller caller);

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/call.ipp>
#endif
