// The process's environment variables, or a stand-in for them.
#pragma once

#include <cstdlib>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb {

/// Where variables are looked up. `process()` reads the process's own; tests bring theirs.
struct Environment {
  /// The value of a variable; null where it is not set. Must stay valid until the next look-up.
  const char* (*look_up)(const void* context, const char* name) = nullptr;
  const void* context = nullptr;

  [[nodiscard]] static Environment process() noexcept {
    return {[](const void*, const char* name) -> const char* { return std::getenv(name); }, nullptr};
  }
  /// No variable is set, and nobody's home is looked into.
  [[nodiscard]] static Environment none() noexcept { return {}; }

  /// The value without surrounding white space; empty where it is not set.
  [[nodiscard]] std::string_view get(const char* name) const {
    const char* value = look_up == nullptr ? nullptr : look_up(context, name);
    return value == nullptr ? std::string_view{} : detail::trimmed(value);
  }
};

}  // namespace wandb
