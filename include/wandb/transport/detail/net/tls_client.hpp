// The client's side of TLS: trust, verification, sessions, and the errors of handshakes.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
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
#include <wandb/result.hpp>
#include <wandb/setting.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/detail/http/proxy_hop.hpp>
#include <wandb/transport/detail/net/client_certificate.hpp>
#include <wandb/transport/detail/net/trust.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// The index under which an OpenSSL context keeps a description of what it trusts.
[[nodiscard]] inline int trusted_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// One transport's TLS settings and sessions. Thread-safe.
class TlsClient {
 public:
  explicit TlsClient(TrustSources sources, ClientCertificate certificate = {})
      : sources_(std::move(sources)), certificate_(std::move(certificate)) {}

  /// The settings in effect, for people.
  [[nodiscard]] Settings settings() const {
    auto settings = trust_settings(sources_);
    certificate_.append_to(settings);
    return settings;
  }

  /// The context, which the first call creates. It fails if the certificate authorities or the client's certificate
  /// cannot be read, and the next call then tries again.
  [[nodiscard]] Result<boost::asio::ssl::context*> context() {
    const std::lock_guard guard(mutex_);
    if (context_) return &*context_;
    boost::asio::ssl::context fresh(boost::asio::ssl::context::tls_client);
    TrustLoader trust(sources_, *SSL_CTX_get_cert_store(fresh.native_handle()));
    if (const auto loaded = trust.load(); !loaded) return loaded.error();
    ClientCertificateLoader certificate(certificate_, *fresh.native_handle());
    if (const auto loaded = certificate.load(); !loaded) return loaded.error();
    trusted_ = trust.text();
    SSL_CTX_set_ex_data(fresh.native_handle(), trusted_index(), &trusted_);
    SSL_CTX_set_min_proto_version(fresh.native_handle(), TLS1_2_VERSION);
    // Decrypted bodies contain key names, so OpenSSL wipes its copy when we have read it.
    SSL_CTX_set_options(fresh.native_handle(), SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(fresh.native_handle(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    fresh.set_verify_mode(boost::asio::ssl::verify_peer);
    context_.emplace(std::move(fresh));
    return &*context_;
  }

  /// Sets what one connection checks, and the session to resume. False when OpenSSL refuses the host's name.
  [[nodiscard]] bool prepare(SSL* ssl, const std::string& host, const std::string& origin) {
    // Asio makes OpenSSL release its buffers after each record. To wipe and free them costs 1 µs a call.
    SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    // Only the resolver uses a name's final dot. No certificate contains it.
    const auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    // OpenSSL checks no name at all for an empty one, and any subdomain for one that begins with a dot.
    if (name.empty() || name.starts_with('.')) return false;
    boost::system::error_code not_literal;
    boost::asio::ip::make_address(name, not_literal);
    auto* const parameters = SSL_get0_param(ssl);
    if (!not_literal) {
      if (X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) != 1) return false;
    } else {
      X509_VERIFY_PARAM_set_hostflags(parameters,
                                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
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
    if (sessions_.size() == max_sessions) sessions_.erase(sessions_.begin());
    sessions_.push_back({origin, std::move(session)});
  }

 private:
  using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;
  struct StoredSession {
    std::string origin;
    Session session;
  };
  static constexpr std::size_t max_sessions = 16;

  [[nodiscard]] std::vector<StoredSession>::iterator find(const std::string& origin) {
    return std::find_if(sessions_.begin(), sessions_.end(),
                        [&](const StoredSession& known) { return known.origin == origin; });
  }

  const TrustSources sources_;
  const ClientCertificate certificate_;
  std::string trusted_;
  std::mutex mutex_;
  std::optional<boost::asio::ssl::context> context_;
  std::vector<StoredSession> sessions_;
};

/// The settings of a transport that are in effect for a server, for people.
[[nodiscard]] inline Settings transport_settings(const Origin& server, const ProxySources& proxies,
                                                 const TlsClient& tls) {
  auto settings = proxy_settings(proxies, server);
  if (!server.tls) return settings;
  for (auto& setting : tls.settings()) settings.push_back(std::move(setting));
  return settings;
}

/// Whether received bytes have not been read yet, even if they are only a part of a record.
[[nodiscard]] inline bool has_unread_data(SSL* ssl) noexcept {
  const bool between_records = std::string_view(SSL_rstate_string(ssl)) == "RH";
  return !between_records || SSL_has_pending(ssl) != 0 || BIO_ctrl_pending(SSL_get_rbio(ssl)) != 0;
}

/// Whether a certificate names a host of that kind (`GEN_DNS` or `GEN_IPADD`) in its `subjectAltName`.
[[nodiscard]] inline bool has_alternative_name(const X509* certificate, int kind) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  for (int i = 0; names != nullptr && i != sk_GENERAL_NAME_num(names.get()); ++i) {
    if (sk_GENERAL_NAME_value(names.get(), i)->type == kind) return true;
  }
  return false;
}

/// Why the server's certificate was refused, and what to do about it.
[[nodiscard]] inline Explanation refusal(SSL* ssl, long verdict) {
  std::string why = std::string("certificate verify failed: ") + X509_verify_cert_error_string(verdict);
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    // A refused certificate is not the connection's certificate, but it stands first in the chain that the server sent.
    auto* const chain = SSL_get_peer_cert_chain(ssl);
    const auto* const certificate = chain == nullptr ? nullptr : sk_X509_value(chain, 0);
    if (certificate != nullptr && verdict == X509_V_ERR_HOSTNAME_MISMATCH &&
        !has_alternative_name(certificate, GEN_DNS)) {
      why += ", the certificate names no host (subjectAltName); a common name alone no longer counts";
    } else if (certificate != nullptr && verdict != X509_V_ERR_HOSTNAME_MISMATCH &&
               !has_alternative_name(certificate, GEN_IPADD)) {
      why += ", the certificate names no address (subjectAltName)";
    }
    return {why, "check the host name, and the server's certificate"};
  }
  if (verdict == X509_V_ERR_CERT_HAS_EXPIRED || verdict == X509_V_ERR_CERT_NOT_YET_VALID) {
    return {why, "check the server's certificate, and this machine's clock"};
  }
  const auto* const trusted =
      static_cast<const std::string*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), trusted_index()));
  if (trusted != nullptr) why.append(" (trusted: ").append(*trusted).append(")");
  return {why, "check the host name and the certificate authorities; others are given with the transport's ca_file"};
}

/// The error of a failed handshake, which says what was wrong with the certificate if that was the cause. An `ec`
/// without an error means that OpenSSL refused the host's name.
[[nodiscard]] inline Error handshake_failure(const Peer& peer, SSL* ssl, const boost::system::error_code& ec) {
  if (SSL_get_verify_result(ssl) == X509_V_OK && refuses_client(ec)) return client_refused_failure(peer, ec);
  Explanation why{ec.message(), "check the base URL, and what is between"};
  if (const auto verdict = SSL_get_verify_result(ssl); verdict != X509_V_OK) {
    why = refusal(ssl, verdict);
  } else if (!ec) {
    ::ERR_clear_error();
    why = {"the host name cannot be verified", "check the base URL"};
  } else if (ec == boost::asio::error::eof || ec == boost::asio::ssl::error::stream_truncated) {
    why.reason = "the server closed the connection during the handshake";
  }
  return failure(peer, code_or(ec, errc::tls_failed), Delivery::nothing_sent, "TLS handshake with", std::move(why));
}

}  // namespace wandb::detail
