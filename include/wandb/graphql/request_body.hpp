// The body of a request: an operation and its variables, as JSON.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/text/json_text.hpp>

namespace wandb::graphql {

/// The body of a request: the operation with its variables.
class RequestBody {
 public:
  /// `keys`: whether a query that reads users reads their keys as well.
  explicit RequestBody(const wandb::detail::Operation& operation, bool keys = true) {
    const auto document = keys ? operation.document : operation.keyless;
    text_.reserve(document.size() + operation.name.size() + 256);
    text_ += R"({"query":)";
    if (operation.plain) text_.append("\"").append(document).append("\"");
    else wandb::detail::append_json_string(text_, document);
    text_.append(R"(,"operationName":")").append(operation.name).append(R"(","variables":{)");
  }
  /// `value` is UTF-8.
  RequestBody& add(std::string_view name, std::string_view value) & {
    key(name);
    wandb::detail::append_json_string(text_, value);
    return *this;
  }
  RequestBody& add(std::string_view name, const char* value) & { return add(name, std::string_view(value)); }
  RequestBody& add(std::string_view name, bool value) & {
    key(name);
    text_ += value ? "true" : "false";
    return *this;
  }
  RequestBody& add(std::string_view name, int value) & {
    key(name);
    text_ += std::to_string(value);
    return *this;
  }
  /// A list of one.
  RequestBody& add_list(std::string_view name, std::string_view value) & {
    key(name);
    text_ += '[';
    wandb::detail::append_json_string(text_, value);
    text_ += ']';
    return *this;
  }
  /// The finished body; the builder is spent.
  [[nodiscard]] std::string take() {
    text_ += "}}";
    return std::move(text_);
  }

 private:
  void key(std::string_view name) {
    if (text_.back() != '{') text_ += ',';
    text_.append("\"").append(name).append("\":");
  }
  std::string text_;
};

}  // namespace wandb::graphql
