// The workbench of one rule of the conformance suite: a transport, a server, and what was complained of.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <initializer_list>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wandb/error.hpp>
#include <wandb/headers.hpp>
#include <wandb/result.hpp>
#include <wandb/stop_token.hpp>
#include <wandb/testing/certificates.hpp>
#include <wandb/testing/detail/conformance_server.hpp>
#include <wandb/testing/detail/full_listener.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing::detail {

using namespace std::chrono_literals;

/// The functions behind which the suite holds any transport.
struct CheckedTransport {
  std::function<Result<Response>(const Request&)> send;
  std::function<void(std::chrono::nanoseconds)> wait;  ///< empty if the transport has none
  std::function<void(std::chrono::nanoseconds, const StopToken&)> wait_until_stopped;  ///< the same
  bool has_another_wait = false;  ///< the transport has a `wait` that the library does not use
};

/// How long a request may take that should succeed, and how long if another one of the rule has taken all of that.
inline constexpr auto patience = 20s;
inline constexpr auto impatience = 2s;
/// The deadline of requests that should reach it.
inline constexpr auto short_deadline = 300ms;
/// How long an exchange lasts before a stop is requested.
inline constexpr auto stop_after = 100ms;
/// How much later than its deadline a `send` may return.
inline constexpr auto grace = 1500ms;
/// How much later the suite ends the connections of a `send` that has not returned.
inline constexpr auto hang_limit = 2s;

/// The credentials of the suite's requests, which no error may repeat.
inline constexpr std::string_view authorization = "Basic YXBpOmNvbmZvcm1hbmNlLXN1aXRlLXNlY3JldC0wMTIzNDU2Nzg5YWJjZGVm";
/// Those of another person.
inline constexpr std::string_view other_authorization =
    "Basic YXBpOmNvbmZvcm1hbmNlLXN1aXRlLXNlY3JldC1vZi1hbm90aGVyLXBlcnNvbi0wMTIz";
/// Parts of them, encoded and as plain text, and the text that answers contain where the service would send a new key.
inline constexpr std::string_view secrets[] = {"YXBpOmNvbmZvcm1hbmNlLXN1aXRl", "conformance-suite-secret",
                                               "a-new-key-in-an-answer"};

/// Carries one rule out. Its complaints and its limit of time are read by another thread; everything else belongs to
/// the thread of the rule.
class Bench {
 public:
  using Clock = std::chrono::steady_clock;

  /// With `over_tls` the servers that `serve()` starts have a certificate that the transport was told to trust.
  Bench(CheckedTransport transport, std::shared_ptr<const CertificateAuthority> authority, bool over_tls)
      : authority_(std::move(authority)), transport_(std::move(transport)), over_tls_(over_tls) {}

  /// Records what happened, in full sentences.
  void complain(std::string what) {
    const std::lock_guard lock(mutex_);
    complaints_.push_back(std::move(what));
  }
  void require(bool kept, std::string_view what) {
    if (!kept) complain(std::string(what));
  }
  [[nodiscard]] std::vector<std::string> complaints() const {
    const std::lock_guard lock(mutex_);
    return complaints_;
  }

