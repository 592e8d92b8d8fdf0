// A transport without a network, which answers by a script of expectations, an in-memory account, or both.
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <list>
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
#include <wandb/testing/expectation.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing {
namespace detail {
template <class Program>
class FailureRunner;
}

/// A synchronous transport for tests. Copies share the same fake. Each request takes the next step of the script. If it
/// differs from what the step expects, it fails with an error that names both, and `unmet` describes it. After the last
/// step, requests go to the account; without an account they fail.
///
/// It has a clock of its own, by which the library keeps its deadlines: the steady clock, set forward by each wait and
/// by each step that `takes` time. Both end at once, so that a test of a long deadline does not wait. Thread-safe.
class FakeTransport {
 public:
  /// Answers by a script only.
  FakeTransport() : state_(std::make_shared<State>()) {}
  /// Answers by a script, and then by `account`, which must outlive the fake.
  explicit FakeTransport(Account& account) : FakeTransport() { state_->account = &account; }
  /// Shares the same fake. There is no move: what a fake was moved from shares it too.
  FakeTransport(const FakeTransport&) = default;
  FakeTransport& operator=(const FakeTransport&) = default;

  /// Adds a step at the end of the script, which expects this operation, and returns it. An empty name stands for any
  /// operation. The library sends SearchUsers, GetViewer, GetUser, VerifyCredentials, UserApiKeys, ViewerApiKeys,
  /// UserState, CreateUserFromAdmin, UpdateUser, DeleteUser, UndeleteUser, DeleteApiKey, GenerateApiKey and
  /// oidc/token. The reference is valid until a request takes the step for the last time.
  Expectation& expect(std::string operation = {}) {
    const std::lock_guard lock(state_->mutex);
    return state_->script.emplace_back(std::move(operation));
  }
  /// Lets the next `count` requests through to the account. The script continues after them. Throws
  /// `std::invalid_argument` if `count` is negative.
  template <std::integral Count>
  void let_through(Count count) {
    if (std::cmp_less(count, 0)) return wandb::detail::throw_misuse("FakeTransport::let_through: a negative number");
    const std::lock_guard lock(state_->mutex);
    state_->let_through = static_cast<std::size_t>(count);
  }

  /// Describes how the requests differed from the script, and which steps no request has taken. Empty if the script was
  /// met completely.
  [[nodiscard]] std::string unmet() const {
    const std::lock_guard lock(state_->mutex);
    return state_->told = state_->unmet();
  }
  /// Sets a function that gets the text of `unmet`, if it is not empty, when the last copy of the fake is destroyed. It
  /// must not throw. Without a function, the text goes to the standard error output. The text that `unmet` has returned
  /// last is not told again.
  void when_unmet(std::function<void(const std::string&)> tell) {
    const std::lock_guard lock(state_->mutex);
    state_->tell = std::move(tell);
  }
  /// The names of the operations of all requests, in order.
  [[nodiscard]] std::vector<std::string> operations() const {
    const std::lock_guard lock(state_->mutex);
    return state_->operations;
  }
  /// The time on the fake's clock.
  [[nodiscard]] std::chrono::steady_clock::time_point now() const {
    const std::lock_guard lock(state_->mutex);
    return state_->now();
  }
  /// The recorded waits, in order.
  [[nodiscard]] std::vector<std::chrono::nanoseconds> waits() const {
    const std::lock_guard lock(state_->mutex);
    return state_->waits;
  }

  /// Answers at once. Fails if a stop was requested, if the deadline has passed, or if the request is not one that the
  /// library sends: a GraphQL request with one header of credentials, which is marked as secret.
  [[nodiscard]] Result<Response> send(const Request& request) const {
    count();
    if (request.stop.stop_requested()) return Error(errc::cancelled, Delivery::nothing_sent);
    if (request.deadline <= now()) return Error(errc::timed_out, Delivery::nothing_sent);
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
    return *step ? perform(**step, request) : execute(request);
  }

  /// Records the wait, sets the clock forward, and returns at once.
  void wait(std::chrono::nanoseconds duration, const StopToken&) const {
    const std::lock_guard lock(state_->mutex);
    state_->waits.push_back(duration);
    state_->pass(duration);
  }

 private:
  template <class Program>
  friend class detail::FailureRunner;

  struct State {
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
      const auto text = unmet();
      if (text.empty() || text == told) return;
      if (tell) tell(text);
      else std::fprintf(stderr, "FakeTransport: the script was not met:\n%s", text.c_str());
    }

