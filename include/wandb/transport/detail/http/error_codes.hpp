// Our own codes where Boost's stand: the transports keep what happened as Boost's libraries tell it.
#pragma once

#include <boost/system/error_code.hpp>

#include <optional>
#include <system_error>
#include <type_traits>

#include <wandb/errc.hpp>

/// An `errc` may be assigned to one of Boost's codes and compared with it.
template <>
struct boost::system::is_error_code_enum<wandb::errc> : std::true_type {};

namespace wandb::detail {

/// The `errc` that one of Boost's codes is, if it is one. Boost wraps a code of the standard library's: such a code's
/// own `category()` and `value()` are others than those that went in.
[[nodiscard]] inline std::optional<errc> own_meaning(const boost::system::error_code& ec) noexcept {
  const std::error_code code = ec;
  if (code.category() != error_category()) return std::nullopt;
  return static_cast<errc>(code.value());
}

}  // namespace wandb::detail