  /// Starts a server, for plain HTTP or over TLS.
  CountingServer& serve() { return over_tls_ ? serve_tls() : serve(LoopbackOptions()); }
  /// Starts a server with these options.
  CountingServer& serve(const LoopbackOptions& options) {
    auto started = std::make_unique<CountingServer>(options);
    const std::lock_guard lock(mutex_);
    return *servers_.emplace_back(std::move(started));
  }
  /// Starts a server with a certificate of the authority that the transport was told to trust.
  CountingServer& serve_tls(const CertificateOptions& options = {}) {
    return serve({.tls = true, .certificate = authority_->issue(options)});
  }
  /// Starts to listen, and accepts nothing.
  FullListener& listen_in_vain() {
    auto started = std::make_unique<FullListener>();
    const std::lock_guard lock(mutex_);
    return *(listener_ = std::move(started));
  }
  /// Ends all connections, so that a transport that waits for an answer returns. Its error says nothing then.
  void drop_connections() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (const auto& server : servers_) server->loopback().drop_connections();
    if (listener_) listener_->close();
  }

  /// Sends a request to a server, and checks what holds for every `send`: it returns in time and does not throw, the
  /// server has not handled more than one request, and an error shows no secret.
  [[nodiscard]] Result<Response> send(CountingServer& to, std::string_view body = "{}",
                                      Clock::duration timeout = patience, StopToken stop = {}) {
    auto request = this->request(to, body, timeout);
    request.stop = std::move(stop);
    return send(to, request);
  }
  [[nodiscard]] Result<Response> send(CountingServer& to, const Request& request) {
    const auto before = to.loopback().requests();
    auto result = send(request);
    const auto handled = to.loopback().requests() - before;
    if (handled > 1) complain("The server got " + std::to_string(handled) + " requests of one send.");
    if (result && handled == 0) complain("send returned an answer, but the server has not got a whole request.");
    if (!result && result.error().delivery() == Delivery::nothing_sent && handled != 0)
      complain("The error says `nothing_sent`, but the server got the request: " + result.error().message());
    return result;
  }
  /// Sends a request without counting at a server. Safe to call from several threads at once.
  [[nodiscard]] Result<Response> send(const Request& request) {
    const auto now = Clock::now();
    const auto end = std::clamp(request.deadline, now, now + patience);  // `max()` is no deadline
    allow(end + hang_limit);
    auto result = call(request);
    const auto late = Clock::now() - end;
    if (late > grace)
      complain("send returned " + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(late).count()) +
               " ms after its deadline.");
    if (end - now > patience - 1s && late.count() >= 0) slow_ = true;
    allow(Clock::now() + patience);
    if (!result) check_text(result.error());
    return result;
  }
  /// Waits with the transport, as the library does before it repeats a request. Returns how long that took, or nothing
  /// if the transport has no function for that.
  [[nodiscard]] std::optional<Clock::duration> wait(std::chrono::nanoseconds duration) {
    if (!transport_.wait) return std::nullopt;
    return waited(duration, [&] { transport_.wait(duration); });
  }
  [[nodiscard]] std::optional<Clock::duration> wait(std::chrono::nanoseconds duration, const StopToken& stop) {
    if (!transport_.wait_until_stopped) return std::nullopt;
    return waited(duration, [&] { transport_.wait_until_stopped(duration, stop); });
  }
  [[nodiscard]] bool has_another_wait() const noexcept { return transport_.has_another_wait; }

  /// A request to a server. It views static texts, texts that the bench keeps, and `body`.
  [[nodiscard]] Request request(CountingServer& to, std::string_view body, Clock::duration timeout = patience) {
    static constexpr Header headers[] = {{"Authorization", authorization, true},
                                         {"User-Agent", "W&B Public Client conformance"},
                                         {"Content-Type", "application/json"},
                                         {"Accept", "application/json"},
                                         {"Accept-Encoding", "identity"}};
    auto& server = to.loopback();
    const bool tls = !server.ca_pem().empty();
    Request request;
    request.origin = {tls, tls ? "localhost" : keep(server.address()), server.port()};
    request.target = "/graphql";
    const auto url = server.base_url();
    request.host = keep(url.substr(url.find("://") + 3));
    request.headers = headers;
    request.body = body;
    request.deadline = Clock::now() + (slow_ ? std::min<Clock::duration>(timeout, impatience) : timeout);
    request.operation = "viewer";
    request.attempt = 1;
    return request;
  }

  /// Returns whether the result is an error. Otherwise complains, with `why` as the sentence's end.
  [[nodiscard]] bool is_error(const Result<Response>& result, std::string_view why) {
    if (!result) return true;
    complain("send returned a response with the status " + std::to_string(result->status) + ", although " +
             std::string(why) + ".");
    return false;
  }
  /// Returns whether the result is a response. Otherwise complains.
  [[nodiscard]] bool is_response(const Result<Response>& result, std::string_view what = "an answer") {
    if (!result) complain("send returned an error instead of " + std::string(what) + ": " + result.error().message());
    return result.has_value();
  }
  /// Complains if the error's `Delivery` is none of these.
  void check_delivery(const Error& error, std::initializer_list<Delivery> truth, std::string_view why) {
    if (std::find(truth.begin(), truth.end(), error.delivery()) != truth.end()) return;
    complain("The error says `" + std::string(name(error.delivery())) + "`, but " + std::string(why) + ": " +
             error.message());
  }
  /// Complains if the result is not the error of a deadline.
  void check_timed_out(const Result<Response>& result, std::string_view why) {
    if (!is_error(result, why) || was_ended()) return;
    require(result.error() == condition::timed_out,
            "The deadline passed, but the error is not `condition::timed_out`: " + result.error().message());
  }
  /// Complains if the result is not the error of a stop.
  void check_stopped(const Result<Response>& result, std::string_view why) {
    if (!is_error(result, why) || was_ended()) return;
    require(result.error() == condition::cancelled,
            "A stop was requested, but the error is not `condition::cancelled`: " + result.error().message());
  }

  /// Until when the rule's thread may take. Then its transport hangs.
  [[nodiscard]] Clock::time_point limit() const {
    const std::lock_guard lock(mutex_);
    return limit_;
  }
  /// Whether the transport is being destroyed.
  [[nodiscard]] bool clearing() const noexcept { return clearing_.load(); }
  /// Destroys the transport and the servers.
  void clear() {
    allow(Clock::now() + patience / 4);
    clearing_ = true;
    transport_ = {};
    clearing_ = false;
    std::vector<std::unique_ptr<CountingServer>> ended;
    std::unique_ptr<FullListener> closed;
    const std::lock_guard lock(mutex_);
    ended.swap(servers_);
    closed.swap(listener_);
  }

 private:
  [[nodiscard]] static constexpr std::string_view name(Delivery delivery) noexcept {
    return delivery == Delivery::nothing_sent ? "nothing_sent"
           : delivery == Delivery::answered   ? "answered"
                                              : "perhaps_sent";
  }
  template <class Wait>
  [[nodiscard]] Clock::duration waited(std::chrono::nanoseconds duration, const Wait& wait) {
    const auto began = Clock::now();
    allow(began + duration + hang_limit);
    try {
      wait();
    } catch (const std::exception& thrown) {
      complain(std::string("wait threw an exception: ") + thrown.what());
    } catch (...) {
      complain("wait threw an exception.");
    }
    allow(Clock::now() + patience);
    return Clock::now() - began;
  }
  void allow(Clock::time_point until) {
    const std::lock_guard lock(mutex_);
    limit_ = until;
  }
  /// Whether the suite has ended the connections of a `send` that hung.
  [[nodiscard]] bool was_ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  [[nodiscard]] Result<Response> call(const Request& request) {
    try {
      return transport_.send(request);
    } catch (const std::exception& thrown) {
      complain(std::string("send threw an exception. It returns its failures as errors: ") + thrown.what());
    } catch (...) {
      complain("send threw an exception. It returns its failures as errors.");
    }
    return Error(errc::no_result);
  }
  void check_text(const Error& error) {
    const auto text = error.message() + error.reason() + error.advice();
    for (const auto secret : secrets) {
      if (text.find(secret) != text.npos) complain("The text of an error contains a secret.");
    }
  }
  /// Keeps a text for the requests that view it, which may outlive their server.
  [[nodiscard]] std::string_view keep(std::string text) {
    const std::lock_guard lock(mutex_);
    return texts_.emplace_back(std::move(text));
  }

  std::shared_ptr<const CertificateAuthority> authority_;
  CheckedTransport transport_;
  const bool over_tls_;
  std::atomic<bool> clearing_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> complaints_;
  std::vector<std::unique_ptr<CountingServer>> servers_;
  std::unique_ptr<FullListener> listener_;
  std::list<std::string> texts_;
  bool ended_ = false;
  std::atomic<bool> slow_ = false;  // a request has taken all of its time, so that most others will
  Clock::time_point limit_ = Clock::now() + patience;
};

}  // namespace wandb::testing::detail
