// Arguments that cannot be right, found before anything is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <wandb/detail/declare.hpp>
#include <wandb/error.hpp>

namespace wandb::detail {

/// A value that cannot be used, as the error of an operation.
[[nodiscard]] WANDB_DECL Error unusable(std::string_view operation, std::string_view what, std::string_view why);

/// What is wrong with a text that the server is to hold, if anything.
[[nodiscard]] WANDB_DECL std::optional<Error> check_text(std::string_view operation, std::string_view what,
                                                         std::string_view text, bool may_be_empty = false);

/// What is wrong with the identifier of something that is to be changed, if anything.
[[nodiscard]] WANDB_DECL std::optional<Error> check_id(std::string_view operation, std::string_view what,
                                                       std::string_view id);

/// The program is at fault: throws `std::invalid_argument`; where there are no exceptions, the error to return instead.
WANDB_DECL Error misused(std::string_view operation, std::string_view what, std::string_view why);

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/call.ipp>
#endif
