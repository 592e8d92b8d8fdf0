// The other end of a connection, and what went wrong with it in words.
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

/// `began`: whether the peer had accepted any of the request.
[[nodiscard]] inline Error write_failure(const Peer& peer, const boost::system::error_code& ec, bool began) {
  const auto delivery = began ? Delivery::perhaps_sent : Delivery::nothing_sent;
  return failure(peer, meaning(ec, errc::connection_lost), delivery, "sending to", {ec.message(), "try again"});
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

/// What a read's error means for a response of which `reader` has read what came.
[[nodiscard]] inline Error read_failure(const Peer& peer, const boost::system::error_code& ec,
                                        const ResponseReader& reader) {
  namespace http = boost::beast::http;
  const auto failed = [&](errc code, Why why) {
    const auto delivery = reader.began() ? Delivery::answered : Delivery::perhaps_sent;
    return failure(peer, code, delivery, "reading the answer of", std::move(why), reader.status());
  };
  if (ec == http::error::header_limit) {
    const std::string what = reader.in_header() ? "its header" : "what surrounds its body";
    const auto limit = std::to_string(ResponseReader::largest_header / 1024) + " KiB";
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
  return failed(meaning(ec, errc::connection_lost), {ec.message()});
}

/// What has come on a connection though nothing was asked: half a record may be that of a session ticket.
enum class Unasked : std::uint8_t { nothing, part, message };

/// A server that speaks before it is asked: what it says is the answer to no request of ours. `ec` is the error of the
/// look that showed it.
[[nodiscard]] inline Error spoke_unasked(const Peer& peer, const boost::system::error_code& ec) {
  if (refuses_client(ec)) return refused_client(peer, ec);
  return failure(peer, errc::connection_lost, Delivery::nothing_sent, "connecting to",
                 {"the server sent something, or closed the connection, before it was asked"});
}

/// More than that waits to be sent only where the peer makes TLS answer it again and again.
inline constexpr std::size_t most_queued = std::size_t{256} * 1024;

/// How far an exchange came, and what ended it.
struct Ending {
  boost::system::error_code write;  ///< what ended the sending
  boost::system::error_code read;   ///< what ended the reading
  bool first = false;               ///< it was the connection's first
  bool began = false;               ///< some of the request was sent
  bool sent_whole = false;          ///< all of it was
};

/// Whether an answer may still be read: a peer that takes no more of a request may have answered it before.
[[nodiscard]] inline bool may_be_answered(const ResponseReader& reader, const Ending& ending) noexcept {
  return !reader.complete() && !ending.read && !own_meaning(ending.write);
}

/// The error of an exchange that brought no whole answer.
[[nodiscard]] inline Error exchange_failure(const Peer& peer, const ResponseReader& reader, const Ending& ending) {
  if (ending.first && !reader.began() && refuses_client(ending.read)) return refused_client(peer, ending.read);
  if (ending.write && !reader.began()) return write_failure(peer, ending.write, ending.began);
  return read_failure(peer, ending.read ? ending.read : ending.write, reader);
}

/// Whether the connection ended, or fell silent, without an answer.
[[nodiscard]] inline bool went_dead(const Result<Response>& response) noexcept {
  if (response) return false;
  const auto& error = response.error();
  return error == errc::connection_lost || (error == errc::timed_out && error.delivery() == Delivery::perhaps_sent);
}

}  // namespace wandb::detail
