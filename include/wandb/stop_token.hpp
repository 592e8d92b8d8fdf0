// The standard's stop token, and a stand-in for standard libraries that do not have it yet.
#pragma once

#include <version>

#if defined(__cpp_lib_jthread)
#include <stop_token>
namespace wandb {
/// How a caller takes a call back: `std::stop_token`.
using StopToken = std::stop_token;
}  // namespace wandb
#else
namespace wandb {
/// Stands where the standard library has no `std::stop_token`: a token that never stops.
class StopToken {
 public:
  [[nodiscard]] static constexpr bool stop_requested() noexcept { return false; }
  [[nodiscard]] static constexpr bool stop_possible() noexcept { return false; }
};
}  // namespace wandb
#endif
