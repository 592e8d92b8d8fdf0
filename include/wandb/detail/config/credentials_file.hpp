// The file in which access tokens are kept between runs of programs. The service's own client uses the same file.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/declare.hpp>
#include <wandb/secret.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// An access token, whose it is, and when it expires.
struct StoredToken {
  Secret token;
  std::chrono::system_clock::time_point expires;
  std::string subject = {};  ///< the `sub` of the identity token; empty if it is not known
};

// The maximum time to wait for another program that writes the file.
inline constexpr std::chrono::seconds max_file_wait{1};

// The file saves exchanges, and no call depends on it. So neither function reports why a file cannot be used: the
// token is then exchanged anew.

/// Returns the access token for a server; nothing if the file has none that can be read.
[[nodiscard]] WANDB_DECL std::optional<StoredToken> read_stored_token(const std::string& file,
                                                                      std::string_view base_url);

/// Writes the access token for a server with the member `sub`, and keeps all else that the file holds. The file is
/// replaced as a whole, and only its owner may read it. A file that is not of this format stays as it is. Programs that
/// write at the same time wait for each other, for `patience` at most, by a lock on a file of the same name that ends
/// in
/// `.lock`. Returns whether the token was written.
WANDB_DECL bool store_token(const std::string& file, std::string_view base_url, const StoredToken& stored,
                            std::chrono::nanoseconds patience = max_file_wait);

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/credentials_file.ipp>
#endif
