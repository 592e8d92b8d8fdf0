// The client's side of TLS: whom to trust, what to check, and what to say when it fails.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/ssl/verify_mode.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/error.hpp>
#include <wandb/transport/detail/peer.hpp>

namespace wandb::detail {

/// One transport's TLS settings and sessions. Thread-safe.
class TlsClient {
 public:
  explicit TlsClient(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  /// The context, made at the first call; an unreadable CA file is an error each time, until it can be read.
  [[nodiscard]] Result<boost::asio::ssl::context*> context() {
    const std::lock_guard guard(mutex_);
    if (context_) return &*context_;
    boost::asio::ssl::context fresh(boost::asio::ssl::context::tls_client);
    boost::system::error_code ec;
    if (ca_file_.empty()) fresh.set_default_verify_paths(ec);
    else fresh.load_verify_file(ca_file_, ec);
    ::ERR_clear_error();
    if (ec) return unreadable(ec);
    SSL_CTX_set_min_proto_version(fresh.native_handle(), TLS1_2_VERSION);
    // Decrypted bodies hold key names: the library's own copy goes when we have ours.
    SSL_CTX_set_options(fresh.native_handle(), SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(fresh.native_handle(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    fresh.set_verify_mode(boost::asio::ssl::verify_peer);
    context_.emplace(std::move(fresh));
    return &*context_;
  }

  /// Sets what one connection checks, and the session to resume. False when OpenSSL refuses the host's name.
  [[nodiscard]] bool prepare(SSL* ssl, const std::string& host, const std::string& origin) {
    // Asio asks for buffers to be given back after each record: freeing, and wiping all of them, costs 1 µs a call.
    SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    boost::system::error_code not_literal;
    boost::asio::ip::make_address(host, not_literal);
    auto* const parameters = SSL_get0_param(ssl);
    if (!not_literal) {
      if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) != 1) return false;
    } else {
      // A name's final dot is the resolver's business: no certificate has one.
      const auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
      X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      if (X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) != 1) return false;
      if (SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) return false;
    }
    const std::lock_guard guard(mutex_);
    const auto known = find(origin);
    if (known != sessions_.end()) SSL_set_session(ssl, known->session.get());
    return true;
  }

  /// Keeps the session of a connection that worked, for the next one to that origin.
  void remember(SSL* ssl, const std::string& origin) {
    Session session(SSL_get1_session(ssl), &SSL_SESSION_free);
    if (session == nullptr || SSL_SESSION_is_resumable(session.get()) != 1) return;
    const std::lock_guard guard(mutex_);
    const auto known = find(origin);
    if (known != sessions_.end()) {
      known->session = std::move(session);
      return;
    }
    if (sessions_.size() == most_sessions) sessions_.erase(sessions_.begin());
    sessions_.push_back({origin, std::move(session)});
  }

 private:
  using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;
  struct Known {
    std::string origin;
    Session session;
  };
  static constexpr std::size_t most_sessions = 16;

  [[nodiscard]] std::vector<Known>::iterator find(const std::string& origin) {
    return std::find_if(sessions_.begin(), sessions_.end(), [&](const Known& known) { return known.origin == origin; });
  }
  [[nodiscard]] Error unreadable(const boost::system::error_code& ec) const {
    const auto what = ca_file_.empty() ? std::string("the system's certificate authorities")
                                       : "the certificate authorities in " + ca_file_;
    return Error(make_error_code(errc::tls_failed),
                 "could not read " + what + ": " + ec.message() + "; check the transport's ca_file",
                 Delivery::nothing_sent);
  }

  std::string ca_file_;
  std::mutex mutex_;
  std::optional<boost::asio::ssl::context> context_;
  std::vector<Known> sessions_;
};

/// Whether something that was received has not been read yet, were it half a record.
[[nodiscard]] inline bool holds_unread(SSL* ssl) noexcept {
  const bool between_records = std::string_view(SSL_rstate_string(ssl)) == "RH";
  return !between_records || SSL_has_pending(ssl) != 0 || BIO_ctrl_pending(SSL_get_rbio(ssl)) != 0;
}

/// Why a handshake failed, in OpenSSL's words: of the certificate if it was that. No code: the host cannot be checked.
[[nodiscard]] inline Error handshake_failure(const Peer& peer, SSL* ssl, const boost::system::error_code& ec) {
  std::string why = ec.message();
  if (const auto verdict = SSL_get_verify_result(ssl); verdict != X509_V_OK) {
    why = std::string("certificate verify failed: ") + X509_verify_cert_error_string(verdict);
  } else if (!ec) {
    ::ERR_clear_error();
    why = "the host name cannot be verified";
  } else if (ec == boost::asio::error::eof || ec == boost::asio::ssl::error::stream_truncated) {
    why = "the server closed the connection during the handshake";
  }
  return failure(peer, meaning(ec, errc::tls_failed), Delivery::nothing_sent, "TLS handshake with",
                 why + "; check the host name and the certificate authorities (the transport's ca_file)");
}

}  // namespace wandb::detail
