// The file in which access tokens are kept between runs of programs. The service's own client uses the same file.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/declare.hpp>
#include <wandb/secret.hpp>

namespace wandb::detail {

/// An access token, and when it expires.
struct StoredToken {
  Secret token;
  std::chrono::system_clock::time_point expires;
};

// The file saves exchanges, and no call depends on it. So neither function reports why a file cannot be used: the
// token is then exchanged anew.

/// Returns the access token for a server; nothing if the file has none that can be read.
[[nodiscard]] WANDB_DECL std::optional<StoredToken> read_stored_token(const std::string& file,
                                                                      std::string_view base_url);

/// Writes the access token for a server, and keeps all else that the file holds. The file is replaced as a whole, and
/// only its owner may read it. A file that is not of this format stays as it is. Returns whether the token was written.
WANDB_DECL bool store_token(const std::string& file, std::string_view base_url, const StoredToken& stored);

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/credentials_file.ipp>
#endif
