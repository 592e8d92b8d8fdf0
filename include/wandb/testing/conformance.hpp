// Checks whether a transport keeps the contract of `wandb/transport.hpp`, over a real server on loopback. Needs
// Boost.Asio, Boost.Beast and OpenSSL.
#pragma once

#if !defined(__cpp_exceptions)
#error "<wandb/testing/conformance.hpp> needs exceptions"
#endif

#include <unistd.h>

#include <chrono>
#include <concepts>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/testing/certificates.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/detail/conformance_run.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// What a factory of transports may need to know of the suite's servers.
struct Surroundings {
  std::string ca_pem;   ///< the certificate of the authority to trust, in PEM
  std::string ca_file;  ///< the path of a file that contains it, which exists while the suite runs
};

/// What is wrong with a transport.
struct Complaint {
  std::string rule;  ///< the broken rule, as the end of a sentence that begins with "the transport"
  std::string what;  ///< what happened, in full sentences
  friend std::ostream& operator<<(std::ostream& out, const Complaint& complaint) {
    return out << "Rule: the transport " << complaint.rule << ".\n" << complaint.what;
  }
};

/// What the suite checks. A part that a transport cannot do has to be left out here: nothing is skipped silently.
struct ConformanceOptions {
  bool tls = true;          ///< false for a transport of plain HTTP only, or one that cannot be told an authority
  bool threads = true;      ///< false for a transport that several threads must not use at once
  bool connecting = true;   ///< false on a system where the queue of a listener is never full
  std::string_view only{};  ///< the name of the only rule to check; empty for all
};
static_assert(OptionsStruct<ConformanceOptions>);

/// Makes a synchronous transport, and may take the suite's `Surroundings`.
template <class Make>
concept MakesTransport = std::invocable<const Make&, const Surroundings&> || std::invocable<const Make&>;

