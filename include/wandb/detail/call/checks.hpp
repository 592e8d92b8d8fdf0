// Checks arguments before anything is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/declare.hpp>
#include <wandb/error.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Makes an `errc::invalid_argument` of an operation: `what` cannot be used because of `why`.
[[nodiscard]] WANDB_DECL Error unusable(std::string_view operation, std::string_view what, std::string_view why);

/// Checks a text that the server will store: it must be UTF-8 without control characters.
[[nodiscard]] WANDB_DECL std::optional<Error> check_text(std::string_view operation, std::string_view what,
                                                         std::string_view text, bool may_be_empty = false);

/// Checks the id of the object to change. An empty id is `errc::attribute_not_loaded`.
[[nodiscard]] WANDB_DECL std::optional<Error> check_id(std::string_view operation, std::string_view what,
                                                       std::string_view id);

/// Throws `std::invalid_argument` for a mistake of the program. If exceptions are disabled, it returns the error.
WANDB_DECL Error misused(std::string_view operation, std::string_view what, std::string_view why);

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/call.ipp>
#endif
