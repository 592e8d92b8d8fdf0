// One call of a public method: its steps, each an exchange, with everything but the I/O.
#pragma once

#include <memory>
#include <utility>
#include <variant>

#include <wandb/detail/call/pace.hpp>
#include <wandb/detail/call/proof.hpp>
#include <wandb/detail/call/request_run.hpp>
#include <wandb/detail/call/retry_machine.hpp>
#include <wandb/detail/call/step.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/graphql/request_body.hpp>
#include <wandb/options.hpp>
#include <wandb/transport.hpp>

namespace wandb::detail {

/// A public method in progress: `Method` says what to ask, this carries it from action to action. A driver does the
/// I/O.
template <class Method>
class Call {
 public:
  using value_type = typename Method::value_type;

  Call(std::shared_ptr<const Endpoint> endpoint, PacePtr pace, Result<IdentityPtr> caller, Method method,
       const CallOptions& options)
      : run_(std::move(endpoint), std::move(pace), caller ? *caller : nullptr, options),
        caller_(std::move(caller)),
        method_(std::move(method)) {}

  [[nodiscard]] Action start() {
    run_.start_clock();
    return follow(method_.start());
  }
  [[nodiscard]] Action arrived(Result<Response> response) { return proceed(run_.arrived(std::move(response))); }
  [[nodiscard]] Action resumed(bool cut_short = false) { return proceed(run_.resumed(cut_short)); }

  /// The request to send after `SendRequest`. Views this object.
  [[nodiscard]] Request request() { return run_.request(); }
  [[nodiscard]] const StopToken& stop() const noexcept { return run_.stop(); }
  /// After `Done`.
  [[nodiscard]] Result<value_type> take_result() { return std::move(result_); }

 private:
  [[nodiscard]] Action proceed(Action action) {
    if (!std::holds_alternative<Done>(action)) return action;
    auto answer = run_.take_answer();
    const auto& identity = *run_.identity();
    const bool refused = !answer && answer.error() == condition::unauthorized && !answer.error().from_words();
    if (refused && identity.owner().known()) identity.refuse(false);
    if (!proving_) return follow(method_.resume(std::move(answer)));
    proving_ = false;
    if (auto proof = prove(identity, answer); !proof) return follow(method_.resume(proof.error()));
    return proceed(run_.begin(std::move(pending_)));
  }

  [[nodiscard]] Action follow(Step<value_type> step) {
    if (step.finished()) {
      result_ = std::move(step.result());
      if (!result_) result_ = run_.completed(result_.error());
      return Done{Done::By::success, Outcome::not_run};
    }
    auto& ask = step.ask();
    if (run_.endpoint().fault) return follow(method_.resume(told_for(*ask.operation, *run_.endpoint().fault)));
    if (!ask.as && !caller_) return follow(method_.resume(told_for(*ask.operation, caller_.error())));
    if (!ask.as) ask.as = *caller_;
    if (ask.as->proven()) return proceed(run_.begin(std::move(ask)));
    // A secret is proven before its first use: nothing is ever done in the wrong account.
    proving_ = true;
    pending_ = std::move(ask);
    const auto& question = graphql::verify_credentials;
    return proceed(run_.begin(Ask{&question, graphql::RequestBody(question).take(), pending_.as}));
  }

  // What is wrong with the client, as this operation's error.
  [[nodiscard]] static Error told_for(const Operation& operation, const Error& fault) {
    auto details = fault.details();
    details.operation = operation.field;
    details.delivery = Delivery::nothing_sent;
    return Error(fault.code(), std::move(details));
  }

  RequestRun run_;
  Result<IdentityPtr> caller_;
  Method method_;
  Ask pending_;
  bool proving_ = false;
  Result<value_type> result_;
};

}  // namespace wandb::detail
