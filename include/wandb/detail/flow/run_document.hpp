// Sends a program's own document.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/answer.hpp>
#include <wandb/detail/answer/answer_reader.hpp>
#include <wandb/detail/answer/graphql_errors.hpp>
#include <wandb/detail/answer/json_reader.hpp>
#include <wandb/detail/answer/stored_page.hpp>
#include <wandb/detail/answer/user_errors.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/running_call.hpp>
#include <wandb/detail/flow/mutation.hpp>
#include <wandb/detail/flow/own_document.hpp>
#include <wandb/detail/user/records.hpp>
#include <wandb/result.hpp>
#include <wandb/value.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Sends a program's document as the caller. An answer with data is a success, whatever errors stand beside the data: a
/// mutation has run, and its answer may hold what the server tells only once.
class RunDocument {
 public:
  using value_type = Answer;
  /// `members` are the variables, as the members of a JSON object.
  RunDocument(std::shared_ptr<const OwnDocument> own, std::string_view members, std::optional<Error> fault)
      : own_(std::move(own)), request_(own_->operation) {
    request_.add_members(members).refuse_if(std::move(fault));
  }

  [[nodiscard]] Step<value_type> start() { return std::move(request_); }
  [[nodiscard]] Step<value_type> resume(Result<GraphqlAnswer> answer) {
    if (!answer) return finished<value_type>(answer.error());
    if (const auto missing = missing_field(answer->root)) {
      return finished<value_type>(
          with_outcome(malformed(*missing, "it is missing, and was asked for", answer->status), outcome_of_data()));
    }
    // The page views the shape, and the shape the text of the document.
    const auto kept = std::make_shared<const Kept>(Kept{own_, std::move(answer->page)});
    std::shared_ptr<const Page> page(kept, kept->page.get());
    auto data = own_->schema_is_known ? Value(page, page->root())
                                      : Value::of_json(page, JsonValue(body_of(*page)).member("data").text());
    return finished<value_type>(Answer(std::move(page), std::move(data), errors_of(*answer)));
  }

 private:
  struct Kept {
    std::shared_ptr<const OwnDocument> own;
    std::shared_ptr<const Page> page;
  };

  // Returns what an answer with data shows.
  [[nodiscard]] Outcome outcome_of_data() const noexcept {
    return own_->operation.repeat == Repeat::safe ? Outcome::not_run : Outcome::ran;
  }

  // Finds a field that the server left out. It may only leave out what the document has a condition for.
  [[nodiscard]] std::optional<std::string> missing_field(const ObjectView& root) const {
    for (const auto& field : root.fields()) {
      if (!own_->operation.has_conditions && root.slot(field).state() == SlotState::unloaded)
        return std::string(field.key);
    }
    return first_missing_field(root);
  }

  [[nodiscard]] std::vector<Error> errors_of(const GraphqlAnswer& answer) const {
    auto errors = errors_beside_data(answer, own_->operation, outcome_of_data());
    if (answer.errors.size() > errors.size()) {
      GraphqlError rest;
      rest.message = "and " + std::to_string(answer.errors.size() - errors.size()) + " more";
      errors.push_back(to_error(own_->operation.field, rest, answer.status, outcome_of_data()));
    }
    return errors;
  }

  std::shared_ptr<const OwnDocument> own_;
  GraphqlRequest request_;
};

}  // namespace wandb::detail
