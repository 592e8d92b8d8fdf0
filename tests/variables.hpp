// Environments made of variables that a test sets.
#pragma once

#include <map>
#include <string>

#include <wandb/environment.hpp>

using EnvironmentVariables = std::map<std::string, std::string>;

/// An environment with these variables, which must outlive it.
[[nodiscard]] inline wandb::Environment environment_of(const EnvironmentVariables& variables) {
  return {[](const void* context, const char* name) -> const char* {
            const auto& all = *static_cast<const EnvironmentVariables*>(context);
            const auto found = all.find(name);
            return found == all.end() ? nullptr : found->second.c_str();
          },
          &variables};
}
