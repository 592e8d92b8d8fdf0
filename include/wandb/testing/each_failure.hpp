// Runs a program once for each way in which each of its requests can fail, and says what the account holds afterwards.
#pragma once

#if !defined(__cpp_exceptions)
#error "<wandb/testing/each_failure.hpp> needs exceptions"
#endif

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <wandb/testing/account.hpp>
#include <wandb/testing/account_snapshot.hpp>
#include <wandb/testing/detail/failure_script.hpp>
#include <wandb/testing/fake_transport.hpp>
#include <wandb/testing/request_failure.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// Settings of `each_failure`.
struct FailureOptions {
  std::vector<RequestFailure> failures{all_failures.begin(), all_failures.end()};  ///< the ways to fail
  /// The number of requests that fail one after the other, at least 1. With 1, most failures are hidden from the
  /// program, because the library sends the request again; with as many as `RetryPolicy::max_attempts` the program sees
  /// each of them.
  std::size_t in_a_row = 1;
  /// The number of requests that the program may send in one run, with those that fail.
  std::size_t max_requests = 200;
};

namespace detail {

// Writes which request failed, what is to be said of it, and how it failed.
inline void write_failure(std::ostream& out, std::size_t request, std::string_view about, RequestFailure failure) {
  if (failure == RequestFailure::none) out << "no request failed";
  else out << "request " << request << about << ' ' << to_string(failure);
}

}  // namespace detail

/// One run of the program. `R` is what the program returns, or `std::monostate` if it returns nothing.
template <class R>
struct FailureRun {
  std::size_t request = 0;  ///< the number of the first request that failed, from 1; 0 if none did
  std::string operation;    ///< that request's operation, such as "CreateUserFromAdmin"
  RequestFailure failure = RequestFailure::none;  ///< how it failed
  std::size_t failed = 0;                         ///< how many requests failed: that one, and those after it
  std::optional<R> returned;                      ///< what the program returned; none if it threw
  std::string thrown;                             ///< the `what()` of the exception that the program threw
  std::string ended;                              ///< how the program ended, such as "returned false", for people
  std::vector<std::string> operations;            ///< the operations of all requests of the run, in order
  AccountSnapshot account;                        ///< what the account held afterwards
  AccountChanges changes;                         ///< how that differs from what it held before

  /// Prints one line, such as "request 2 (GenerateApiKey) ran, and its answer was lost: the program returned false; a
  /// key "ci" of root@example.com was made". If more than one request failed, it says after the operation how many:
  /// "request 2 (GenerateApiKey), like the 3 requests after it, ran, and its answer was lost".
  friend std::ostream& operator<<(std::ostream& out, const FailureRun& run) {
    detail::write_failure(out, run.request, " (" + run.operation + ')' + run.others(), run.failure);
    return out << ": the program " << run.ended << "; " << run.changes;
  }

 private:
  [[nodiscard]] std::string others() const {
    if (failed <= 1) return "";
    if (failed == 2) return ", like the request after it,";
    return ", like the " + std::to_string(failed - 1) + " requests after it,";
  }
};

namespace detail {

// Thrown through a program that sends too many requests. It is no `std::exception`, which the program may catch.
struct TooManyRequests {};

// Stops a program that sends too many requests, by an exception through each further call.
class RequestLimit {
 public:
  RequestLimit(std::size_t limit, std::size_t request, RequestFailure failure)
      : limit_(limit), request_(request), failure_(failure) {}
  void operator()(std::size_t number) {
    if (number <= limit_) return;
    // On a thread that the program has started, the exception may end the process, which then has no other description.
    if (std::this_thread::get_id() != runner_ && !std::exchange(told_, true)) tell();
    throw TooManyRequests();
  }

 private:
  void tell() const {
    std::ostringstream text;
    text << "each_failure: ";
    write_failure(text, request_, "", failure_);
    text << ": the program sent more than " << limit_ << " requests, the last on a thread of its own\n";
    std::fputs(text.str().c_str(), stderr);
  }

  std::size_t limit_;
  std::size_t request_;
  RequestFailure failure_;
  std::thread::id runner_ = std::this_thread::get_id();
  bool told_ = false;
};

template <class R>
[[nodiscard]] std::string describe_returned(const R& returned) {
  std::ostringstream text;
  if constexpr (requires {
                  returned.has_value();
                  returned.error();
                }) {
    if (returned.has_value()) return "returned a value";
    text << "returned an error";
    if constexpr (requires { text << returned.error(); }) text << " (" << returned.error() << ")";
  } else if constexpr (requires { text << returned; }) {
    text << std::boolalpha << "returned " << returned;
  } else {
    return "returned";
  }
  return text.str();
}

/// Runs the program again and again, each time with the account as it was at first.
template <class Program>
class FailureRunner {
 public:
  using Given = std::remove_cvref_t<std::invoke_result_t<Program&, FakeTransport&>>;
  using Returned = std::conditional_t<std::is_void_v<Given>, std::monostate, Given>;
  using Run = FailureRun<Returned>;

