// The definitions of transport/beast.hpp.
#pragma once

#include <wandb/detail/boost_version.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>

#include <wandb/environment.hpp>
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/detail/http/proxy_hop.hpp>
#include <wandb/transport/detail/net/client_certificate.hpp>
#include <wandb/transport/detail/net/connection.hpp>
#include <wandb/transport/detail/net/connection_pool.hpp>
#include <wandb/transport/detail/net/resolver.hpp>
#include <wandb/transport/detail/net/tls_client.hpp>
#include <wandb/transport/detail/net/trust.hpp>
#include <wandb/transport/detail/net/waker.hpp>
#include <wandb/transport/options.hpp>

namespace wandb::inline WANDB_ABI {

struct BeastTransport::State {
  State(const BeastOptions& options, const Environment& environment)
      : limits(options),
        proxies(options, environment),
        tls(detail::trust_sources(options, environment), detail::ClientCertificate(options)),
        pool(limits.max_idle, limits.idle_timeout) {}
  detail::TransportLimits limits;
  detail::ProxySources proxies;
  boost::asio::io_context io;  // It never runs. TLS streams require an executor.
  detail::Resolver resolver;
  detail::TlsClient tls;
  detail::ConnectionPool pool;
  std::atomic<std::size_t> opened{0};
};

WANDB_DECL BeastTransport::BeastTransport(const BeastOptions& options, const Environment& environment)
    : state_(std::make_shared<State>(options, environment)) {}

WANDB_DECL Result<Response> BeastTransport::send(const Request& request) const {
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
  std::optional<detail::WakeOnStop> wake_on_stop;
  if (stoppable) {
    if (const auto ec = connection->waker().open()) {
      return Error(make_error_code(errc::connect_failed),
                   Error::Details{.reason = "no pipe for the stop could be opened: " + ec.message(),
                                  .advice = "",
                                  .operation = {},
                                  .messages = {},
                                  .delivery = Delivery::nothing_sent});
    }
    wake_on_stop.emplace(request.stop, connection->waker());
  }
  connection->arm(request.deadline, stoppable);
  if (fresh) {
    auto proxy = detail::proxy_hop(state.proxies, request.origin);
    if (!proxy) return proxy.error();
    state.opened.fetch_add(1, std::memory_order_relaxed);
    const auto open =
        connection->open(std::move(*proxy), request.stop, state.resolver, state.tls, state.limits.connect_timeout);
    if (!open) return open.error();
  }
  auto response = connection->exchange(request, state.limits.max_response_size, state.tls);
  wake_on_stop.reset();
  // If a connection that had worked is dead, the idle ones may be dead too. Closing them spares the next request that.
  if (!fresh && detail::connection_died(response)) state.pool.clear(request.origin);
  if (connection->reusable()) state.pool.put(std::move(connection));
  return response;
}

WANDB_DECL Settings BeastTransport::settings(const Origin& server) const {
  return detail::transport_settings(server, state_->proxies, state_->tls);
}

WANDB_DECL std::size_t BeastTransport::connections_opened() const noexcept {
  return state_->opened.load(std::memory_order_relaxed);
}
WANDB_DECL std::size_t BeastTransport::idle_connections() const { return state_->pool.size(); }
WANDB_DECL void BeastTransport::close_idle() const { state_->pool.clear(); }

#if defined(WANDB_SEPARATE_COMPILATION)
template class Client<BeastTransport>;
template class Api<BeastTransport>;
template class User<BeastTransport>;
template class Users<BeastTransport>;
#endif

}  // namespace wandb
