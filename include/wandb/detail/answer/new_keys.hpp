// Finds the API keys that an answer brings.
#pragma once

#include <cstddef>
#include <string_view>

#include <wandb/detail/answer/skipper.hpp>
#include <wandb/detail/text/key_format.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Calls `f(text)` for each string of a JSON text that may be an API key. Keys need no escapes.
template <class F>
void each_key_in(std::string_view json, F f) {
  const auto* const end = json.data() + json.size();
  for (const auto* at = json.data(); at != end;) {
    if (*at != '"') {
      ++at;
      continue;
    }
    const auto* const behind = skip_string(at, end);
    const auto quoted = std::string_view(at, static_cast<std::size_t>(behind - at));
    if (quoted.size() > 2 && may_be_api_key(quoted.substr(1, quoted.size() - 2)))
      f(quoted.substr(1, quoted.size() - 2));
    at = behind;
  }
}

}  // namespace wandb::detail
