// Waits on behalf of transports that have no `wait` of their own.
#pragma once

#include <chrono>

#include <wandb/detail/declare.hpp>
#include <wandb/stop_token.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Sleeps for `duration`, or until a stop is requested.
WANDB_DECL void sleep_for(std::chrono::nanoseconds duration, const StopToken& stop);

}  // namespace wandb::detail

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/call.ipp>
#endif
