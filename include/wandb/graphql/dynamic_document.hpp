// GraphQL documents that are parsed and validated at run time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <wandb/detail/answer/dynamic_shape.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/detail/text/redact.hpp>
#include <wandb/graphql/document.hpp>
#include <wandb/graphql/fault.hpp>
#include <wandb/result.hpp>

namespace wandb::inline WANDB_ABI::graphql {

/// A document that is validated at run time, by the rules for compile time. Copies share ownership of text and shape.
class DynamicDocument {
 public:
  /// Parses and validates a document. Fails with `errc::invalid_argument`, and the message that the compiler would
  /// give, with what looks like a key masked.
  [[nodiscard]] static Result<DynamicDocument> parse(std::string_view text) {
    auto state = std::make_shared<State>(text);
    const auto reading = std::make_unique<const detail::Reading>(detail::read(state->text));
    if (reading->fault) {
      return Error(make_error_code(errc::invalid_argument),
                   "GraphQL document: " + wandb::detail::redact(describe(*reading->fault)), Delivery::nothing_sent);
    }
    state->shape.emplace(reading->answer.fields());
    state->view = {state->text, reading->name, reading->field, reading->mutation, state->shape->shape()};
    return DynamicDocument(std::move(state));
  }

  [[nodiscard]] const Document& operator*() const noexcept { return state_->view; }
  [[nodiscard]] const Document* operator->() const noexcept { return &state_->view; }

 private:
  struct State {
    explicit State(std::string_view given) : text(given) {}
    std::string text;
    std::optional<DynamicShape> shape;
    Document view;
  };
  explicit DynamicDocument(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace wandb::graphql
