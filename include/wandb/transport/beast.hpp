// HTTP/1.1 over TCP and TLS for synchronous calls. Needs Boost.Asio, Boost.Beast (headers) and OpenSSL.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include <wandb/environment.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/detail/net/connection.hpp>
#include <wandb/transport/detail/net/connection_pool.hpp>
#include <wandb/transport/detail/net/resolver.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>
#include <wandb/transport/detail/net/trust.hpp>
#include <wandb/transport/detail/net/waker.hpp>
#include <wandb/transport/options.hpp>

namespace wandb {

/// Sends requests over HTTP/1.1, kept alive, with TLS verified against host name and certificate authorities.
///
/// Resolving, connecting, handshake, sending and receiving all end at the request's deadline or stop. Nothing is ever
/// sent twice: a failure says how far the request came. Thread-safe: any number of threads may call `send` at once,
/// each then has a connection of its own. A handle: copies share connections and settings. One that was moved from may
/// only be destroyed or assigned to.
class BeastTransport {
 public:
  /// No traffic, and nothing fails here: what is wrong with the options, `send` tells. `SSL_CERT_FILE` and
  /// `SSL_CERT_DIR` are looked up in `environment`, here and once.
  explicit BeastTransport(const BeastOptions& options = {}, const Environment& environment = Environment::process())
      : state_(std::make_shared<State>(options, environment)) {}

  /// Sends the request and waits for the whole answer. Fails with `resolve_failed`, `connect_failed`, `tls_failed`
  /// (all before anything was sent), `connection_lost`, `protocol_error`, `response_too_large`, `timed_out`,
  /// `cancelled`, or `invalid_argument` for a request that HTTP cannot carry. An error that comes after the answer's
  /// status line carries its status.
  [[nodiscard]] Result<Response> send(const Request& request) const {
    if (const auto why = detail::defect(request); !why.empty()) {
      return Error(make_error_code(errc::invalid_argument), why, Delivery::nothing_sent);
    }
    if (request.stop.stop_requested()) return Error(errc::cancelled, Delivery::nothing_sent);
    if (std::chrono::steady_clock::now() >= request.deadline) return Error(errc::timed_out, Delivery::nothing_sent);
    auto& state = *state_;
    auto connection = state.pool.take(request.origin);
    const bool fresh = connection == nullptr;
    if (fresh) connection = std::make_unique<detail::Connection>(state.io.get_executor(), request.origin);
    const bool stoppable = request.stop.stop_possible();
    std::optional<detail::StopWatch> watch;
    if (stoppable) {
      if (const auto ec = connection->waker().open()) {
        return Error(make_error_code(errc::connect_failed), "no pipe for the stop could be opened: " + ec.message(),
                     Delivery::nothing_sent);
      }
      watch.emplace(request.stop, connection->waker());
    }
    connection->arm(request.deadline, stoppable);
    if (fresh) {
      state.opened.fetch_add(1, std::memory_order_relaxed);
      const auto open = connection->open(request.stop, state.resolver, state.tls, state.limits.connect_timeout);
      if (!open) return open.error();
    }
    auto response = connection->exchange(request, state.limits.max_response_size, state.tls);
    watch.reset();
    // What ended a connection that had worked may have ended all that wait: the next request is not to find out.
    if (!fresh && detail::went_dead(response)) state.pool.clear(request.origin);
    if (connection->reusable()) state.pool.put(std::move(connection));
    return response;
  }

  /// Connections opened so far, failed ones included.
  [[nodiscard]] std::size_t connections_opened() const noexcept {
    return state_->opened.load(std::memory_order_relaxed);
  }
  /// Connections that wait for a request.
  [[nodiscard]] std::size_t idle_connections() const { return state_->pool.size(); }
  /// Closes the connections that wait for a request.
  void close_idle() const { state_->pool.clear(); }

 private:
  struct State {
    State(const BeastOptions& options, const Environment& environment)
        : limits(options),
          tls(detail::trust_sources(options, environment)),
          pool(limits.max_idle, limits.idle_timeout) {}
    detail::TransportLimits limits;
    boost::asio::io_context io;  // never run: TLS streams ask for an executor
    detail::Resolver resolver;
    detail::TlsClient tls;
    detail::ConnectionPool pool;
    std::atomic<std::size_t> opened{0};
  };

  std::shared_ptr<State> state_;
};

static_assert(SyncTransport<BeastTransport>);

}  // namespace wandb
