// Conversions between `errc` and the error codes of Boost, in which the transports store errors.
#pragma once

#include <boost/system/error_code.hpp>

#include <optional>
#include <system_error>
#include <type_traits>

#include <wandb/errc.hpp>

/// Lets an `errc` be assigned to a Boost error code and compared with it.
template <>
struct boost::system::is_error_code_enum<wandb::errc> : std::true_type {};

namespace wandb::inline WANDB_ABI::detail {

/// The `errc` that a Boost error code holds, or nothing for a code of another library. Boost wraps a code of the
/// standard library in a category of its own, so the code has to be converted back before its category is compared.
[[nodiscard]] inline std::optional<errc> own_code(const boost::system::error_code& ec) noexcept {
  const std::error_code code = ec;
  if (code.category() != error_category()) return std::nullopt;
  return static_cast<errc>(code.value());
}

}  // namespace wandb::detail
