// The table of the conformance suite's rules, and the thread that carries one out.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/testing/certificates.hpp>
#include <wandb/testing/detail/conformance_answers.hpp>
#include <wandb/testing/detail/conformance_bench.hpp>
#include <wandb/testing/detail/conformance_connecting.hpp>
#include <wandb/testing/detail/conformance_limits.hpp>
#include <wandb/testing/detail/conformance_once.hpp>
#include <wandb/testing/detail/conformance_rules.hpp>
#include <wandb/testing/detail/conformance_tls.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

/// A rule: what every transport does, as the end of a sentence that begins with "the transport".
struct ConformanceRule {
  enum class Needs { nothing, trust, threads, full_listener };
  enum class Servers { both, own };
  std::string_view name;
  void (*check)(Bench&);
  Needs needs = Needs::nothing;     ///< `trust`: the transport trusts the suite's authority
  Servers servers = Servers::both;  ///< `both`: over plain HTTP, and again over TLS; `own`: the rule decides that
};

using Needs = ConformanceRule::Needs;
using Servers = ConformanceRule::Servers;
inline constexpr ConformanceRule conformance_rules[] = {
    {"answers over TLS", answers_over_tls, Needs::trust, Servers::own},
    {"sends a request byte for byte", sends_byte_for_byte},
    {"returns the headers of an answer byte for byte", returns_headers},
    {"returns an answer with any status", returns_every_status},
    {"carries bodies of 0, 1 and 16 Mi bytes", carries_bodies_of_any_size},
    {"carries every byte of a body", carries_every_byte},
    {"reads an answer however its end is marked", reads_every_framing},
    {"reads chunk extensions, and answers without a body", reads_odd_endings},
    {"skips interim answers", skips_interim_answers},
    {"follows no redirect", follows_no_redirect},
    {"sends once whatever the status", sends_once_whatever_the_status},
    {"sends a request to its own origin alone", sends_to_the_origin_alone},
    {"sends once if the connection is closed", sends_once_if_closed},
    {"sends once if the connection is reset", sends_once_if_reset},
    {"sends once if the connection is reset while it sends", sends_once_if_reset_while_sending},
    {"sends once if the connection was dropped while it was idle", sends_once_if_dropped_while_idle},
    {"reports an answer that is cut or is not HTTP", reports_cut_answers},
    {"returns no answer of an earlier request after a deadline", keeps_answers_apart_after_a_deadline},
#if defined(__cpp_lib_jthread)
    {"returns no answer of an earlier request after a stop", keeps_answers_apart_after_a_stop},
#endif
    {"returns no answer of an earlier request after a cut answer", keeps_answers_apart_after_a_cut},
    {"says that nothing was sent to a port that refuses", says_that_a_port_refused, Needs::nothing, Servers::own},
    {"says that nothing was sent to a name that does not exist", says_that_a_name_is_unknown, Needs::nothing,
     Servers::own},
    {"reaches an IPv6 address, where the machine has one", reaches_an_ipv6_address, Needs::nothing, Servers::own},
    {"sends without a deadline", sends_without_a_deadline},
    {"keeps the deadline if the server is silent", gives_up_on_silence},
    {"keeps the deadline if the server falls silent within its answer", gives_up_within_an_answer},
    {"keeps the deadline if the answer comes a byte at a time", gives_up_on_a_slow_answer},
    {"keeps the deadline if the answer comes too late", gives_up_before_a_late_answer},
    {"keeps the deadline if the server does not read", gives_up_while_sending},
    {"keeps the deadline while it connects", gives_up_while_connecting, Needs::full_listener, Servers::own},
    {"sends nothing after the deadline", sends_nothing_after_the_deadline},
#if defined(__cpp_lib_jthread)
    {"obeys a stop", obeys_a_stop},
    {"obeys a stop within an answer", obeys_a_stop_within_an_answer},
    {"obeys a stop while the server does not read", obeys_a_stop_while_sending},
    {"obeys a stop while it connects", obeys_a_stop_while_connecting, Needs::full_listener, Servers::own},
    {"sends nothing after a stop", sends_nothing_after_a_stop},
    {"ends a wait when a stop is requested", ends_a_wait_at_a_stop, Needs::nothing, Servers::own},
#endif
    {"waits as long as it is told", waits_as_long_as_told, Needs::nothing, Servers::own},
    {"serves two threads", serves_two_threads, Needs::threads},
    {"serves a thread while another waits", keeps_threads_apart, Needs::threads},
    {"sends nothing in clear to an https origin", sends_nothing_in_clear, Needs::nothing, Servers::own},
    {"refuses the certificate of an unknown authority", refuses_an_unknown_authority, Needs::nothing, Servers::own},
    {"refuses the certificate of another host, and one that has expired", refuses_another_certificate, Needs::trust,
     Servers::own},
    {"keeps the deadline during the TLS handshake", gives_up_on_a_handshake, Needs::trust, Servers::own},
};

