// The namespace that all others extend, and whether definitions are compiled with each unit or once.
#pragma once

// The version and the form are part of the names that a linker sees. Parts of a program that use another version or
// form than the rest share no definition with it, and do not link if they exchange objects of the library. C++ extends
// the `wandb` of an inline namespace where a header says `namespace wandb`, so each header includes this one first, or
// another header that does.
#if defined(WANDB_SEPARATE_COMPILATION)
inline namespace wandb_0_1_0_compiled {
#else
inline namespace wandb_0_1_0 {
#endif
namespace wandb {}
}

/// Stands before what an `impl/*.ipp` defines: with `WANDB_SEPARATE_COMPILATION` in one unit, which includes
/// `<wandb/src.hpp>`, else in each.
#if defined(WANDB_SEPARATE_COMPILATION)
#define WANDB_DECL
#else
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
