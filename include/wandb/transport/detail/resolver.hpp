// Host names to addresses, without a deadline ever waiting for the system's resolver.
#pragma once

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <wandb/detail/ascii.hpp>
#include <wandb/detail/stop.hpp>
#include <wandb/error.hpp>

namespace wandb::detail {

/// What a look-up found: addresses in the order to try them, or why there are none.
struct Addresses {
  std::vector<boost::asio::ip::address> found;
  std::string failure;
};

/// Asks the system (`getaddrinfo`). Blocks for as long as the system likes.
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

/// Resolves in detached threads: a call gives up at its deadline or stop, while the look-up runs on and is shared by
/// whoever asks for the same name meanwhile. Literals and `localhost` ask nobody. Thread-safe.
class Resolver {
 public:
  using LookUp = std::function<Addresses(const std::string&)>;
  explicit Resolver(LookUp ask = look_up) : ask_(std::move(ask)) {}

  /// The addresses of `host`; else `resolve_failed`, `timed_out` or `cancelled`.
  [[nodiscard]] Result<std::vector<boost::asio::ip::address>> resolve(std::string_view host,
                                                                      std::chrono::steady_clock::time_point deadline,
                                                                      const StopToken& stop) {
    const std::string name(host);
    boost::system::error_code not_literal;
    const auto literal = boost::asio::ip::make_address(name, not_literal);
    if (!not_literal) return std::vector{literal};
    if (is_localhost(host)) {
      return std::vector<boost::asio::ip::address>{boost::asio::ip::address_v6::loopback(),
                                                   boost::asio::ip::address_v4::loopback()};
    }
    const auto job = start(name);
    if (job == nullptr) return failed(errc::resolve_failed, name, "no thread could be started");
    std::unique_lock lock(job->mutex);
    if (!wait(*job, lock, deadline, stop)) {
      if (stop.stop_requested()) return failed(errc::cancelled, name, "a stop was requested");
      return failed(errc::timed_out, name, "the name service did not answer before the deadline");
    }
    if (!job->answer.failure.empty()) return failed(errc::resolve_failed, name, job->answer.failure);
    return job->answer.found;
  }

 private:
  struct Job {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool done = false;
    Addresses answer;
  };

  // RFC 6761: these names never go to a name server.
  [[nodiscard]] static bool is_localhost(std::string_view host) noexcept {
    constexpr std::string_view suffix = ".localhost";
    return equal_ignoring_case(host, "localhost") ||
           (host.size() > suffix.size() && equal_ignoring_case(host.substr(host.size() - suffix.size()), suffix));
  }

  [[nodiscard]] static Error failed(errc code, const std::string& name, const std::string& why) {
    return Error(make_error_code(code), "could not resolve " + name + ": " + why + "; check the base URL and the DNS",
                 Delivery::nothing_sent);
  }

  static bool wait(Job& job, std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::time_point deadline,
                   [[maybe_unused]] const StopToken& stop) {
    const auto done = [&job] { return job.done; };
    // No deadline is not a far one: the arithmetic of a wait until max() overflows.
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + std::chrono::hours(24));
#if defined(__cpp_lib_jthread)
    return job.changed.wait_until(lock, stop, until, done);
#else
    return job.changed.wait_until(lock, until, done);
#endif
  }

  // The running look-up of that name, or a new one; null where no thread can be had.
  [[nodiscard]] std::shared_ptr<Job> start(const std::string& name) {
    const std::lock_guard guard(mutex_);
    std::erase_if(jobs_, [](const auto& entry) { return entry.second.expired(); });
    if (auto job = jobs_[name].lock()) {
      const std::lock_guard job_guard(job->mutex);
      if (!job->done) return job;
    }
    auto job = std::make_shared<Job>();
    try {
      std::thread([job, name, ask = ask_] {
        auto answer = ask(name);
        const std::lock_guard job_guard(job->mutex);
        job->answer = std::move(answer);
        job->done = true;
        job->changed.notify_all();
      }).detach();
    } catch (const std::system_error&) {
      return nullptr;
    }
    jobs_[name] = job;
    return job;
  }

  LookUp ask_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Job>> jobs_;
};

}  // namespace wandb::detail
