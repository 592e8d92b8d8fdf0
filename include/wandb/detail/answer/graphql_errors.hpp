// The errors of a GraphQL answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <wandb/detail/answer/error_path.hpp>
#include <wandb/detail/answer/http_status.hpp>
#include <wandb/detail/answer/json_reader.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// One error of an answer, in the server's words.
struct GraphqlError {
  std::string message;        ///< empty when the server gave no reason
  ErrorPath path;             ///< empty when the server gave none
  std::string code;           ///< `extensions.code` as text, numbers too
  int status = 0;             ///< an HTTP status that `extensions` gives apart from the code; 0 when there is none
  bool invalid_path = false;  ///< whether the server gave a path that is invalid
};

/// Returns the HTTP status of a failure, read from a number or a text; otherwise 0.
[[nodiscard]] inline int to_status(const JsonValue& value) {
  if (value.is_string()) return leading_status(value.string());
  return value.is_number() ? leading_status(value.text()) : 0;
}

/// Reads a member of `extensions`, or the member of the same name that a server puts next to the message.
inline void read_code(GraphqlError& error, std::string_view name, const JsonValue& value) {
  if (name == "status" || name == "statusCode") {
    if (const int status = to_status(value); status != 0) error.status = status;
  } else if (name == "code") {
    if (value.is_string()) error.code = value.string();
    else if (value.is_number()) error.code = std::string(value.text());
  } else if (name == "http" || name == "response" || name == "exception") {
    value.each_member([&](const std::string& inner, const JsonValue& inner_value) {
      if (inner == "status" || inner == "statusCode") read_code(error, inner, inner_value);
    });
  }
}

/// Reads a path. A step of a wrong type also counts, because the length of a path shows whether a mutation ran.
inline void read_path(GraphqlError& error, const JsonValue& value) {
  error.path = {};
  error.invalid_path = !value.is_array() && !value.is_null();
  std::size_t steps = 0;
  value.each_element([&](const JsonValue& step) {
    if (++steps > ErrorPath::max_steps) return;
    const auto index = step.integer();
    if (index && *index >= 0) error.path.add(static_cast<std::size_t>(*index));
    else error.path.add(step.is_string() ? step.string() : std::string(step.text()));
  });
  if (steps > ErrorPath::max_steps) error.invalid_path = true;
}

[[nodiscard]] inline GraphqlError read_error(const JsonValue& item) {
  GraphqlError error;
  if (item.is_string()) error.message = item.string();
  item.each_member([&](const std::string& name, const JsonValue& value) {
    if (name == "message") {
      error.message = value.string();
    } else if (name == "path") {
      read_path(error, value);
    } else if (name == "extensions") {
      value.each_member(
          [&](const std::string& inner, const JsonValue& extension) { read_code(error, inner, extension); });
    } else {
      read_code(error, name, value);
    }
  });
  return error;
}

/// Appends the errors of a member `error` or `errors`: a string, an object, or a list of these. Null, false, and an
/// empty value outside a list are not errors. Takes the memory from `budget`; returns false if the budget is not
/// sufficient.
[[nodiscard]] inline bool read_errors(std::vector<GraphqlError>& errors, std::string_view json, std::size_t& budget) {
  const auto is_error = [](const JsonValue& item) {
    return !item.text().empty() && !item.is_null() && item.text() != "false";
  };
  const auto afford = [&](std::size_t size) {
    const bool affordable = size <= budget;
    budget -= affordable ? size : budget;
    return affordable;
  };
  const JsonValue value(json);
  std::size_t count = 0;
  if (value.is_array()) value.each_element([&](const JsonValue& item) { count += is_error(item) ? 1U : 0U; });
  else if (!value.is_empty() && is_error(value)) count = 1;
  // While the vector grows, its existing errors are in memory twice.
  if (!afford((errors.size() + count) * sizeof(GraphqlError))) return false;
  errors.reserve(errors.size() + count);
  bool all = true;
  const auto read = [&](const JsonValue& item) {
    if (!all || !is_error(item)) return;
    errors.push_back(read_error(item));
    const auto& last = errors.back();
    all = afford(last.message.capacity() + last.path.packed().size() + last.code.capacity());
  };
  if (value.is_array()) value.each_element(read);
  else if (count != 0) read(value);
  return all;
}

}  // namespace wandb::detail
