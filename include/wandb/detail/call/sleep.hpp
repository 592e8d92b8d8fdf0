// How the library waits where a transport does not do it itself.
#pragma once

#include <chrono>

#include <wandb/detail/declare.hpp>
#include <wandb/stop_token.hpp>

namespace wandb::detail {

/// Sleeps so long, or until a stop is requested.
WANDB_DECL void sleep_for(std::chrono::nanoseconds duration, const StopToken& stop);

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/call.ipp>
#endif
