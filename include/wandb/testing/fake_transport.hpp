// A transport without a network, which answers by a script of expectations, an in-memory account, or both.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <wandb/result.hpp>
#include <wandb/testing/account.hpp>
#include <wandb/transport.hpp>

namespace wandb::testing {

/// One step of a script: the expected operation, or "oidc/token", and its answer. Without an answer, the account
/// answers. The members must be called before the request is sent that takes the step.
class Expectation {
 public:
  explicit Expectation(std::string operation) : operation_(std::move(operation)) {}

  /// Expects these variables, as `R"({"email": "ann@example.com"})"`. Throws if `json` is not valid JSON.
  Expectation& with_variables(std::string_view json) {
    variables_ = boost::json::parse(boost::json::string_view(json.data(), json.size()));
    return *this;
  }
  /// Answers with this body and status.
  Expectation& answers(int status, std::string_view body) {
    answer_.emplace().status = status;
    answer_->body = body;
    return *this;
  }
  /// Adds a header to the answer. Call it after `answers`.
  Expectation& with_header(std::string_view name, std::string_view value) {
    answer_.value().headers.add(name, value);
    return *this;
  }
  /// Makes the transport fail without an answer.
  Expectation& fails(Error error) {
    failure_ = std::move(error);
    return *this;
  }
  /// Lets the account execute the operation, and loses the answer.
  Expectation& loses_its_answer() {
    failure_ = Error(errc::connection_lost, Delivery::perhaps_sent);
    executes_ = true;
    return *this;
  }

 private:
  friend class FakeTransport;
  std::string operation_;  // An empty name stands for any operation.
  std::optional<boost::json::value> variables_;
  std::optional<Response> answer_;
  std::optional<Error> failure_;
  bool executes_ = false;
};

/// A synchronous transport for tests. Copies share the same fake. Each request takes the next step of the script. If it
/// differs from what the step expects, it fails with an error that names both, and `unmet` describes it. After the last
/// step, requests go to the account; without an account they fail. Waits are recorded and end at once. Thread-safe.
class FakeTransport {
 public:
  /// Answers by a script only.
  FakeTransport() : state_(std::make_shared<State>()) {}
  /// Answers by a script, and then by `account`, which must outlive the fake.
  explicit FakeTransport(Account& account) : FakeTransport() { state_->account = &account; }

  /// Adds a step at the end of the script, which expects this operation, such as "CreateUserFromAdmin". An empty name
  /// stands for any operation. The reference is valid until a request takes the step.
  Expectation& expect(std::string operation = {}) {
    const std::lock_guard lock(state_->mutex);
    return state_->script.emplace_back(std::move(operation));
  }
  /// Lets the next `count` requests through to the account. The script continues after them.
  void let_through(std::size_t count) {
    const std::lock_guard lock(state_->mutex);
    state_->let_through = count;
  }

  /// Describes how the requests differed from the script, and which steps no request has taken. Empty if the script was
  /// met completely.
  [[nodiscard]] std::string unmet() const {
    const std::lock_guard lock(state_->mutex);
    auto text = state_->surprise;
    for (const auto& step : state_->script)
      text += "wanted " + (step.operation_.empty() ? "a request" : step.operation_) + ", which never came\n";
    return text;
  }
  /// The names of the operations of all requests, in order.
  [[nodiscard]] std::vector<std::string> operations() const {
    const std::lock_guard lock(state_->mutex);
    return state_->operations;
  }
  /// The recorded waits, in order.
  [[nodiscard]] std::vector<std::chrono::nanoseconds> waits() const {
    const std::lock_guard lock(state_->mutex);
    return state_->waits;
  }

