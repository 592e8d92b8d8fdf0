// Where the library reads environment variables.
#pragma once

#include <cstdlib>
#include <string_view>

#include <wandb/detail/text/ascii.hpp>

namespace wandb::inline WANDB_ABI {

/// A source of environment variables: `process()`, or a function that a test provides.
struct Environment {
  /// Returns the value of a variable, or null if it is not set. The value must stay valid until the next look-up.
  const char* (*look_up)(const void* context, const char* name) = nullptr;
  const void* context = nullptr;

  /// The environment of the process.
  [[nodiscard]] static Environment process() noexcept {
    return {[](const void*, const char* name) -> const char* { return std::getenv(name); }, nullptr};
  }
  /// An environment without variables. No netrc and no settings file is read, either.
  [[nodiscard]] static Environment none() noexcept { return {}; }

  /// Returns the value of a variable without surrounding white space; empty if it is not set.
  [[nodiscard]] std::string_view get(const char* name) const {
    const char* value = look_up == nullptr ? nullptr : look_up(context, name);
    return value == nullptr ? std::string_view{} : detail::trimmed(value);
  }
};

}  // namespace wandb
