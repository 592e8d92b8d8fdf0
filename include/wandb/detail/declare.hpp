// Whether definitions are compiled with each unit or once, and the namespace that has the version and that form.
#pragma once

#if !defined(__cpp_concepts) || !defined(__cpp_impl_coroutine)
#error "wandb-users needs C++20: compile with -std=c++20 or newer"
// This file does not exist, so that the compiler stops here, and not after a thousand errors that do not say so.
#include "wandb-users needs C++20"
#endif

/// `WANDB_DECL` stands before what an `impl/*.ipp` defines: with `WANDB_SEPARATE_COMPILATION` in one unit, which
/// includes `<wandb/src.hpp>`, else in each.
///
/// `WANDB_ABI` is an inline namespace around everything: programs write `wandb::User`, and the linker reads
/// `wandb::v0_1_0::User`. So units that have different versions or forms of the library cannot be mixed up: a type of
/// one is not a type of the other, and a definition that is missing is named with its version and form.
#if defined(WANDB_SEPARATE_COMPILATION)
#define WANDB_DECL
#define WANDB_ABI v0_1_0_compiled
#else
#define WANDB_DECL inline
#define WANDB_ABI v0_1_0
#endif

namespace wandb::inline WANDB_ABI::detail {

/// Whether the headers that this unit has read so far leave their definitions to another.
#if defined(WANDB_SEPARATE_COMPILATION)
inline constexpr bool separately_compiled = true;
#else
inline constexpr bool separately_compiled = false;
#endif

}  // namespace wandb::detail
