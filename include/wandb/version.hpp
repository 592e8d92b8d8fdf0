// The library's version.
#pragma once

#include <string_view>

#include <wandb/detail/declare.hpp>

#define WANDB_USERS_VERSION_MAJOR 0
#define WANDB_USERS_VERSION_MINOR 1
#define WANDB_USERS_VERSION_PATCH 0

namespace wandb::inline WANDB_ABI {
/// The version of the library, as in `CHANGELOG.md`.
inline constexpr std::string_view version = "0.1.0";
}  // namespace wandb
