// A real HTTP/1.1 server for tests and benchmarks, which normally listens on loopback only. Needs Boost.Asio,
// Boost.Beast and OpenSSL.
#pragma once

#if !defined(__cpp_exceptions)
#error "<wandb/testing/loopback_server.hpp> needs exceptions"
#endif

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/verify_mode.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/testing/certificates.hpp>
#include <wandb/testing/detail/loopback_faults.hpp>
#include <wandb/testing/detail/loopback_session.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/net/sockets.hpp>
#include <wandb/transport/detail/net/waker.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// Settings of a `LoopbackServer`.
struct LoopbackOptions {
  bool tls = false;
  std::string address = "127.0.0.1";            ///< an IP address of this machine, at which the server listens
  std::optional<Certificate> certificate = {};  ///< for TLS; without one, the server creates one for localhost
  int max_tls_version = 0;                      ///< the newest that is accepted, as a constant of OpenSSL; 0: no limit
  std::string client_ca = {};                   ///< an authority in PEM: clients need a certificate that it issued
};

/// An object that answers requests, such as the in-memory account.
template <class T>
concept HandlesRequests = requires(T& object, const Request& request) {
  { object.handle(request) } -> std::convertible_to<Response>;
};

/// Serves a handler on a free port, plain or over TLS, with connections that are kept alive and a thread for each. The
/// handler is called from several threads at once, with a request whose views are valid during the call. If it throws a
/// `std::exception`, the response has status 500; it must throw nothing else. The destructor ends every connection.
/// Thread-safe.
class LoopbackServer {
 public:
  using Handler = std::function<Response(const Request&)>;

  /// Starts to serve. Throws `std::exception` if it cannot.
  explicit LoopbackServer(Handler handler, const LoopbackOptions& options = {}) {
    core_.handler = std::move(handler);
    core_.address = options.address;
    if (options.tls) prepare_tls(options);
    if (const auto ec = waker_.open()) throw std::runtime_error("no sockets for the test server: " + ec.message());
    core_.port =
        acceptor_.emplace(io_, Endpoint(boost::asio::ip::make_address(options.address), 0)).local_endpoint().port();
    thread_ = std::thread([this] { accept(); });
  }
  /// Serves an object, which must outlive the server.
  template <HandlesRequests T>
  explicit LoopbackServer(T& object, const LoopbackOptions& options = {})
      : LoopbackServer(Handler([&object](const Request& request) -> Response { return object.handle(request); }),
                       options) {}
  /// Serves an object, and shares its ownership.
  template <HandlesRequests T>
  explicit LoopbackServer(std::shared_ptr<T> object, const LoopbackOptions& options = {})
      : LoopbackServer(Handler([object = std::move(object)](const Request& request) -> Response {
                         return object->handle(request);
                       }),
                       options) {}
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  /// Ends all connections and waits for the threads.
  ~LoopbackServer() {
    core_.stop();
    waker_.wake();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return core_.port; }
  [[nodiscard]] const std::string& address() const noexcept { return core_.address; }
  /// The base URL for a client on this machine: `http://127.0.0.1:port`, or `https://localhost:port` with TLS, whatever
  /// the address.
  [[nodiscard]] std::string base_url() const {
    const auto literal = address().find(':') == std::string::npos ? address() : "[" + address() + "]";
    return (core_.tls ? "https://localhost" : "http://" + literal) + ":" + std::to_string(port());
  }
  /// The certificate of the authority that clients have to trust, in PEM. Empty without TLS.
  [[nodiscard]] const std::string& ca_pem() const noexcept { return ca_pem_; }
  /// Writes `ca_pem()` to a file.
  void write_ca(const std::string& path) const {
    if (!(std::ofstream(path) << ca_pem_).flush()) throw std::runtime_error("could not write " + path);
  }

  /// The number of accepted connections.
  [[nodiscard]] std::size_t connections() const noexcept { return core_.connections; }
  /// The number of connections that the server has not closed. When it falls, the clients can see the close.
  [[nodiscard]] std::size_t open_connections() const {
    const std::lock_guard guard(mutex_);
    std::size_t open = 0;
    for (const auto& session : sessions_) open += session.done() ? 0U : 1U;
    return open;
  }
  /// The number of requests that the handler was called with.
  [[nodiscard]] std::size_t requests() const noexcept { return core_.requests; }
  /// The number of TLS handshakes that resumed an earlier session.
  [[nodiscard]] std::size_t resumed() const noexcept { return core_.resumed; }

  /// Injects a fault into the next `times` requests or connections. Faults happen in the order in which they were
  /// injected, so a fault of a request also delays a later fault of a connection.
  void inject(Fault fault, std::size_t times = 1) { core_.faults.push(std::move(fault), times); }
  /// Removes the faults that have not happened yet.
  void behave() { core_.faults.clear(); }
  /// Ends every open connection, as a server does after an idle timeout. A connection whose request is being answered
  /// is closed a moment later: see `open_connections`.
  void drop_connections() {
    const std::lock_guard guard(mutex_);
    for (auto& session : sessions_) session.hang_up();
  }

 private:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  void prepare_tls(const LoopbackOptions& options) {
    const auto certificate = options.certificate ? *options.certificate : CertificateAuthority().issue();
    ca_pem_ = certificate.ca_pem;
    auto& context = core_.tls.emplace(boost::asio::ssl::context::tls_server);
    context.use_certificate_chain(boost::asio::buffer(certificate.certificate_pem));
    context.use_private_key(boost::asio::buffer(certificate.key_pem), boost::asio::ssl::context::pem);
    if (!options.client_ca.empty()) {
      context.add_certificate_authority(boost::asio::buffer(options.client_ca));
      context.set_verify_mode(boost::asio::ssl::verify_peer | boost::asio::ssl::verify_fail_if_no_peer_cert);
      // OpenSSL resumes no session of a client with a certificate without it.
      SSL_CTX_set_session_id_context(context.native_handle(), reinterpret_cast<const unsigned char*>("wandb"), 5);
    }
    if (options.max_tls_version == 0) return;
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.native_handle(), options.max_tls_version);
    // OpenSSL 3 supports the signatures of old TLS versions only at security level 0.
    SSL_CTX_set_cipher_list(context.native_handle(), "DEFAULT:@SECLEVEL=0");
  }

  void accept() {
    std::array<pollfd, 2> entries{{{acceptor_->native_handle(), POLLIN, 0}, {waker_.socket(), POLLIN, 0}}};
    while (!waker_.woken()) {
      if (wandb::detail::poll_sockets(entries, -1) < 0 || waker_.woken()) continue;
      boost::system::error_code ec;
      boost::asio::ip::tcp::socket socket(io_);
      acceptor_->accept(socket, ec);
      if (ec) continue;
      ++core_.connections;
      const std::lock_guard guard(mutex_);
      sessions_.remove_if([](const detail::LoopbackSession& session) { return session.done(); });
      sessions_.emplace_back(core_, std::move(socket));
    }
    const std::lock_guard guard(mutex_);
    for (auto& session : sessions_) session.hang_up();
    sessions_.clear();
  }

  boost::asio::io_context io_;
  detail::LoopbackCore core_;
  std::string ca_pem_;
  std::optional<boost::asio::ip::tcp::acceptor> acceptor_;
  wandb::detail::Waker waker_;
  mutable std::mutex mutex_;  // guards sessions_
  std::list<detail::LoopbackSession> sessions_;
  std::thread thread_;
};

}  // namespace wandb::testing
