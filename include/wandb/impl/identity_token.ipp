// The definitions of identity_token.hpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/config/secret_file.hpp>
#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/encoding.hpp>
#include <wandb/detail/text/key_format.hpp>
#include <wandb/error.hpp>
#include <wandb/identity_token.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

/// Makes the error of an identity token that cannot be used.
[[nodiscard]] inline Error unusable_token(const std::string& reason, std::string advice = {}) {
  return Error(make_error_code(errc::unreadable_credentials), Error::Details{.reason = reason,
                                                                             .advice = std::move(advice),
                                                                             .operation = {},
                                                                             .messages = {},
                                                                             .delivery = Delivery::nothing_sent});
}

class TokenFile final : public TokenSource {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)), shown_(mask_pasted_keys(path_)) {}

  [[nodiscard]] Result<Secret> token(const ReadLimit& limit) override {
    const auto text = read_secret_file(path_, limit);
    if (!text) return text.error();
    if (!*text) return unusable_token("there is no such file");
    if (const auto fault = encoding_fault(**text); !fault.empty()) return unusable_token(fault);
    return Secret(trimmed(without_mark(**text)));
  }
  [[nodiscard]] std::string_view file() const noexcept override { return shown_; }

 private:
  std::string path_;
  std::string shown_;
};

}  // namespace detail

WANDB_DECL IdentityToken IdentityToken::file(std::string path) {
  return IdentityToken(std::make_shared<detail::TokenFile>(std::move(path)));
}

}  // namespace wandb
