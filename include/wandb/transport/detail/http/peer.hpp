// The peer of a connection, and the errors that its transport reports.
#pragma once

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/detail/text/content_coding.hpp>
#include <wandb/error.hpp>
#include <wandb/result.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/error_codes.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/response_reader.hpp>

namespace wandb::inline WANDB_ABI::detail {

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

/// The `errc` that `ec` holds, or `fallback` for a code of another library.
[[nodiscard]] inline errc code_or(const boost::system::error_code& ec, errc fallback) noexcept {
  return own_code(ec).value_or(fallback);
}

/// Explains a failure to people. Without `advice`, the error gives the advice that belongs to its code.
struct Explanation {
  std::string reason;
  std::optional<std::string> advice{};
};

/// Makes an error about `peer`. `doing` begins its reason and says what was under way. `status` is the status of the
/// final response, or 0 if its status line was not read.
[[nodiscard]] inline Error failure(const Peer& peer, errc code, Delivery delivery, std::string_view doing,
                                   Explanation why, int status = 0) {
  if (code == errc::timed_out) why = {"the deadline passed"};
  if (code == errc::cancelled) why = {"a stop was requested"};
  return Error(make_error_code(code),
               Error::Details{.reason = std::string(doing).append(" ").append(peer.text()).append(": ") + why.reason,
                              .advice = std::move(why.advice),
                              .operation = {},
                              .messages = {},
                              .status = status,
                              .delivery = delivery});
}

[[nodiscard]] inline Error connect_failure(const Peer& peer, const boost::system::error_code& ec,
                                           std::string_view why = {}) {
  const auto code = code_or(ec, errc::connect_failed);
  if (code != errc::connect_failed) return failure(peer, code, Delivery::nothing_sent, "connecting to", {});
  return failure(peer, code, Delivery::nothing_sent, "could not connect to", {std::string(why)});
}

/// The error of a request that could not be sent. `any_sent` says whether the system took any byte of it.
[[nodiscard]] inline Error write_failure(const Peer& peer, const boost::system::error_code& ec, bool any_sent) {
  const auto delivery = any_sent ? Delivery::perhaps_sent : Delivery::nothing_sent;
  return failure(peer, code_or(ec, errc::connection_lost), delivery, "sending to", {ec.message(), "try again"});
}

/// Whether the peer refused the client's certificate, or required one. With TLS 1.3 the client learns this only after
/// the handshake, when it reads the response. Such a server has not run the request.
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

[[nodiscard]] inline Error client_refused_failure(const Peer& peer, const boost::system::error_code& ec) {
  return failure(peer, errc::tls_failed, Delivery::nothing_sent, "TLS handshake with",
                 {ec.message() + "; the server refuses this client: it may want a certificate of its clients, or "
                                 "another one than it was given",
                  "give the certificate as the transport's client_certificate"});
}

/// The error of a response that could not be read to its end. `reader` has parsed what arrived.
[[nodiscard]] inline Error read_failure(const Peer& peer, const boost::system::error_code& ec,
                                        const ResponseReader& reader) {
  namespace http = boost::beast::http;
  const auto failed = [&](errc code, Explanation why) {
    const auto delivery = reader.began() ? Delivery::answered : Delivery::perhaps_sent;
    return failure(peer, code, delivery, "reading the answer of", std::move(why), reader.status());
  };
  if (ec == http::error::header_limit) {
    const std::string what = reader.in_header() ? "its header" : "what surrounds its body";
    const auto limit = std::to_string(ResponseReader::max_header_size / 1024) + " KiB";
    return failed(errc::response_too_large,
                  {what + " exceeds " + limit + ", which no option changes", "check the base URL and what is between"});
  }
  if (ec == http::error::body_limit || ec == errc::response_too_large) {
    return failed(errc::response_too_large,
                  {"it exceeds the limit", "ask for fewer at once, or raise the transport's max_response_size"});
  }
  if (ec == http::error::partial_message || ec == boost::asio::error::eof ||
      ec == boost::asio::ssl::error::stream_truncated) {
    return failed(errc::connection_lost,
                  {reader.began() ? "the server closed the connection before the answer was complete"
                                  : "the server closed the connection without an answer"});
  }
  if (ec.category() == make_error_code(http::error::bad_version).category()) {
    return failed(errc::protocol_error, {"not valid HTTP: " + ec.message(), "check the base URL"});
  }
  if (ec == errc::protocol_error && !reader.coding().empty()) {
    return failed(errc::protocol_error,
                  {"its body is encoded as " + coding_name(reader.coding()) + ", though the request accepts none",
                   "check what is between"});
  }
  if (ec == errc::protocol_error) {
    return failed(errc::protocol_error, {"it switches protocols, which was not asked for", "check what is between"});
  }
  return failed(code_or(ec, errc::connection_lost), {ec.message()});
}

/// What the peer has sent without a request. A partial TLS record may belong to a session ticket, which is no message.
enum class Unsolicited : std::uint8_t { nothing, partial, message };

/// The error of a server that sends before the first request. What it sent answers no request of ours. `ec` is the
/// error of the read that found it.
[[nodiscard]] inline Error unsolicited_data_failure(const Peer& peer, const boost::system::error_code& ec) {
  if (refuses_client(ec)) return client_refused_failure(peer, ec);
  return failure(peer, errc::connection_lost, Delivery::nothing_sent, "connecting to",
                 {"the server sent something, or closed the connection, before it was asked"});
}

/// The limit of what TLS may queue while it reads. Only a peer that makes TLS reply again and again exceeds it.
inline constexpr std::size_t max_queued = std::size_t{256} * 1024;

/// How far an exchange has come, and the errors that ended it.
struct ExchangeState {
  boost::system::error_code write_error;
  boost::system::error_code read_error;
  bool first_on_connection = false;
  bool any_sent = false;  ///< the system has taken at least one byte of the request
  bool all_sent = false;  ///< the system has taken the whole request
};

/// Whether a response may still be read. A peer that stops to read a request may have answered it before, so an error
/// of the connection while sending does not end the reading.
[[nodiscard]] inline bool may_receive(const ResponseReader& reader, const ExchangeState& state) noexcept {
  return !reader.complete() && !state.read_error && !own_code(state.write_error);
}

/// The error of an exchange without a complete response.
[[nodiscard]] inline Error exchange_failure(const Peer& peer, const ResponseReader& reader,
                                            const ExchangeState& state) {
  if (state.first_on_connection && !reader.began() && refuses_client(state.read_error))
    return client_refused_failure(peer, state.read_error);
  if (state.write_error && !reader.began()) return write_failure(peer, state.write_error, state.any_sent);
  return read_failure(peer, state.read_error ? state.read_error : state.write_error, reader);
}

/// Whether the connection was lost, or the deadline passed after the request was sent.
[[nodiscard]] inline bool connection_died(const Result<Response>& response) noexcept {
  if (response) return false;
  const auto& error = response.error();
  return error == errc::connection_lost || (error == errc::timed_out && error.delivery() == Delivery::perhaps_sent);
}

}  // namespace wandb::detail
