// HTTP/1.1 over TCP and TLS for synchronous calls. Needs Boost.Asio, Boost.Beast (headers) and OpenSSL.
#pragma once

#include <cstddef>
#include <memory>

#include <wandb/detail/declare.hpp>
#include <wandb/environment.hpp>
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/options.hpp>

namespace wandb::inline WANDB_ABI {

/// Sends requests over HTTP/1.1, kept alive, with TLS verified against host name and certificate authorities.
///
/// Resolving, connecting, handshake, sending and receiving all end at the request's deadline or stop. No request is
/// sent twice, and a failure says how far the request came. Thread-safe: any number of threads may call `send` at once,
/// and each then has a connection of its own. Copies share connections and settings. A moved-from transport may only be
/// destroyed or assigned to.
class BeastTransport {
 public:
  /// Sends nothing and does not fail: `send` reports what is wrong with the options. It reads the proxy and certificate
  /// variables of `environment` once, here.
  explicit BeastTransport(const BeastOptions& options = {}, const Environment& environment = Environment::process());

  /// Sends the request and waits for the whole response. Fails with `resolve_failed`, `connect_failed`, `tls_failed`
  /// (all before anything was sent), `connection_lost`, `protocol_error`, `response_too_large`, `timed_out`,
  /// `cancelled`, or `invalid_argument` for a request that HTTP cannot carry, and with `invalid_environment` or
  /// `proxy_refused` because of a proxy. An error after the response's status line has the response's status.
  [[nodiscard]] Result<Response> send(const Request& request) const;

  /// The settings that are in effect for a server, and where each came from: the proxy, and with TLS the certificate
  /// authorities and the client's certificate. It reads no file, and tells no secret.
  [[nodiscard]] Settings settings(const Origin& server) const;

  /// The number of connections that were opened, failed attempts included.
  [[nodiscard]] std::size_t connections_opened() const noexcept;
  /// The number of connections that wait for a request.
  [[nodiscard]] std::size_t idle_connections() const;
  /// Closes the connections that wait for a request.
  void close_idle() const;

 private:
  struct State;

  std::shared_ptr<State> state_;
};

static_assert(SyncTransport<BeastTransport>);

}  // namespace wandb

#if !defined(WANDB_SEPARATE_COMPILATION)
#include <wandb/impl/beast.ipp>
#else
#include <wandb/api.hpp>

namespace wandb::inline WANDB_ABI {

// These are instantiated with the definitions.
extern template class Client<BeastTransport>;
extern template class Api<BeastTransport>;
extern template class User<BeastTransport>;
extern template class Users<BeastTransport>;

}  // namespace wandb
#endif
