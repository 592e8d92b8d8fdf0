// What a server says in place of data, or beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/detail/json_reader.hpp>

namespace wandb::detail {

/// A step on the way into an answer: a response key, or an index where `index` is set.
struct PathElement {
  std::string key;
  std::optional<std::size_t> index = std::nullopt;
  friend bool operator==(const PathElement&, const PathElement&) = default;
};

/// `users.edges[3].node`
inline void append_path(std::string& text, std::string_view key) { (text += text.empty() ? "" : ".") += key; }
inline void append_path(std::string& text, std::size_t index) { ((text += '[') += std::to_string(index)) += ']'; }

/// One error of an answer, in the server's words.
struct GraphqlError {
  std::string message;
  std::vector<PathElement> path;  ///< empty when the server did not say
  std::string code;               ///< `extensions.code` as text, numbers too
  int status = 0;                 ///< `extensions.status`, or a code that is an HTTP status; 0 when there is none
  bool odd_path = false;          ///< what it said of the path is none

  /// The path as `users.edges[3].node`.
  [[nodiscard]] std::string path_text() const {
    std::string text;
    for (const auto& element : path) {
      if (element.index) append_path(text, *element.index);
      else append_path(text, element.key);
    }
    return text;
  }
};

/// An HTTP status that is no success, from a number or from text; else 0.
[[nodiscard]] inline int to_status(const JsonValue& value) {
  const auto number = value.is_string() ? JsonValue(value.string()).integer() : value.integer();
  return number && *number >= 300 && *number <= 599 ? static_cast<int>(*number) : 0;
}

/// What `extensions` says, and servers that know no extensions say beside the message.
inline void read_code(GraphqlError& error, const std::string& name, const JsonValue& value) {
  if (name == "status") {
    if (const int status = to_status(value); status != 0) error.status = status;
  } else if (name == "code") {
    if (value.is_string()) error.code = value.string();
    else if (value.is_number()) error.code = std::string(value.text());
    if (error.status == 0) error.status = to_status(value);
  }
}

[[nodiscard]] inline GraphqlError read_error(const JsonValue& item) {
  GraphqlError error;
  if (item.is_string()) error.message = item.string();
  item.each_member([&](const std::string& name, const JsonValue& value) {
    if (name == "message") {
      error.message = value.string();
    } else if (name == "path") {
      error.path.clear();
      error.odd_path = !value.is_array() && !value.is_null();
      // A step of an odd type still counts: how long a path is tells whether a mutation ran.
      value.each_element([&](const JsonValue& step) {
        const auto index = step.integer();
        if (index && *index >= 0) error.path.push_back({{}, static_cast<std::size_t>(*index)});
        else error.path.push_back({step.is_string() ? step.string() : std::string(step.text())});
      });
    } else if (name == "extensions") {
      value.each_member([&](const std::string& inner, const JsonValue& said) { read_code(error, inner, said); });
    } else {
      read_code(error, name, value);
    }
  });
  if (error.message.empty()) error.message = "(the server gave no reason)";
  return error;
}

/// Appends what the value of `error` or `errors` says: text, an object, or a list of them. Null and false say nothing,
/// nor does what is empty; in a list, an error without words still is one.
inline void read_errors(std::vector<GraphqlError>& errors, std::string_view json) {
  const auto read = [&](const JsonValue& item) {
    if (!item.text().empty() && !item.is_null() && item.text() != "false") errors.push_back(read_error(item));
  };
  const JsonValue value(json);
  if (value.is_array()) value.each_element(read);
  else if (!value.is_empty()) read(value);
}

}  // namespace wandb::detail
