// Whether definitions are compiled with each unit or once, and a mark of that and of the version in each unit.
#pragma once

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

// A program whose units have different versions or forms of the library does not link; the linker names the version and
// the form that does not fit. Each unit defines the same inline variable, of which the linker keeps one definition. The
// other name of that definition has the version and the form, and each unit refers to its own. If the definition that
// is kept has another such name, that reference is undefined. clang replaces the reference by one to the variable, or
// defines the other name twice, so its units have no mark. With link-time optimisation nothing is noticed.
#if defined(__ELF__) && defined(__GNUC__) && !defined(__clang__)
extern "C" {
[[gnu::used]] inline const char wandb_users_has_one_version_and_one_form = 0;
#if defined(WANDB_SEPARATE_COMPILATION)
extern const char wandb_users_0_1_0_compiled [[gnu::alias("wandb_users_has_one_version_and_one_form")]];
[[gnu::used]] static const char* const version_and_form = &wandb_users_0_1_0_compiled;
#else
extern const char wandb_users_0_1_0_header_only [[gnu::alias("wandb_users_has_one_version_and_one_form")]];
[[gnu::used]] static const char* const version_and_form = &wandb_users_0_1_0_header_only;
#endif
}
#endif

}  // namespace wandb::detail
