// An endpoint, credentials, a retry policy and a transport: what runs an operation.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wandb/detail/call/call.hpp>
#include <wandb/detail/call/drivers.hpp>
#include <wandb/detail/call/pace.hpp>
#include <wandb/detail/config/credentials.hpp>
#include <wandb/detail/config/endpoint.hpp>
#include <wandb/detail/config/identity.hpp>
#include <wandb/environment.hpp>
#include <wandb/error.hpp>
#include <wandb/options.hpp>
#include <wandb/secret.hpp>
#include <wandb/transport.hpp>

namespace wandb {

namespace detail {

template <class T, class R>
struct ColourOf {
  using type = R;
};
template <AsyncTransport T, class R>
struct ColourOf<T, R> {
  using type = typename detail::Unwrapped<T>::template task<R>;
};

/// What a client and all its copies share.
template <class T>
struct ClientState : Endpoint {
  explicit ClientState(T&& carrier) : transport(std::move(carrier)) {}
  T transport;
};

struct ClientAccess;

}  // namespace detail

/// `R`, or with an asynchronous transport a task of it.
template <class T, class R>
using Coloured = typename detail::ColourOf<T, R>::type;

/// A connection to one server as one caller. A handle: copies share the transport, which is moved in, copied, or
/// referred to with `std::ref`. As safe to share between threads as its transport.
template <Transport T>
class Client {
 public:
  /// Settles base URL, credentials and timeout from `options` and the environment. What is wrong with them is kept for
  /// `status()` and told by every call; only memory can run out here. A netrc file that is a pipe is waited for up to 5
  /// s.
  explicit Client(T transport, const Options& options = {}, const Environment& environment = Environment::process())
      : state_(std::make_shared<detail::ClientState<T>>(std::move(transport))) {
    detail::read_endpoint(*state_, options, environment);
    caller_ = detail::read_identity(*state_, options, environment);
  }

  /// Success, or what makes this client unusable: `errc::invalid_base_url`, `errc::insecure_base_url`,
  /// `errc::no_credentials`, `errc::malformed_api_key`, `errc::unreadable_credentials`, `errc::invalid_environment`
  /// (for `WANDB_IDENTITY_TOKEN_FILE` as well, which is not supported yet), `errc::invalid_argument`.
  [[nodiscard]] Result<void> status() const {
    if (state_->fault) return *state_->fault;
    return caller_ ? success() : Result<void>(caller_.error());
  }

  /// The server's base URL, without a trailing slash.
  [[nodiscard]] std::string_view base_url() const noexcept { return state_->url_text; }

  /// The same server and transport with other credentials, white space around them left out. A malformed secret is told
  /// by `status()` and every call.
  [[nodiscard]] Client as(const Secret& secret) const {
    constexpr std::string_view source = "Api::as";
    auto other = *this;
    auto key = detail::checked_key(secret.reveal(), source);
    if (key) other.caller_ = std::make_shared<const detail::Identity>(std::move(*key), std::string(source));
    else other.caller_ = key.error();
    return other;
  }

 private:
  friend struct detail::ClientAccess;

  std::shared_ptr<detail::ClientState<T>> state_;
  Result<detail::IdentityPtr> caller_;
  detail::PacePtr pace_;  // null but where many calls run at once
};

namespace detail {

/// The library's own way into a client.
struct ClientAccess {
  /// Runs a method as the client's caller, in the transport's colour. `finish` turns its result into what the user
  /// gets.
  template <class T, class Method, class Finish>
  [[nodiscard]] static auto run(const Client<T>& client, Method method, const CallOptions& options, Finish finish) {
    detail::Unwrapped<T>& transport = client.state_->transport;
    return drive<T>(transport, Call<Method>(client.state_, client.pace_, client.caller_, std::move(method), options),
                    std::move(finish));
  }

  template <class T>
  [[nodiscard]] static Unwrapped<T>& transport(const Client<T>& client) noexcept {
    return client.state_->transport;
  }

  template <class T>
  [[nodiscard]] static const Result<IdentityPtr>& caller(const Client<T>& client) noexcept {
    return client.caller_;
  }

  /// The same server as somebody else, who may yet have to be proven.
  template <class T>
  [[nodiscard]] static Client<T> as(Client<T> client, const IdentityPtr& identity) {
    client.caller_ = identity;
    return client;
  }

  /// The same, at one pace with all its copies and whatever comes from them.
  template <class T>
  [[nodiscard]] static Client<T> paced(Client<T> client) {
    if (!client.pace_) client.pace_ = std::make_shared<Pace>();
    return client;
  }
};

}  // namespace detail

}  // namespace wandb
