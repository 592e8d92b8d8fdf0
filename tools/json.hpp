// Formats the JSON that the tool prints.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include <wandb/error.hpp>

/// Formats a text as JSON. Bytes that are not UTF-8 are replaced; characters that would control a terminal are escaped.
[[nodiscard]] std::string json_text(std::string_view text);

/// Formats a name as JSON, with everything masked that looks like a key.
[[nodiscard]] std::string json_name(std::string_view name);

/// Builds an object, member by member.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view json);
  JsonObject& add_text(std::string_view name, std::string_view text) { return add(name, json_text(text)); }
  [[nodiscard]] std::string text() const { return members_.empty() ? "{}" : members_ + "}"; }

 private:
  std::string members_;
};

/// Formats `[…]`, each element as `to_json` returns it.
template <class Range, class ToJson>
[[nodiscard]] std::string json_list(const Range& range, ToJson to_json) {
  std::string json = "[";
  for (const auto& element : range) json.append(json.size() > 1 ? "," : "").append(to_json(element));
  return json + "]";
}

/// Returns the name of a code as the library spells it, `permission_denied`; for a code of another category,
/// `system:111`.
[[nodiscard]] std::string name_of(const std::error_code& code);

/// Formats `{"code":…,"condition":…,"outcome":…,"status":…,"retryable":…,"message":…}`, with `message` for a person.
[[nodiscard]] std::string json_of(const wandb::Error& error, std::string_view message);
