// What differs from the environment, for an `Api` or for one call.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <type_traits>

#include <wandb/retry.hpp>
#include <wandb/secret.hpp>
#include <wandb/stop_token.hpp>

namespace wandb {

/// The service's own server.
inline constexpr std::string_view default_base_url = "https://api.wandb.ai";

/// How an `Api` differs from its environment. Views only: everything is copied by the constructor that takes it.
struct Options {
  std::string_view base_url{};  ///< the server; else `WANDB_BASE_URL`, else `https://api.wandb.ai`
  /// The caller's key; else `WANDB_API_KEY`, else the netrc file's entry for the host: `$NETRC`, else `~/.netrc`, else
  /// `~/_netrc`. White space around it is no part of it.
  SecretView api_key{};
  RetryPolicy retry{};                  ///< what is repeated, and how soon
  std::chrono::nanoseconds timeout{0};  ///< for one request; 0: `WANDB_HTTP_TIMEOUT` (seconds), else 19 s
  std::string_view user_agent{};        ///< added to the library's own `User-Agent`
  bool allow_insecure_http = false;     ///< send credentials over plain http to a host that is not loopback
};

/// How one call differs from the others. Nothing of it is remembered.
struct CallOptions {
  /// For the whole call, repeats, waits and further pages included.
  std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();
  /// The same as a point in time; the earlier of the two counts.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// Stops the call, with `errc::cancelled`. The token is copied by the call.
  const StopToken* stop = nullptr;
  /// Whether `Api::viewer` and `Api::user` read the person's API keys as well. Left out they count as not loaded, and
  /// `User::reload` loads them. Other calls do not ask.
  bool keys = true;
};

/// How `Api::users` walks. Nothing of it is remembered beyond the walk.
struct PageOptions {
  int size = 100;             ///< users asked for at a time; the server may give fewer
  std::string_view cursor{};  ///< where to begin: what `cursor()` said, empty for the beginning
  bool keys = true;           ///< whether each user's API keys are read as well; left out they count as not loaded
};

/// What `User::update` changes: whatever is set. The handle then shows it, but for the default entity, which `reload()`
/// reads.
struct UserUpdate {
  std::optional<std::string_view> name{};
  std::optional<bool> admin{};
  std::optional<std::string_view> default_entity{};
  std::optional<std::string_view> primary_email{};
  std::optional<std::string_view> photo_url{};
  std::optional<bool> is_private{};
  std::optional<bool> hide_teams_from_public{};
};

/// What may be given to an awaited call as a temporary: g++ 12 destroys an aggregate temporary twice inside a
/// `co_await` expression, so that its destructor must do nothing.
template <class T>
concept OptionsStruct = std::is_aggregate_v<T> && std::is_trivially_destructible_v<T>;

static_assert(OptionsStruct<Options> && OptionsStruct<CallOptions> && OptionsStruct<PageOptions> &&
              OptionsStruct<UserUpdate>);

}  // namespace wandb
