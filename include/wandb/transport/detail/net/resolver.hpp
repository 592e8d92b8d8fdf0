// Resolves host names so that a deadline or a stop does not have to wait for the system's resolver.
#pragma once

#if !defined(_WIN32)
#include <netdb.h>
#endif

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <wandb/detail/config/host.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/transport/detail/net/process.hpp>
#include <wandb/transport/detail/net/sockets.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The result of a look-up: the addresses in the order to try them, or the reason why there are none.
struct Addresses {
  std::vector<boost::asio::ip::address> found;
  std::string failure;
};

/// Asks the system (`getaddrinfo`). It may block for a long time, and nothing can interrupt it.
[[nodiscard]] inline Addresses look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  if (const int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); rc != 0) return {{}, ::gai_strerror(rc)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Addresses answer;
  for (const auto* at = list; at != nullptr; at = at->ai_next) {
    boost::asio::ip::tcp::endpoint endpoint;
    if (at->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), at->ai_addr, at->ai_addrlen);
    answer.found.push_back(endpoint.address());
  }
  if (answer.found.empty()) answer.failure = "the name has no address";
  return answer;
}

/// One look-up that runs in a thread. Thread-safe.
class LookUpJob {
 public:
  void finish(Addresses answer) {
    std::vector<std::function<void()>> listeners;
    {
      const std::lock_guard guard(mutex_);
      answer_ = std::move(answer);
      done_ = true;
      listeners.swap(listeners_);
    }
    changed_.notify_all();
    for (const auto& tell : listeners) tell();
  }
  [[nodiscard]] bool done() const {
    const std::lock_guard guard(mutex_);
    return done_;
  }
  /// The result. Valid once the look-up is done.
  [[nodiscard]] const Addresses& answer() const noexcept { return answer_; }
  /// Waits until the look-up is done. False if the deadline or the stop came first.
  [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline, [[maybe_unused]] const StopToken& stop) {
    std::unique_lock lock(mutex_);
    const auto done = [this] { return done_; };
    // The arithmetic of a wait until max(), which stands for no deadline, overflows.
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + std::chrono::hours(24));
#if defined(__cpp_lib_jthread)
    return changed_.wait_until(lock, stop, until, done);
#else
    return changed_.wait_until(lock, until, done);
#endif
  }
  /// Calls `tell` when the look-up is done, in its thread, or at once if it is done already.
  void when_done(std::function<void()> tell) {
    {
      const std::lock_guard guard(mutex_);
      if (!done_) {
        listeners_.push_back(std::move(tell));
        return;
      }
    }
    tell();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::function<void()>> listeners_;
  bool done_ = false;
  Addresses answer_;
};

/// Resolves names in detached threads. A call gives up at its deadline or stop. The look-up continues, and other calls
/// for the same name share it. Literal addresses and `localhost` need no look-up. Thread-safe.
class Resolver {
 public:
  using LookUp = std::function<Addresses(const std::string&)>;
  using Found = Result<std::vector<boost::asio::ip::address>>;
  explicit Resolver(LookUp ask = look_up) : ask_(std::move(ask)) {}

  /// The addresses of `host`. Fails with `resolve_failed`, `timed_out` or `cancelled`.
  [[nodiscard]] Found resolve(const std::string& host, std::chrono::steady_clock::time_point deadline,
                              const StopToken& stop) {
    if (auto known = resolve_locally(host)) return std::move(*known);
    const auto job = start(host);
    if (job != nullptr && !job->wait(deadline, stop)) {
      return failed(stop.stop_requested() ? errc::cancelled : errc::timed_out, host);
    }
    return result(host, job.get());
  }

  /// The addresses of a host that needs no look-up, or nothing for any other host.
  [[nodiscard]] static std::optional<Found> resolve_locally(const std::string& host) {
    boost::system::error_code not_literal;
    const auto literal = boost::asio::ip::make_address(host, not_literal);
    if (!not_literal) return Found(std::vector{literal});
    if (!is_localhost(host)) return std::nullopt;
    return Found(std::vector<boost::asio::ip::address>{boost::asio::ip::address_v6::loopback(),
                                                       boost::asio::ip::address_v4::loopback()});
  }
  /// The running look-up of that name, or a new one. Null if no thread could be started.
  [[nodiscard]] std::shared_ptr<LookUpJob> start(const std::string& name) {
    const std::lock_guard guard(mutex_);
    // A forked process inherits the jobs of its parent, but not the threads that would finish them.
    if (const auto process = current_process(); std::exchange(process_, process) != process) jobs_.clear();
    std::erase_if(jobs_, [](const auto& entry) { return entry.second.expired(); });
    if (auto job = jobs_[name].lock(); job != nullptr && !job->done()) return job;
    auto job = std::make_shared<LookUpJob>();
#if defined(__cpp_exceptions)
    try {
#endif
      std::thread([job, name, ask = ask_] { job->finish(ask(name)); }).detach();
#if defined(__cpp_exceptions)
    } catch (const std::system_error&) {
      return nullptr;
    }
#endif
    jobs_[name] = job;
    return job;
  }
  /// The result of a finished look-up. A null `job` means that no thread could be started.
  [[nodiscard]] static Found result(const std::string& name, const LookUpJob* job) {
    if (job == nullptr) return failed(errc::resolve_failed, name, "no thread could be started");
    if (!job->answer().failure.empty()) return failed(errc::resolve_failed, name, job->answer().failure);
    return job->answer().found;
  }
  [[nodiscard]] static Error failed(errc code, const std::string& name, std::string_view why = {}) {
    if (code == errc::cancelled) why = "a stop was requested";
    if (code == errc::timed_out) why = "the name service did not answer before the deadline";
    return Error(make_error_code(code), Error::Details{.reason = "could not resolve " + name + ": " + std::string(why),
                                                       .advice = "check the base URL and the DNS",
                                                       .operation = {},
                                                       .messages = {},
                                                       .delivery = Delivery::nothing_sent});
  }

 private:
  LookUp ask_;
  std::mutex mutex_;
  ProcessId process_ = current_process();
  std::map<std::string, std::weak_ptr<LookUpJob>> jobs_;
};

}  // namespace wandb::detail