/// What the thread of a rule and the thread that waits for it share. An abandoned thread keeps it.
class ConformanceRun {
 public:
  ConformanceRun(CheckedTransport transport, std::shared_ptr<const CertificateAuthority> authority, bool over_tls)
      : bench(std::move(transport), std::move(authority), over_tls) {}

  Bench bench;
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;

  /// Waits until the rule has been carried out. Returns false if its thread takes longer than it may.
  [[nodiscard]] bool wait() {
    return wait_until([this] { return bench.limit(); }, [] { return false; });
  }
  /// Waits until what the thread did until `limit` has ended. Returns false if it takes longer than `hang_limit`.
  [[nodiscard]] bool wait_until_moved(Bench::Clock::time_point limit) {
    const auto end = Bench::Clock::now() + hang_limit;
    return wait_until([end] { return end; }, [&] { return bench.limit() != limit; });
  }

 private:
  template <class Limit, class Enough>
  [[nodiscard]] bool wait_until(Limit limit, Enough enough) {
    std::unique_lock lock(mutex);
    while (!done && !enough()) {
      const auto now = Bench::Clock::now();
      if (now >= limit()) return false;
      changed.wait_until(lock, std::min(limit(), now + std::chrono::milliseconds(20)));
    }
    return true;
  }
};

/// What carrying a rule out has shown.
struct CarriedOut {
  std::vector<std::string> complaints;
  bool left_behind = false;  ///< whether a `send` did not return at all
};

/// Carries a rule out once, in a thread of its own. If `send` does not return, the server ends its connections; if it
/// still does not, the thread is left behind.
inline CarriedOut carry_out_once(const ConformanceRule& rule, CheckedTransport transport,
                                 std::shared_ptr<const CertificateAuthority> authority, bool over_tls) {
  const auto run = std::make_shared<ConformanceRun>(std::move(transport), std::move(authority), over_tls);
  std::thread thread([run, check = rule.check] {
    check(run->bench);
    run->bench.clear();
    const std::lock_guard lock(run->mutex);
    run->done = true;
    run->changed.notify_one();
  });
  bool hung = false;
  while (!run->wait()) {
    const auto limit = run->bench.limit();
    const bool destroyed = run->bench.clearing();
    if (!std::exchange(hung, true))
      run->bench.complain(destroyed ? "The transport's destructor did not return."
                                    : "The transport did not return although its deadline had long passed.");
    run->bench.drop_connections();
    if (run->wait_until_moved(limit)) continue;
    run->bench.complain(
        "It did not return either when the server had ended its connections. Its thread was left behind.");
    thread.detach();
    return {run->bench.complaints(), true};
  }
  thread.join();
  return {run->bench.complaints()};
}

/// Carries a rule out, and a second time over TLS if `over_tls` and there was nothing to complain of.
inline CarriedOut carry_out(const ConformanceRule& rule, const std::function<CheckedTransport()>& make,
                            const std::shared_ptr<const CertificateAuthority>& authority, bool over_tls) {
  auto first = carry_out_once(rule, make(), authority, false);
  if (!over_tls || rule.servers == Servers::own || !first.complaints.empty()) return first;
  auto second = carry_out_once(rule, make(), authority, true);
  for (auto& what : second.complaints) what.insert(0, "Over TLS: ");
  return second;
}

}  // namespace wandb::testing::detail