    [[nodiscard]] std::string unmet() const {
      auto text = surprise;
      for (const auto& step : script) {
        if (step.always_ && (step.is_known() || came(step.operation_))) continue;
        const auto count = step.times_ == 1 ? std::string() : ' ' + std::to_string(step.times_) + " times more";
        text += "wanted " + step.wanted() + count + ", which never came\n";
      }
      return text;
    }

    [[nodiscard]] bool came(std::string_view operation) const {
      return std::find(operations.begin(), operations.end(), operation) != operations.end();
    }

    [[nodiscard]] std::chrono::steady_clock::time_point now() const { return std::chrono::steady_clock::now() + ahead; }
    // The sum is limited, so that no time that the library computes from it overflows.
    void pass(std::chrono::nanoseconds duration) {
      constexpr std::chrono::nanoseconds limit = std::chrono::hours(24 * 365 * 100);
      ahead += std::clamp(duration, std::chrono::nanoseconds(), limit - ahead);
    }

    // Takes the step that this request meets, or that it should have met. None if there is no step for it.
    [[nodiscard]] std::optional<Expectation> take(std::string_view operation, const boost::json::value& variables) {
      auto next = script.begin();
      while (next != script.end() && next->always_) ++next;
      if (next == script.end() || !next->matches(operation, variables)) {
        for (const auto& step : script) {
          if (step.always_ && step.matches(operation, variables)) return step;
        }
      }
      if (next == script.end()) return std::nullopt;
      auto step = *next;
      if (--next->times_ == 0) script.erase(next);
      return step;
    }

    std::mutex mutex;
    Account* account = nullptr;
    std::list<Expectation> script;  // A list keeps references to the other steps valid when one is taken.
    std::size_t let_through = 0;
    std::size_t requests = 0;
    std::function<void(std::size_t)> before_each;
    std::vector<std::string> operations;
    std::vector<std::chrono::nanoseconds> waits;
    std::chrono::nanoseconds ahead{};  // of the steady clock
    std::string surprise;
    std::function<void(const std::string&)> tell;
    std::string told;  // what `unmet` has returned last
  };

  // Sets a function that gets the number of each request, from 1, before anything answers it, and may throw.
  void before_each(std::function<void(std::size_t)> function) {
    const std::lock_guard lock(state_->mutex);
    state_->before_each = std::move(function);
  }
  [[nodiscard]] std::size_t requests() const {
    const std::lock_guard lock(state_->mutex);
    return state_->requests;
  }
  void count() const {
    const std::lock_guard lock(state_->mutex);
    ++state_->requests;
    if (state_->before_each) state_->before_each(state_->requests);
  }

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
    const auto& variables = body.at("variables");
    {
      const std::lock_guard lock(state_->mutex);
      state_->operations.push_back(name);
      place = state_->operations.size();
      if (state_->let_through > 0) {
        --state_->let_through;
        return step;
      }
      step = state_->take(name, variables);
    }
    const auto came =
        "request " + std::to_string(place) + ": " + name + " " + boost::json::serialize(variables) + " came";
    if (!step)
      return state_->account ? Result<std::optional<Expectation>>(step)
                             : refuse(came + ", and nothing was wanted any more");
    if (!step->operation_.empty() && step->operation_ != name) return refuse(came + ", wanted " + step->wanted());
    if (!step->matches(name, variables)) return refuse(came + ", wanted " + boost::json::serialize(*step->variables_));
    if (step->executes_ && state_->account == nullptr) return refuse(came + ", and there is no account to answer");
    return step;
  }

  // Answers as a step says. The time passes first, unless the deadline comes before the answer.
  [[nodiscard]] Result<Response> perform(const Expectation& step, const Request& request) const {
    const bool in_time = pass(step.duration_, request.deadline);
    auto answer = step.answer_ ? Result<Response>(*step.answer_) : Result<Response>();
    if (step.executes_) answer = execute(request);
    if (answer && step.change_) (*step.change_)(*answer);
    if (!in_time) return Error(errc::timed_out, Delivery::perhaps_sent);
    return step.failure_ ? Result<Response>(*step.failure_) : std::move(answer);
  }
  [[nodiscard]] bool pass(std::chrono::nanoseconds duration, std::chrono::steady_clock::time_point deadline) const {
    const std::lock_guard lock(state_->mutex);
    const auto left = deadline - state_->now();
    state_->pass(std::min(duration, left));
    return duration < left;
  }

  [[nodiscard]] Result<Response> execute(const Request& request) const {
    if (state_->account == nullptr) return refuse("there is no account to answer");
    return state_->account->handle(request);
  }

  std::shared_ptr<State> state_;
};

static_assert(SyncTransport<FakeTransport>);

}  // namespace wandb::testing
