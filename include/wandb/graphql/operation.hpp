// One operation that the library sends: its document, what repeating it does, and the shape of its answer.
#pragma once

#include <string>
#include <string_view>

#include <wandb/detail/json_text.hpp>
#include <wandb/exchange.hpp>
#include <wandb/graphql/document.hpp>
#include <wandb/shape.hpp>

namespace wandb::graphql {

/// Whether a document can stand in JSON as it is.
[[nodiscard]] constexpr bool is_plain(std::string_view document) noexcept {
  for (const char c : document) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E)
      return false;
  }
  return true;
}

/// A GraphQL operation that the library sends: its document, and what repeating it does. All text has static storage.
struct Operation {
  std::string_view name;      ///< as in the document
  std::string_view document;  ///< its text
  std::string_view field;     ///< its one root field, such as "createUser": what errors name
  Repeat repeat = Repeat::harmless;
  Shape shape;         ///< of its answer
  bool plain = false;  ///< whether the text can stand in JSON as it is

  consteval Operation(const Document& checked, Repeat repeating) noexcept
      : name(checked.name),
        document(checked.text),
        field(checked.field),
        repeat(repeating),
        shape(checked.shape),
        plain(is_plain(checked.text)) {}
};

/// The body of a request: the operation with its variables.
class RequestBody {
 public:
  explicit RequestBody(const Operation& operation) {
    text_.reserve(operation.document.size() + operation.name.size() + 256);
    text_ += R"({"query":)";
    if (operation.plain) text_.append("\"").append(operation.document).append("\"");
    else wandb::detail::append_json_string(text_, operation.document);
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
