// An endpoint, credentials, a retry policy and a transport: what runs an operation.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <wandb/detail/call/call.hpp>
#include <wandb/detail/call/caller.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/fwd.hpp>
#include <wandb/options.hpp>
#include <wandb/result.hpp>
#include <wandb/secret.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI {

namespace detail {

template <class T, class R>
struct ColourOf {
  using type = R;
};
template <AsyncTransport T, class R>
struct ColourOf<T, R> {
  using type = TaskOf<T, R>;
};

}  // namespace detail

/// `R`, or with an asynchronous transport a task of it.
template <class T, class R>
using Coloured = typename detail::ColourOf<T, R>::type;

/// What a call gives: a `Result<R>`, or with an asynchronous transport a task of it.
template <class T, class R>
using Returns = Coloured<T, Result<R>>;

/// A connection to one server as one caller. A handle: copies share the transport, which is moved in, copied, or
/// referred to with `std::ref`. As safe to share between threads as its transport.
template <Transport T>
class Client {
 public:
  /// Reads base URL, credentials and timeout from `options` and the environment. `status()` and every call return what
  /// is wrong with them; this throws `std::bad_alloc` alone. It waits up to 5 s for a netrc file that is a pipe.
  explicit Client(T transport, const Options& options = {}, const Environment& environment = Environment::process())
      : transport_(std::make_shared<T>(std::move(transport))), caller_(detail::make_caller(options, environment)) {
    if constexpr (detail::TellsTime<T>) {
      using Held = const detail::Unwrapped<T>;
      Held& held = *transport_;
      caller_.clock = {&held, [](const void* told) { return static_cast<Held*>(told)->now(); }};
    }
  }

  /// The settings in effect and where each came from, those of the transport included; or what makes this client
  /// unusable: `errc::invalid_base_url`, `errc::insecure_base_url`, `errc::no_credentials`, `errc::malformed_api_key`,
  /// `errc::unreadable_credentials`, `errc::invalid_environment`, `errc::invalid_argument`. An identity token is first
  /// read by the first call.
  [[nodiscard]] Result<Settings> status() const {
    auto status = detail::status_of(caller_);
    if constexpr (detail::TellsSettings<T>) {
      if (status) detail::append(*status, transport().settings(detail::origin_of(caller_)));
    }
    return status;
  }

  /// The server's base URL, without a trailing slash.
  [[nodiscard]] std::string_view base_url() const noexcept { return detail::base_url_of(caller_); }

  /// The same server and transport with other credentials, without the white space around them. `status()` and every
  /// call return what is wrong with a malformed secret.
  [[nodiscard]] Client as(const Secret& secret) const {
    return Client(*this, detail::with_secret(caller_, secret, "Api::as"));
  }

  /// The same server and transport with a federated identity. Every call that needs an access token returns what is
  /// wrong with the identity token.
  [[nodiscard]] Client as(const IdentityToken& token) const {
    return Client(*this, detail::with_identity_token(caller_, token, "Api::as"));
  }

  /// The transport itself, which every copy shares.
  [[nodiscard]] detail::Unwrapped<T>& transport() const noexcept { return *transport_; }

  /// The caller. For the library itself, as is all that follows.
  [[nodiscard]] const detail::Caller& caller() const noexcept { return caller_; }
  /// The same transport for another caller.
  [[nodiscard]] Client for_caller(detail::Caller caller) const { return Client(*this, std::move(caller)); }
  /// Runs a call. Returns its result as `finish` converts it, or with an asynchronous transport a task of that.
  template <class Value, class Finish>
  [[nodiscard]] auto run(detail::CallPtr<Value> call, Finish finish) const {
    return detail::drive<T, Value>(transport_, std::move(call), std::move(finish));
  }
  /// The same without a conversion.
  template <class Value>
  [[nodiscard]] Returns<T, Value> run(detail::CallPtr<Value> call) const {
    return run(std::move(call), [](Result<Value> result) { return result; });
  }

 private:
  Client(const Client& other, detail::Caller caller) : transport_(other.transport_), caller_(std::move(caller)) {}

  std::shared_ptr<T> transport_;
  detail::Caller caller_;
};

}  // namespace wandb
