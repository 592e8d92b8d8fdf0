// One step of the script of a fake transport: which request it expects, and how that is answered.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <wandb/errc.hpp>
#include <wandb/error.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// One step of a script: the expected operation, or "oidc/token", and its answer. Without an answer, the account
/// answers. A step is taken once, unless `times` or `always` say otherwise. Of `answers`, `refuses`,
/// `refuses_with_errors`, `fails`, `loses_its_answer` and `changes_its_answer`, the last one counts. The members must
/// be called before the request is sent that takes the step.
class Expectation {
 public:
  explicit Expectation(std::string operation) : operation_(std::move(operation)) {}

  /// Expects these variables, as `R"({"email": "ann@example.com"})"`. Throws if `json` is not valid JSON.
  Expectation& with_variables(std::string_view json) {
    variables_ = boost::json::parse(boost::json::string_view(json.data(), json.size()));
    return *this;
  }
  /// Expects this number of such requests, one after the other. Throws `std::invalid_argument` if it is less than 1.
  template <std::integral Count>
  Expectation& times(Count count) {
    if (count < 1) wandb::detail::throw_misuse("Expectation::times: a step is taken at least once");
    else times_ = static_cast<std::size_t>(count);
    return *this;
  }
  /// Takes the step out of the order of the script: it answers every such request that the next step of the script does
  /// not expect, however many there are, and none need come. `unmet` names it only if none came and the library has no
  /// operation of its name, which may be misspelt.
  Expectation& always() {
    always_ = true;
    return *this;
  }

  /// Answers with this body and status.
  Expectation& answers(int status, std::string_view body) {
    instead(false).answer_.emplace().status = status;
    answer_->body = body;
    return *this;
  }
  /// Adds a header to the answer. Throws `std::invalid_argument` if none of `answers`, `refuses` and
  /// `refuses_with_errors` was called before.
  Expectation& with_header(std::string_view name, std::string_view value) {
    if (answer_) answer_->headers.add(name, value);
    else
      wandb::detail::throw_misuse(
          "Expectation::with_header: call it after answers, refuses or refuses_with_errors, which make the answer");
    return *this;
  }
  /// Refuses with an HTTP status, such as 403, and the server's message.
  Expectation& refuses(int status, std::string_view message) {
    const boost::json::object error{{"message", json(message)}};
    return answers(status, boost::json::serialize(boost::json::object{{"errors", boost::json::array{error}}}));
  }
  /// Refuses with status 200 and an error in place of the data. Its code, such as "PERMISSION_DENIED", is left out if
  /// it is empty: then only the words of the message say what was wrong.
  Expectation& refuses_with_errors(std::string_view message, std::string_view code = {}) {
    boost::json::object error{{"message", json(message)}};
    if (!code.empty()) error["extensions"] = boost::json::object{{"code", json(code)}};
    return answers(200, boost::json::serialize(
                            boost::json::object{{"data", nullptr}, {"errors", boost::json::array{std::move(error)}}}));
  }
  /// Makes the transport fail without an answer. The operation does not run.
  Expectation& fails(Error error) {
    instead(false).failure_ = std::move(error);
    return *this;
  }
  /// Lets the account execute the operation, and loses the answer with this error.
  Expectation& loses_its_answer(Error error = Error(errc::connection_lost, Delivery::perhaps_sent)) {
    instead(true).failure_ = std::move(error);
    return *this;
  }
  /// Lets the account execute the operation, and passes its answer through a function that may change it. The function
  /// keeps its state from one request to the next. Requests of several threads may call it at once.
  Expectation& changes_its_answer(std::function<void(Response&)> change) {
    instead(true);
    if (change) change_ = std::make_shared<std::function<void(Response&)>>(std::move(change));
    return *this;
  }
  /// Lets this much time pass on the clock of the fake before the answer or the failure. If the deadline of the request
  /// comes first, the request fails with `errc::timed_out` at that time, and has its effect on the account all the
  /// same.
  Expectation& takes(std::chrono::nanoseconds duration) {
    duration_ = duration;
    return *this;
  }

 private:
  friend class FakeTransport;

  [[nodiscard]] static boost::json::string_view json(std::string_view text) { return {text.data(), text.size()}; }

  // Forgets how the step was to be answered.
  Expectation& instead(bool executes) {
    answer_.reset();
    failure_.reset();
    change_.reset();
    executes_ = executes;
    return *this;
  }

  [[nodiscard]] bool matches(std::string_view operation, const boost::json::value& variables) const {
    return (operation_.empty() || operation_ == operation) && (!variables_ || *variables_ == variables);
  }

  // Whether the step names no operation, or one of the library itself.
  [[nodiscard]] bool is_known() const {
    bool known = operation_.empty() || operation_ == "oidc/token";
    for (const auto* operation : graphql::all_operations) known = known || operation->name == operation_;
    return known;
  }
  // Describes what the step expects.
  [[nodiscard]] std::string wanted() const {
    if (operation_.empty()) return "a request";
    return is_known() ? operation_ : operation_ + " (which is no operation of the library itself)";
  }

  std::string operation_;  // An empty name stands for any operation.
  std::optional<boost::json::value> variables_;
  std::optional<Response> answer_;
  std::optional<Error> failure_;
  std::shared_ptr<std::function<void(Response&)>> change_;  // Shared, because a request takes a copy of the step.
  std::chrono::nanoseconds duration_{};
  std::size_t times_ = 1;
  bool executes_ = true;  // whether the account executes the operation
  bool always_ = false;
};

}  // namespace wandb::testing
