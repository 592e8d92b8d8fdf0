// The other end of a connection, and what went wrong with it in words.
#pragma once

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/error.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/error_codes.hpp>

namespace wandb::detail {

/// An origin that owns its text.
struct Peer {
  bool tls;
  std::string host;
  std::uint16_t port;

  explicit Peer(const Origin& origin) : tls(origin.tls), host(origin.host), port(origin.port) {}
  [[nodiscard]] bool serves(const Origin& origin) const noexcept {
    return port == origin.port && tls == origin.tls && host == origin.host;
  }
  /// `host:port`, for people.
  [[nodiscard]] std::string text() const {
    return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  }
};

/// Our own codes keep their meaning; all others have the meaning given.
[[nodiscard]] inline errc meaning(const boost::system::error_code& ec, errc otherwise) noexcept {
  return own_meaning(ec).value_or(otherwise);
}

/// Why something failed, and what to do about it where that is more than the code advises.
struct Why {
  std::string text;
  std::optional<std::string> advice{};
};

/// `status`: the one that was read of the final response, 0 for none.
[[nodiscard]] inline Error failure(const Peer& peer, errc code, Delivery delivery, std::string_view doing, Why why,
                                   int status = 0) {
  if (code == errc::timed_out) why = {"the deadline passed"};
  if (code == errc::cancelled) why = {"a stop was requested"};
  return Error(make_error_code(code),
               Error::Details{.reason = std::string(doing).append(" ").append(peer.text()).append(": ") + why.text,
                              .advice = std::move(why.advice),
                              .operation = {},
                              .messages = {},
                              .status = status,
                              .delivery = delivery});
}

[[nodiscard]] inline Error connect_failure(const Peer& peer, const boost::system::error_code& ec,
                                           std::string_view why = {}) {
  const auto code = meaning(ec, errc::connect_failed);
  if (code != errc::connect_failed) return failure(peer, code, Delivery::nothing_sent, "connecting to", {});
  return failure(peer, code, Delivery::nothing_sent, "could not connect to", {std::string(why)});
}

/// Whether the peer, in place of an answer, refused who we are: with TLS 1.3 a server says only after the handshake
/// what it thinks of the client's certificate, or that it misses one. Such a server has run nothing.
[[nodiscard]] inline bool refuses_client(const boost::system::error_code& ec) noexcept {
  if (ec.category() != boost::asio::error::get_ssl_category()) return false;
  switch (ERR_GET_REASON(static_cast<unsigned long>(ec.value()))) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED: return true;
    default: return false;
  }
}

[[nodiscard]] inline Error refused_client(const Peer& peer, const boost::system::error_code& ec) {
  return failure(
      peer, errc::tls_failed, Delivery::nothing_sent, "TLS handshake with",
      {ec.message() +
           "; the server refuses this client, and may want a certificate of its clients, which it was not given",
       ""});
}

/// A server that speaks before it is asked: what it says is the answer to no request of ours. `ec` is the error of the
/// look that showed it.
[[nodiscard]] inline Error spoke_unasked(const Peer& peer, const boost::system::error_code& ec) {
  if (refuses_client(ec)) return refused_client(peer, ec);
  return failure(peer, errc::connection_lost, Delivery::nothing_sent, "connecting to",
                 {"the server sent something, or closed the connection, before it was asked"});
}

}  // namespace wandb::detail
