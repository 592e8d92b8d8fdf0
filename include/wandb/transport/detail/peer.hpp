// The other end of a connection, and what went wrong with it in words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/error.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http_wire.hpp>

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
  return ec.category() == error_category() ? static_cast<errc>(ec.value()) : otherwise;
}

/// `status`: the one that was read of the final response, 0 for none.
[[nodiscard]] inline Error failure(const Peer& peer, errc code, Delivery delivery, std::string_view doing,
                                   std::string_view why, int status = 0) {
  std::string reason(doing);
  reason.append(" ").append(peer.text()).append(": ");
  if (code == errc::timed_out) reason.append("the deadline passed; allow a longer timeout, or try again later");
  else if (code == errc::cancelled) reason.append("a stop was requested");
  else reason.append(why);
  return Error(
      make_error_code(code),
      Error::Details{
          .reason = std::move(reason), .operation = {}, .messages = {}, .status = status, .delivery = delivery});
}

[[nodiscard]] inline Error connect_failure(const Peer& peer, const boost::system::error_code& ec,
                                           std::string_view why = {}) {
  const auto code = meaning(ec, errc::connect_failed);
  if (code != errc::connect_failed) return failure(peer, code, Delivery::nothing_sent, "connecting to", {});
  return failure(peer, code, Delivery::nothing_sent, "could not connect to",
                 std::string(why) + "; check the base URL, the network, and that the server runs");
}

/// `began`: whether the peer had accepted any of the request.
[[nodiscard]] inline Error write_failure(const Peer& peer, const boost::system::error_code& ec, bool began) {
  const auto delivery = began ? Delivery::perhaps_sent : Delivery::nothing_sent;
  return failure(peer, meaning(ec, errc::connection_lost), delivery, "sending to", ec.message() + "; try again");
}

/// `began`: whether any of the answer had come; `status`: its status, 0 while that had not.
[[nodiscard]] inline Error read_failure(const Peer& peer, const boost::system::error_code& ec, bool began, int status) {
  namespace http = boost::beast::http;
  const auto failed = [&](errc code, std::string_view why) {
    const auto delivery = began ? Delivery::answered : Delivery::perhaps_sent;
    return failure(peer, code, delivery, "reading the answer of", why, status);
  };
  if (ec == http::error::header_limit) {
    const auto limit = std::to_string(ResponseParser::largest_header / 1024) + " KiB";
    return failed(errc::response_too_large,
                  "its header exceeds " + limit + ", which no option changes; check the base URL and what is between");
  }
  if (ec == http::error::body_limit || ec == errc::response_too_large) {
    return failed(errc::response_too_large,
                  "it exceeds the limit; ask for fewer at once, or raise the transport's max_response_size");
  }
  if (ec == http::error::partial_message || ec == boost::asio::error::eof ||
      ec == boost::asio::ssl::error::stream_truncated) {
    return failed(errc::connection_lost, began ? "the server closed the connection before the answer was complete"
                                               : "the server closed the connection without an answer");
  }
  if (ec.category() == make_error_code(http::error::bad_version).category()) {
    return failed(errc::protocol_error, "not valid HTTP: " + ec.message() + "; check the base URL");
  }
  if (ec == errc::protocol_error) {
    return failed(errc::protocol_error,
                  "it is encoded or switches protocols, which was not asked for; check what is between");
  }
  return failed(meaning(ec, errc::connection_lost), ec.message());
}

}  // namespace wandb::detail