  /// Answers at once. Fails if a stop was requested, if the deadline has passed, or if the request is not one that the
  /// library sends: a GraphQL request with one header of credentials, which is marked as secret.
  [[nodiscard]] Result<Response> send(const Request& request) const {
    if (request.stop.stop_requested()) return Error(errc::cancelled, Delivery::nothing_sent);
    if (request.deadline <= std::chrono::steady_clock::now()) return Error(errc::timed_out, Delivery::nothing_sent);
    if (const auto wrong = improper(request); !wrong.empty()) return refuse(wrong);
    boost::system::error_code fault;
    const auto body =
        exchanges(request)
            ? boost::json::value{{"operationName", "oidc/token"}, {"variables", nullptr}}
            : boost::json::parse(boost::json::string_view(request.body.data(), request.body.size()), fault);
    if (fault || !body.is_object() || !body.get_object().contains("operationName"))
      return refuse("the body is not a GraphQL request");
    const auto* name = body.at("operationName").if_string();
    const auto step = take(name != nullptr ? std::string(name->data(), name->size()) : std::string(), body);
    if (!step) return step.error();
    if (*step && (*step)->failure_ && (*step)->executes_) static_cast<void>(execute(request));
    if (*step && (*step)->failure_) return *(*step)->failure_;
    if (*step && (*step)->answer_) return *(*step)->answer_;
    return execute(request);
  }

  /// Records the wait, and returns at once.
  void wait(std::chrono::nanoseconds duration, const StopToken&) const {
    const std::lock_guard lock(state_->mutex);
    state_->waits.push_back(duration);
  }

 private:
  struct State {
    std::mutex mutex;
    Account* account = nullptr;
    std::deque<Expectation> script;
    std::size_t let_through = 0;
    std::vector<std::string> operations;
    std::vector<std::chrono::nanoseconds> waits;
    std::string surprise;
  };

  // Whether a request exchanges an identity token, which is its only credential.
  [[nodiscard]] static bool exchanges(const Request& request) { return request.target.ends_with("/oidc/token"); }
  // Checks what the library guarantees about its requests.
  [[nodiscard]] static std::string improper(const Request& request) {
    int credentials = 0;
    for (const auto& header : request.headers) {
      const bool carries = wandb::detail::equal_ignoring_case(header.name, "Authorization");
      if (carries && !header.secret) return "the header " + std::string(header.name) + " is not marked as a secret";
      credentials += carries ? 1 : 0;
    }
    return credentials == (exchanges(request) ? 0 : 1) ? std::string{}
                                                       : std::to_string(credentials) + " headers with credentials";
  }

  [[nodiscard]] Error refuse(const std::string& why) const {
    const std::lock_guard lock(state_->mutex);
    state_->surprise += why + '\n';
    return Error(make_error_code(errc::invalid_argument), "FakeTransport: " + why, Delivery::nothing_sent);
  }

  // Takes the step of the script that this request meets. None if the account answers it.
  [[nodiscard]] Result<std::optional<Expectation>> take(const std::string& name, const boost::json::value& body) const {
    std::optional<Expectation> step;
    std::size_t place = 0;
    {
      const std::lock_guard lock(state_->mutex);
      state_->operations.push_back(name);
      place = state_->operations.size();
      if (state_->let_through > 0) {
        --state_->let_through;
        return step;
      }
      if (!state_->script.empty()) {
        step = std::move(state_->script.front());
        state_->script.pop_front();
      }
    }
    const auto came =
        "request " + std::to_string(place) + ": " + name + " " + boost::json::serialize(body.at("variables")) + " came";
    if (!step)
      return state_->account ? Result<std::optional<Expectation>>(step)
                             : refuse(came + ", and nothing was wanted any more");
    if (!step->operation_.empty() && step->operation_ != name) return refuse(came + ", wanted " + step->operation_);
    if (step->variables_ && *step->variables_ != body.at("variables")) {
      return refuse(came + ", wanted " + boost::json::serialize(*step->variables_));
    }
    if (!step->answer_ && !step->failure_ && state_->account == nullptr)
      return refuse(came + ", and its step has no answer");
    return step;
  }

  [[nodiscard]] Result<Response> execute(const Request& request) const {
    if (state_->account == nullptr) return refuse("there is no account to answer");
    return state_->account->handle(request);
  }

  std::shared_ptr<State> state_;
};

static_assert(SyncTransport<FakeTransport>);

}  // namespace wandb::testing
