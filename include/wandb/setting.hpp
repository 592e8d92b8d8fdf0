// One setting in effect, for people who want to know where it came from.
#pragma once

#include <string>
#include <vector>

#include <wandb/detail/declare.hpp>

namespace wandb::inline WANDB_ABI {

/// A setting in effect. All three texts are safe to print: secrets are masked.
struct Setting {
  std::string name;    ///< such as `base URL`
  std::string value;   ///< of an API key only its beginning, of another secret `****`
  std::string source;  ///< a variable's name, a file's path, `wandb::Options`, `BeastOptions::proxy`, `the default`, …
};

/// Settings, in an order for people.
using Settings = std::vector<Setting>;

}  // namespace wandb
