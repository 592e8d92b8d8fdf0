// The standard's stop token, and a stand-in for standard libraries that do not have it yet.
#pragma once

#include <version>

#include <wandb/detail/declare.hpp>

#if defined(__cpp_lib_jthread)
#include <stop_token>
namespace wandb::inline WANDB_ABI {
/// The token by which a caller requests that a call stops: `std::stop_token`.
using StopToken = std::stop_token;
}  // namespace wandb
#else
namespace wandb::inline WANDB_ABI {
/// Replaces `std::stop_token` in standard libraries that lack it. It never requests a stop.
class StopToken {
 public:
  [[nodiscard]] static constexpr bool stop_requested() noexcept { return false; }
  [[nodiscard]] static constexpr bool stop_possible() noexcept { return false; }
};
}  // namespace wandb
#endif
