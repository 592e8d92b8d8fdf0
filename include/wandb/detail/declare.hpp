// Whether definitions are compiled with each unit or once.
#pragma once

/// Stands before what an `impl/*.ipp` defines: with `WANDB_SEPARATE_COMPILATION` in one unit, which includes
/// `<wandb/src.hpp>`, else in each.
#if defined(WANDB_SEPARATE_COMPILATION)
#define WANDB_DECL
#else
#define WANDB_DECL inline
#endif
