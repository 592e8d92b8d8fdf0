// JSON that the tool prints.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include <wandb/error.hpp>

/// A text as JSON. Bytes that are no UTF-8 are replaced; what would steer a terminal is escaped.
[[nodiscard]] std::string json_text(std::string_view text);

/// The same of what somebody is called, with what looks like a key masked.
[[nodiscard]] std::string json_name(std::string_view name);

/// An object, member by member.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view json);
  JsonObject& add_text(std::string_view name, std::string_view text) { return add(name, json_text(text)); }
  [[nodiscard]] std::string text() const { return members_.empty() ? "{}" : members_ + "}"; }

 private:
  std::string members_;
};

/// `[…]`, each element as `to_json` gives it.
template <class Range, class ToJson>
[[nodiscard]] std::string json_list(const Range& range, ToJson to_json) {
  std::string json = "[";
  for (const auto& element : range) json.append(json.size() > 1 ? "," : "").append(to_json(element));
  return json + "]";
}

/// The name of a code as the library spells it, `permission_denied`; of a code of somebody else's, `system:111`.
[[nodiscard]] std::string name_of(const std::error_code& code);

/// `{"code":…,"condition":…,"outcome":…,"status":…,"retryable":…,"message":…}`, with `message` for a person.
[[nodiscard]] std::string json_of(const wandb::Error& error, std::string_view message);