namespace detail {

/// The transport has a `wait` beside what is required, and not the one that the library uses if it exists.
template <class T>
concept HasAnotherWait = !wandb::detail::WaitsUntilStopped<T> && !wandb::detail::AwaitsUntilStopped<T> &&
                         ((SyncTransport<T> && requires { &wandb::detail::Unwrapped<T>::wait; }) ||
                          requires(wandb::detail::Unwrapped<T> & transport, std::chrono::nanoseconds duration,
                                   const StopToken& stop) { transport.wait(duration, stop); });

template <MakesTransport Make>
[[nodiscard]] decltype(auto) make_transport(const Make& make, const Surroundings& surroundings) {
  if constexpr (std::invocable<const Make&, const Surroundings&>) return make(surroundings);
  else return make();
}

/// Holds the transport that a factory made, which need not be movable.
template <class Make>
struct MadeTransport {
  using Type = std::remove_cvref_t<decltype(make_transport(std::declval<const Make&>(), std::declval<Surroundings>()))>;
  MadeTransport(const Make& make, const Surroundings& surroundings) : held(make_transport(make, surroundings)) {}
  [[nodiscard]] wandb::detail::Unwrapped<Type>& get() noexcept { return held; }
  Type held;
};

/// Writes the authority's certificate to a new file, and removes that at the end.
class AuthorityFile {
 public:
  explicit AuthorityFile(const std::string& pem) {
    auto name = (std::filesystem::temp_directory_path() / "wandb-conformance-XXXXXX").string();
    const int descriptor = ::mkstemp(name.data());
    if (descriptor < 0 || !(std::ofstream(name) << pem).flush())
      throw std::runtime_error("could not write the authority's certificate to " + name);
    ::close(descriptor);
    path_ = std::move(name);
  }
  AuthorityFile(const AuthorityFile&) = delete;
  AuthorityFile& operator=(const AuthorityFile&) = delete;
  ~AuthorityFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// After so long, a suite that has complained ends before its next rule.
inline constexpr auto longest = std::chrono::minutes(1);

/// Whether the options leave a rule out.
inline bool is_left_out(const ConformanceRule& rule, const ConformanceOptions& options) {
  return (rule.needs == Needs::threads && !options.threads) ||
         (rule.needs == Needs::full_listener && !options.connecting) || (rule.needs == Needs::trust && !options.tls);
}

/// Checks all rules. `make` makes a new transport for each. `trusts` is whether it is told the authority.
inline std::vector<Complaint> check_rules(const std::function<CheckedTransport(const Surroundings&)>& make, bool trusts,
                                          const ConformanceOptions& options) {
  const auto authority = std::make_shared<const CertificateAuthority>("the conformance suite's authority");
  const AuthorityFile file(authority->pem());
  const Surroundings surroundings{authority->pem(), file.path()};
  std::vector<Complaint> complaints;
  bool found = false;
  bool over_tls = options.tls && trusts;
  int left_behind = 0;
  const auto begun = Bench::Clock::now();
  for (const auto& rule : conformance_rules) {
    if (!options.only.empty() && options.only != rule.name) continue;
    found = true;
    if (!complaints.empty() && Bench::Clock::now() - begun > longest) {
      complaints.push_back({std::string(rule.name),
                            "The suite has taken a minute, and ends here. This rule and those "
                            "that follow were not checked."});
      break;
    }
    if (is_left_out(rule, options)) continue;
    if (rule.needs == Needs::trust && !trusts) {
      complaints.push_back({std::string(rule.name),
                            "This was not checked, since the factory does not take the `Surroundings`, and the "
                            "transport cannot trust the server. Take them, or leave TLS out with `{.tls = false}`."});
      continue;
    }
    auto carried_out = carry_out(
        rule, [&] { return make(surroundings); }, authority, over_tls);
    // Nothing else can be said of a transport that gets no answer over TLS.
    if (rule.check == answers_over_tls && !carried_out.complaints.empty()) over_tls = false;
    for (auto& what : carried_out.complaints) complaints.push_back({std::string(rule.name), std::move(what)});
    if (carried_out.left_behind && ++left_behind == 2) {
      complaints.push_back({std::string(rule.name),
                            "This is the second send that never returned. The suite ends here, and the rules that "
                            "follow were not checked."});
      break;
    }
  }
  if (!found) complaints.push_back({std::string(options.only), "There is no rule of this name."});
  return complaints;
}

}  // namespace detail

/// The names of all rules, for instance to make a test case of each.
[[nodiscard]] inline std::vector<std::string_view> conformance_rules() {
  std::vector<std::string_view> names;
  for (const auto& rule : detail::conformance_rules) names.push_back(rule.name);
  return names;
}

/// Checks a transport whose calls block. `make()` or `make(const Surroundings&)` makes one; it is called for each rule.
/// To check TLS, the transport has to trust the authority of the `Surroundings`.
///
/// Returns what is wrong; for a correct transport nothing, in about 8 seconds. A `send` that does not return is a
/// complaint: its connections are ended, and if that does not help, its thread is left behind with the transport. A
/// program should then end soon, since the thread may use what `make` refers to. The second such `send` ends the suite,
/// and so does the end of a rule after a minute, if there are complaints.
/// Throws `std::exception` if there is no port or file for the suite itself.
template <MakesTransport Make>
[[nodiscard]] std::vector<Complaint> conformance(const Make& make, const ConformanceOptions& options = {}) {
  using Made = detail::MadeTransport<Make>;
  static_assert(
      SyncTransport<typename Made::Type>,
      "the factory makes no synchronous transport; for an asynchronous one, give a function that runs a task");
  return detail::check_rules(
      [&make](const Surroundings& surroundings) -> detail::CheckedTransport {
        const auto made = std::make_shared<Made>(make, surroundings);
        detail::CheckedTransport checked{[made](const Request& request) { return made->get().send(request); }, {}, {}};
        checked.has_another_wait = detail::HasAnotherWait<typename Made::Type>;
        if constexpr (wandb::detail::WaitsUntilStopped<typename Made::Type>) {
          checked.wait = [made](std::chrono::nanoseconds duration) { made->get().wait(duration, StopToken{}); };
          checked.wait_until_stopped = [made](std::chrono::nanoseconds duration, const StopToken& stop) {
            made->get().wait(duration, stop);
          };
        }
        return checked;
      },
      std::invocable<const Make&, const Surroundings&>, options);
}

/// Checks a transport whose calls are awaited. `run(task)` runs a task to its end and returns its result, which is
/// `void` for one of `wait`; several threads call it at once, unless `threads` is off. The rest is as for a transport
/// whose calls block.
template <MakesTransport Make, class Run>
requires(!std::convertible_to<const Run&, ConformanceOptions>)
    [[nodiscard]] std::vector<Complaint> conformance(const Make& make, const Run& run,
                                                     const ConformanceOptions& options = {}) {
  using Made = detail::MadeTransport<Make>;
  static_assert(AsyncTransport<typename Made::Type>, "the factory makes no asynchronous transport");
  return detail::check_rules(
      [&make, run](const Surroundings& surroundings) -> detail::CheckedTransport {
        const auto made = std::make_shared<Made>(make, surroundings);
        detail::CheckedTransport checked{
            [made, run](const Request& request) -> Result<Response> { return run(made->get().send(request)); },
            [made, run](std::chrono::nanoseconds duration) { run(made->get().wait(duration)); },
            {}};
        checked.has_another_wait = detail::HasAnotherWait<typename Made::Type>;
        if constexpr (wandb::detail::AwaitsUntilStopped<typename Made::Type>) {
          checked.wait_until_stopped = [made, run](std::chrono::nanoseconds duration, const StopToken& stop) {
            static_cast<void>(run(made->get().wait(duration, stop)));
          };
        }
        return checked;
      },
      std::invocable<const Make&, const Surroundings&>, options);
}

}  // namespace wandb::testing
