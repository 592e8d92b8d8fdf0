// A call that carries out a method of the library: its steps, each a request with its repeats.
#pragma once

#include <chrono>
#include <memory>
#include <utility>
#include <variant>

#include <wandb/detail/call/attempts.hpp>
#include <wandb/detail/call/call.hpp>
#include <wandb/detail/call/caller.hpp>
#include <wandb/detail/call/graphql_request.hpp>
#include <wandb/detail/call/proof.hpp>
#include <wandb/detail/call/retry_machine.hpp>
#include <wandb/detail/call/step.hpp>
#include <wandb/graphql/operations.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>

namespace wandb::detail {

/// A call that comes to a `Value`, whatever its method is.
template <class Value>
class RunningCall : public CallOf<Value> {
 public:
  RunningCall(const Caller& caller, const CallOptions& options) : attempts_(caller, options) {}

  [[nodiscard]] Next start() final {
    attempts_.start_clock();
    return follow(begin());
  }
  [[nodiscard]] Next arrived(Result<Response> response) final {
    return proceed(attempts_.arrived(std::move(response)));
  }
  [[nodiscard]] Next resumed(bool cut_short) final { return proceed(attempts_.resumed(cut_short)); }
  [[nodiscard]] Request request() final { return attempts_.request(); }
  [[nodiscard]] std::chrono::nanoseconds delay() const noexcept final { return delay_; }
  [[nodiscard]] const StopToken& stop() const noexcept final { return attempts_.stop(); }

 private:
  // The method.
  [[nodiscard]] virtual Step<Value> begin() = 0;
  [[nodiscard]] virtual Step<Value> resume(Answer answer) = 0;

  [[nodiscard]] Next proceed(const Action& action) {
    if (std::holds_alternative<SendRequest>(action)) return Next::send;
    if (const auto* wait = std::get_if<Wait>(&action)) {
      delay_ = wait->duration;
      return Next::wait;
    }
    auto answer = attempts_.take_answer();
    const auto& identity = attempts_.identity();
    const bool refused = !answer && answer.error() == condition::unauthorized && !answer.error().from_words();
    if (refused && identity.owner().known()) identity.refuse(false);
    if (!proving_) return follow(resume(std::move(answer)));
    proving_ = false;
    if (auto proof = prove(identity, answer); !proof) return follow(resume(proof.error()));
    return proceed(attempts_.begin(std::move(pending_)));
  }

  [[nodiscard]] Next follow(Step<Value> step) {
    if (step.finished()) {
      this->result_ = std::move(step.result());
      if (!this->result_) this->result_ = attempts_.completed(this->result_.error());
      return Next::done;
    }
    auto& request = step.request();
    if (const auto& fault = attempts_.endpoint().fault) return follow(resume(told_for(request.operation(), *fault)));
    if (!request.identity()) {
      const auto& caller = attempts_.caller();
      if (!caller) return follow(resume(told_for(request.operation(), caller.error())));
      request.as(*caller);
    }
    if (request.identity()->proven()) return proceed(attempts_.begin(std::move(request)));
    // A secret is proven before its first use: nothing is ever done in the wrong account.
    proving_ = true;
    pending_ = std::move(request);
    return proceed(attempts_.begin(GraphqlRequest(graphql::verify_credentials).as(pending_.identity())));
  }

  // What is wrong with the caller, as this operation's error.
  [[nodiscard]] static Error told_for(const Operation& operation, const Error& fault) {
    auto details = fault.details();
    details.operation = operation.field;
    details.delivery = Delivery::nothing_sent;
    return Error(fault.code(), std::move(details));
  }

  Attempts attempts_;
  GraphqlRequest pending_;
  bool proving_ = false;
  std::chrono::nanoseconds delay_{};
};

/// The call of one method.
template <class Method>
class MethodCall final : public RunningCall<typename Method::value_type> {
 public:
  using value_type = typename Method::value_type;
  MethodCall(const Caller& caller, const CallOptions& options, Method method)
      : RunningCall<value_type>(caller, options), method_(std::move(method)) {}

 private:
  [[nodiscard]] Step<value_type> begin() override { return method_.start(); }
  [[nodiscard]] Step<value_type> resume(Answer answer) override { return method_.resume(std::move(answer)); }
  Method method_;
};

template <class Method>
[[nodiscard]] CallPtr<typename Method::value_type> make_call(const Caller& caller, const CallOptions& options,
                                                             Method method) {
  return std::make_unique<MethodCall<Method>>(caller, options, std::move(method));
}

}  // namespace wandb::detail
