// What a program does wrong: thrown where there are exceptions, told otherwise.
#pragma once

#include <stdexcept>
#include <string>

namespace wandb::detail {

/// Throws `std::invalid_argument`; without exceptions it returns, and the caller gives an error instead.
inline void throw_misuse([[maybe_unused]] const std::string& why) {
#if defined(__cpp_exceptions)
  throw std::invalid_argument(why);
#endif
}

}  // namespace wandb::detail
