// One GraphQL request: an operation with its variables, as whom it is sent, and whom it is about.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/operation.hpp>
#include <wandb/detail/call/checks.hpp>
#include <wandb/detail/call/subject.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/detail/text/json_text.hpp>
#include <wandb/error.hpp>

namespace wandb::detail {

/// Built once, variable by variable. Text is checked where it enters; the first fault is kept, and a request with a
/// fault is never sent.
class GraphqlRequest {
 public:
  /// None.
  GraphqlRequest() = default;
  /// `keys`: whether a query that reads users reads their keys as well.
  explicit GraphqlRequest(const Operation& operation, bool keys = true) : operation_(&operation) {
    const auto document = keys ? operation.document : operation.keyless;
    body_.reserve(document.size() + operation.name.size() + 256);
    body_ += R"({"query":)";
    if (operation.plain) body_.append("\"").append(document).append("\"");
    else append_json_string(body_, document);
    body_.append(R"(,"operationName":")").append(operation.name).append(R"(","variables":{)");
  }

  /// A text of the caller's. `what` names it in the error of one that the server could not hold; see `check_text`.
  GraphqlRequest& add_text(std::string_view variable, std::string_view what, std::string_view text,
                           bool may_be_empty = false) {
    refuse_if(check_text(operation_->field, what, text, may_be_empty));
    return add(variable, text);
  }
  /// The identifier of something that is to be changed; see `check_id`.
  GraphqlRequest& add_id(std::string_view what, std::string_view id) {
    refuse_if(check_id(operation_->field, what, id));
    return add("id", id);
  }
  /// A text that came from the server.
  GraphqlRequest& add(std::string_view variable, std::string_view text) {
    key(variable);
    append_json_string(body_, text);
    return *this;
  }
  GraphqlRequest& add(std::string_view variable, const char* text) { return add(variable, std::string_view(text)); }
  GraphqlRequest& add(std::string_view variable, bool value) {
    key(variable);
    body_ += value ? "true" : "false";
    return *this;
  }
  GraphqlRequest& add(std::string_view variable, int value) {
    key(variable);
    body_ += std::to_string(value);
    return *this;
  }
  /// A list of one.
  GraphqlRequest& add_list(std::string_view variable, std::string_view text) {
    key(variable);
    body_ += '[';
    append_json_string(body_, text);
    body_ += ']';
    return *this;
  }
  /// Who asks; without it the caller does.
  GraphqlRequest& as(IdentityPtr identity) {
    identity_ = std::move(identity);
    return *this;
  }
  GraphqlRequest& about(Subject subject) {
    about_ = std::move(subject);
    return *this;
  }
  /// Keeps the first fault.
  GraphqlRequest& refuse_if(std::optional<Error> fault) {
    if (fault && !fault_) fault_ = std::move(fault);
    return *this;
  }

  [[nodiscard]] bool is_empty() const noexcept { return operation_ == nullptr; }
  [[nodiscard]] const std::optional<Error>& fault() const noexcept { return fault_; }
  [[nodiscard]] const Operation& operation() const noexcept { return *operation_; }
  /// Null: the caller.
  [[nodiscard]] const IdentityPtr& identity() const noexcept { return identity_; }
  [[nodiscard]] const Subject& about() const noexcept { return about_; }
  /// Ends the variables. Once, before `body()`.
  void finish() { body_ += "}}"; }
  [[nodiscard]] std::string_view body() const noexcept { return body_; }

 private:
  void key(std::string_view variable) {
    if (body_.back() != '{') body_ += ',';
    body_.append("\"").append(variable).append("\":");
  }

  const Operation* operation_ = nullptr;
  std::string body_;
  IdentityPtr identity_;
  Subject about_;
  std::optional<Error> fault_;
};

}  // namespace wandb::detail
