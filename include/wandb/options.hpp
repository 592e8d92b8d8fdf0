// Options of an `Api`, of one call, of a list of users, and of an update.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include <wandb/headers.hpp>
#include <wandb/retry.hpp>
#include <wandb/secret.hpp>
#include <wandb/stop_token.hpp>

namespace wandb::inline WANDB_ABI {

class IdentityToken;

/// The base URL of the public service.
inline constexpr std::string_view default_base_url = "https://api.wandb.ai";

/// Settings of an `Api` that override its environment. The members are views; the constructor copies the texts.
struct Options {
  /// The server. Default `WANDB_BASE_URL`, then the settings files that `wandb login` writes (`./wandb/settings`, then
  /// `$WANDB_CONFIG_DIR/settings` or `~/.config/wandb/settings`), then `https://api.wandb.ai`.
  std::string_view base_url{};
  /// The caller's API key; surrounding white space is removed. Default `WANDB_API_KEY`, or the identity token in the
  /// file `WANDB_IDENTITY_TOKEN_FILE` (both are `errc::invalid_environment`), then the netrc entry of the server's
  /// host, in `$NETRC`, or `~/.netrc`, or `~/_netrc`.
  SecretView api_key{};
  /// An identity token in place of the key, which is exchanged for access tokens. The constructor copies the handle.
  /// To give both is `errc::invalid_argument`.
  const IdentityToken* identity_token = nullptr;
  RetryPolicy retry{};                  ///< what is retried, and after which delays
  std::chrono::nanoseconds timeout{0};  ///< of one request; 0 means `WANDB_HTTP_TIMEOUT` (in seconds), else 19 s
  std::string_view user_agent{};        ///< appended to the library's own `User-Agent`
  bool allow_insecure_http = false;     ///< allows credentials over plain http to hosts other than loopback
  /// Headers to add to each request, for a proxy that checks who is calling, for instance. The values count as secrets.
  /// Each replaces the header of the same name in `WANDB_X_EXTRA_HTTP_HEADERS`, a JSON object of texts. Headers that
  /// the library or its transport sends itself, and `Proxy-Authorization`, are `errc::invalid_argument`. If neither
  /// names them, `WANDB_USERNAME` and `WANDB_USER_EMAIL` are sent as `X-WANDB-USERNAME` and `X-WANDB-USER-EMAIL`.
  std::span<const Header> extra_headers{};
};

/// Settings of one call. Handles do not keep them.
struct CallOptions {
  /// The time for the whole call, with retries, waits and further pages. With 0 or less it fails at once with
  /// `errc::timed_out`.
  std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();
  /// The point in time at which the call ends; if `timeout` ends earlier, that counts.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// A token that stops the call, which then fails with `errc::cancelled`. The call copies the token.
  const StopToken* stop = nullptr;
  /// Whether `Api::viewer` and `Api::user` read the user's API keys too; if not, `User::reload` loads them later. Other
  /// calls ignore this.
  bool keys = true;
};

/// Settings of `Api::users`. They hold for that range only.
struct PageOptions {
  int size = 100;             ///< the number of users to request at a time, at least 1; the server may return fewer
  std::string_view cursor{};  ///< where to begin, from `Users::cursor()`; empty means at the first user
  bool keys = true;           ///< whether to read each user's API keys too; if not, they are not loaded
};

/// The attributes that `User::update` changes: those that are set. The `User` then has the new values, except the
/// default entity, which `User::reload` reads.
struct UserUpdate {
  std::optional<std::string_view> name{};
  std::optional<bool> admin{};
  std::optional<std::string_view> default_entity{};
  std::optional<std::string_view> primary_email{};
  std::optional<std::string_view> photo_url{};
  std::optional<bool> is_private{};
  std::optional<bool> hide_teams_from_public{};
};

/// A struct that may be passed to an awaited call as a temporary. Its destructor must do nothing, since g++ 12 destroys
/// an aggregate temporary twice inside a `co_await` expression.
template <class T>
concept OptionsStruct = std::is_aggregate_v<T> && std::is_trivially_destructible_v<T>;

static_assert(OptionsStruct<Options> && OptionsStruct<CallOptions> && OptionsStruct<PageOptions> &&
              OptionsStruct<UserUpdate>);

}  // namespace wandb
