// One request and its response, without I/O: what is to be sent next, where to read to, and what came of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/detail/text/content_coding.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/error.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>
#include <wandb/transport/detail/http/peer.hpp>
#include <wandb/transport/detail/http/response_reader.hpp>

namespace wandb::detail {

/// The memory that the exchanges of one connection use, one after the other.
struct ExchangeMemory {
  SecureString out;
  ReadBuffer in;
};

/// Composes a request, and reads the response to it. The driver, blocking or not, moves the bytes:
///
/// - While `sending()`, it gives what is `unsent()` to its stream and reports each part to `sent`. What comes meanwhile
///   it reads into `room()` and reports to `received`, since a server may answer before it has read everything, and
///   then read no further. When the stream has handed all of it to the system, it calls `sent_all`.
/// - `end_sending` follows in any case.
/// - While `receiving()`, it reads into `room()` and reports to `received`.
/// - `result` is then the response, or why there is none.
class HttpExchange {
 public:
  using error_code = boost::system::error_code;

  /// `first`: whether it is the first on its connection. Views the request until `end_sending`.
  HttpExchange(const Request& request, ExchangeMemory& memory, std::uint64_t max_body, bool first)
      : memory_(memory), reader_(memory.in, max_body), first_(first) {
    compose(request, memory_.out);
  }
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;
  ~HttpExchange() {
    forget_request();
    memory_.in.reset();
  }

  /// Whether more of the request should be sent.
  [[nodiscard]] bool sending() const noexcept {
    return !sent_whole_ && !write_error_ && !read_error_ && !reader_.complete();
  }
  /// What the stream was not given yet.
  [[nodiscard]] boost::asio::const_buffer unsent() const noexcept {
    return {memory_.out.data() + given_, memory_.out.size() - given_};
  }
  /// The stream took that much, or failed so.
  void sent(std::size_t count, const error_code& ec) noexcept {
    given_ += count;
    stop_sending(ec);
  }
  /// The system has all of it.
  void sent_all() noexcept { sent_whole_ = true; }
  /// An error, if it is one, ends the sending; the first counts.
  void stop_sending(const error_code& ec) noexcept {
    if (!write_error_) write_error_ = ec;
  }
  /// No more is sent from here on. `began`: whether the system has any of it. The request holds a key, so it is wiped.
  void end_sending(bool began) noexcept {
    began_ = began;
    forget_request();
  }
  [[nodiscard]] bool sent_whole() const noexcept { return sent_whole_; }

  /// Whether the response is still to be read: a peer that takes no more of a request may have answered it before.
  [[nodiscard]] bool receiving() const noexcept {
    return !reader_.complete() && !read_error_ && !own_meaning(write_error_);
  }
  /// Where to read to, at least one byte.
  [[nodiscard]] boost::asio::mutable_buffer room() {
    const auto [data, size] = memory_.in.room();
    return {data, size};
  }
  /// That much came, or the reading ended so. `abort`: what ended it from outside, if anything did; it explains the
  /// error.
  void received(std::size_t count, error_code ec, const error_code& abort = {}) {
    reader_.arrived(count, ec);
    if (ec && abort) ec = abort;
    if (!ec) static_cast<void>(reader_.advance(ec));
    stop_receiving(ec);
  }
  /// An error, if it is one, ends the reading; the first counts.
  void stop_receiving(const error_code& ec) noexcept {
    if (!read_error_) read_error_ = ec;
  }

  /// Whether another request may follow on this connection. To be asked before `result`.
  [[nodiscard]] bool reusable() const { return reader_.complete() && sent_whole_ && reader_.keep_alive(); }
  /// The response, or why there is none.
  [[nodiscard]] Result<Response> result(const Peer& peer) {
    return reader_.complete() ? Result<Response>(reader_.take()) : Result<Response>(failure_of(peer));
  }

 private:
  void forget_request() noexcept {
    wipe(memory_.out.data(), memory_.out.size());
    memory_.out.clear();
    given_ = 0;
  }
  [[nodiscard]] Error failure_of(const Peer& peer) const;
  [[nodiscard]] Error write_failure(const Peer& peer) const;
  [[nodiscard]] Error read_failure(const Peer& peer, const error_code& ec) const;

  ExchangeMemory& memory_;
  ResponseReader reader_;
  error_code write_error_;  // what ended the sending
  error_code read_error_;   // what ended the reading
  std::size_t given_ = 0;   // bytes that the stream has taken
  bool first_;
  bool began_ = false;
  bool sent_whole_ = false;
};

inline Error HttpExchange::failure_of(const Peer& peer) const {
  if (first_ && !reader_.began() && refuses_client(read_error_)) return refused_client(peer, read_error_);
  if (write_error_ && !reader_.began()) return write_failure(peer);
  return read_failure(peer, read_error_ ? read_error_ : write_error_);
}

inline Error HttpExchange::write_failure(const Peer& peer) const {
  const auto delivery = began_ ? Delivery::perhaps_sent : Delivery::nothing_sent;
  return failure(peer, meaning(write_error_, errc::connection_lost), delivery, "sending to",
                 {write_error_.message(), "try again"});
}

inline Error HttpExchange::read_failure(const Peer& peer, const error_code& ec) const {
  namespace http = boost::beast::http;
  const auto failed = [&](errc code, Why why) {
    const auto delivery = reader_.began() ? Delivery::answered : Delivery::perhaps_sent;
    return failure(peer, code, delivery, "reading the answer of", std::move(why), reader_.status());
  };
  if (ec == http::error::header_limit) {
    const std::string what = reader_.in_header() ? "its header" : "what surrounds its body";
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
                  {reader_.began() ? "the server closed the connection before the answer was complete"
                                   : "the server closed the connection without an answer"});
  }
  if (ec.category() == make_error_code(http::error::bad_version).category()) {
    return failed(errc::protocol_error, {"not valid HTTP: " + ec.message(), "check the base URL"});
  }
  if (ec == errc::protocol_error && !reader_.coding().empty()) {
    return failed(errc::protocol_error,
                  {"its body is encoded as " + coding_name(reader_.coding()) + ", though the request accepts none",
                   "check what is between"});
  }
  if (ec == errc::protocol_error) {
    return failed(errc::protocol_error, {"it switches protocols, which was not asked for", "check what is between"});
  }
  return failed(meaning(ec, errc::connection_lost), {ec.message()});
}

/// Whether the connection ended, or fell silent, without an answer.
[[nodiscard]] inline bool went_dead(const Result<Response>& response) noexcept {
  if (response) return false;
  const auto& error = response.error();
  return error == errc::connection_lost || (error == errc::timed_out && error.delivery() == Delivery::perhaps_sent);
}

}  // namespace wandb::detail
