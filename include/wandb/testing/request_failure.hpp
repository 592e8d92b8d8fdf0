// The ways in which `each_failure` lets a request fail.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// A way in which a request fails.
enum class RequestFailure : std::uint8_t {
  none,                 ///< it does not fail
  nothing_sent,         ///< no connection: nothing was sent
  lost_before_running,  ///< the connection was lost before the request ran
  lost_after_running,   ///< the request ran, and its answer was lost
  refused_by_status,    ///< status 403
  refused_by_errors,    ///< status 200, with an error in place of the data
  unauthorized,         ///< status 401
  rate_limited,         ///< status 429
  server_error,         ///< status 500, and the request did not run
  gateway_timeout,      ///< status 504, although the request ran
  not_the_service,      ///< status 200 and a page of HTML, which a proxy may send; the request did not run
  cut_off,              ///< the request ran, and its answer ends in the middle
  incomplete,           ///< the request ran, and the first part of its data is missing, with an error
};

/// All ways to fail, in the order of the enumeration.
inline constexpr std::array all_failures{RequestFailure::nothing_sent,
                                         RequestFailure::lost_before_running,
                                         RequestFailure::lost_after_running,
                                         RequestFailure::refused_by_status,
                                         RequestFailure::refused_by_errors,
                                         RequestFailure::unauthorized,
                                         RequestFailure::rate_limited,
                                         RequestFailure::server_error,
                                         RequestFailure::gateway_timeout,
                                         RequestFailure::not_the_service,
                                         RequestFailure::cut_off,
                                         RequestFailure::incomplete};

/// Describes a failure, as the end of a sentence that begins with the request.
[[nodiscard]] constexpr std::string_view to_string(RequestFailure failure) noexcept {
  switch (failure) {
    case RequestFailure::none: return "did not fail";
    case RequestFailure::nothing_sent: return "was not sent";
    case RequestFailure::lost_before_running: return "was lost before it ran";
    case RequestFailure::lost_after_running: return "ran, and its answer was lost";
    case RequestFailure::refused_by_status: return "was refused with status 403";
    case RequestFailure::refused_by_errors: return "was refused with status 200 and an error";
    case RequestFailure::unauthorized: return "was refused with status 401";
    case RequestFailure::rate_limited: return "was refused with status 429";
    case RequestFailure::server_error: return "did not run, and was answered with status 500";
    case RequestFailure::gateway_timeout: return "ran, and was answered with status 504";
    case RequestFailure::not_the_service: return "did not run, and was answered with a page of HTML";
    case RequestFailure::cut_off: return "ran, and its answer was cut off";
    case RequestFailure::incomplete: return "ran, and a part of its answer was missing";
  }
  return "failed";
}

}  // namespace wandb::testing
