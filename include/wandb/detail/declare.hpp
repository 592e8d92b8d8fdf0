// Whether definitions are compiled with each unit or once.
#pragma once

/// Stands before what an `impl/*.ipp` defines: with `WANDB_SEPARATE_COMPILATION` in one unit, which includes
/// `<wandb/src.hpp>`, else in each.
#if defined(WANDB_SEPARATE_COMPILATION)
#define WANDB_DECL
#else
#include <wandb/detail/boost_version.hpp>
#define WANDB_DECL inline
#endif

namespace wandb::detail {

/// Whether the headers that this unit has read so far leave their definitions to another.
#if defined(WANDB_SEPARATE_COMPILATION)
inline constexpr bool separately_compiled = true;
#else
inline constexpr bool separately_compiled = false;
#endif

}  // namespace wandb::detail