  FailureRunner(Account& account, Program& program, const FailureOptions& options)
      : account_(account), program_(program), options_(options), start_(account.snapshot()) {
    if (options.in_a_row == 0) wandb::detail::throw_misuse("each_failure: FailureOptions::in_a_row must be at least 1");
  }
  FailureRunner(const FailureRunner&) = delete;
  FailureRunner& operator=(const FailureRunner&) = delete;
  ~FailureRunner() { account_.restore(start_); }

  [[nodiscard]] std::vector<Run> run_all() {
    std::vector<Run> runs;
    runs.push_back(run(0, RequestFailure::none));
    for (std::size_t request = 1; request <= options_.max_requests; ++request) {
      bool met = false;
      for (const auto failure : options_.failures) {
        auto one = run(request, failure);
        if (one.operations.size() < request) continue;
        met = true;
        if (one.failed != 0) runs.push_back(std::move(one));
      }
      if (!met) break;
    }
    return runs;
  }

 private:
  [[nodiscard]] Run run(std::size_t request, RequestFailure failure) {
    account_.restore(start_);
    FakeTransport fake(account_);
    const Spared spared;
    const auto tell_nobody = [](const std::string&) {};
    fake.when_unmet(tell_nobody);  // The failure of the last run does not come, which is no fault.
    fake.before_each(RequestLimit(options_.max_requests, request, failure));
    if (failure != RequestFailure::none) {
      fake.let_through(request - 1);
      script(fake.expect().times(options_.in_a_row), failure, spared);
    }
    Run one{request, {}, failure, 0, {}, {}, {}, {}, start_, AccountChanges(start_, start_)};
    try {
      call(one, fake);
    } catch (const TooManyRequests&) {
    }
    const bool endless = fake.requests() > options_.max_requests;
    if (endless) one.ended = "sent more than " + std::to_string(options_.max_requests) + " requests";
    fake.when_unmet(tell_nobody);  // Also if the program has set a function.
    const auto not_failed = spared.count();
    one.operations = fake.operations();
    if (request != 0 && one.operations.size() >= request) {
      one.operation = one.operations[request - 1];
      one.failed = std::min(options_.in_a_row, one.operations.size() - request + 1) - not_failed;
    }
    if (one.failed == 0) one.failure = RequestFailure::none;
    one.account = account_.snapshot();
    one.changes = AccountChanges(start_, one.account);
    if (endless) throw std::runtime_error("each_failure: " + text_of(one));
    return one;
  }

  [[nodiscard]] static std::string text_of(const Run& run) {
    std::ostringstream text;
    text << run;
    return text.str();
  }

  // Calls the program, and takes what it returns or throws.
  void call(Run& one, FakeTransport& fake) {
    try {
      if constexpr (std::is_void_v<Given>) {
        program_(fake);
        one.returned.emplace();
        one.ended = "returned";
      } else {
        one.returned.emplace(program_(fake));
        one.ended = describe_returned(*one.returned);
      }
    } catch (const std::exception& exception) {
      one.thrown = exception.what();
      one.ended = "threw \"" + one.thrown + '"';
    }
  }

  Account& account_;
  Program& program_;
  const FailureOptions& options_;
  AccountSnapshot start_;
};

}  // namespace detail

/// Runs a program once without a failure, and then once for each way in which its first request can fail, its second,
/// and so on, until the program ends before that request. Each run begins with the account as it is now, which is also
/// how this leaves it. The program is called with a `FakeTransport&`, from which it makes its `Api`, also as an
/// `AnyTransport` or an `AsyncFakeTransport`. What it keeps apart from the account must be made anew in each run.
///
/// An answer that cannot fail in some way stays as it is: an empty one cannot be cut off, and one that has no data, or
/// refuses, has no part that could be missing. There is no run for such a request and way to fail, and a row of failing
/// requests ends before it.
///
/// Returns the runs in that order: what failed, what the program returned or threw, and what the account then held.
/// Throws `std::invalid_argument` if `in_a_row` is 0. Exceptions that are no `std::exception` pass through. If the
/// program sends more than `max_requests` requests in a run, throws a `std::runtime_error` that describes the run. To
/// stop the program, it throws through each further call; a program that catches everything and goes on is never
/// stopped. On a thread of the program's own, which must not end by an exception, this ends the process, after the run
/// was described on the standard error output. `std::async` hands the exception on.
template <std::invocable<FakeTransport&> Program>
[[nodiscard]] auto each_failure(Account& account, Program&& program, const FailureOptions& options = {}) {
  return detail::FailureRunner<std::remove_reference_t<Program>>(account, program, options).run_all();
}

/// The runs after which `invariant(run)` is false, a line for each. Empty if there are none:
/// `CHECK(counterexamples(runs, invariant) == "")`.
template <class R, std::predicate<const FailureRun<R>&> Invariant>
[[nodiscard]] std::string counterexamples(const std::vector<FailureRun<R>>& runs, Invariant invariant) {
  std::ostringstream lines;
  for (const auto& run : runs) {
    if (!invariant(run)) lines << run << '\n';
  }
  return lines.str();
}

}  // namespace wandb::testing
