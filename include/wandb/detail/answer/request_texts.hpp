// Finds the texts that a request sends and that the server's messages may repeat.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/text/redact.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Appends the texts in a value of a request, masked. It skips what is nested more deeply than a person nests input.
inline void collect_texts(const JsonValue& value, const Mask& mask, std::vector<std::string>& texts, int depth) {
  constexpr int max_depth = 8;
  if (depth == max_depth) return;
  if (value.is_string()) texts.push_back(mask(value.string()));
  value.each_element([&](const JsonValue& element) { collect_texts(element, mask, texts, depth + 1); });
  value.each_member(
      [&](const std::string&, const JsonValue& member) { collect_texts(member, mask, texts, depth + 1); });
}

/// Returns the texts among a request's variables. They are masked as the answer is masked, because a server may repeat
/// them there.
[[nodiscard]] inline std::vector<std::string> texts_of_request(std::string_view request_body, const Mask& mask) {
  std::vector<std::string> texts;
  collect_texts(JsonValue(request_body).member("variables"), mask, texts, 0);
  return texts;
}

}  // namespace wandb::detail
