// Reads one response out of the bytes of a stream, without I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/http_wire.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Reads the final response: `while (!reader.advance(ec) && !ec) reader.arrived(<bytes read into the buffer>, ec);`
///
/// Everything around a body is limited, however it is cut into pieces. The headers (those of interim responses
/// included), the head of a chunk, and the trailers may each take `max_header_size` bytes. All bytes around the chunks
/// of a body together may take `max_header_size` and a multiple of the body's size.
class ResponseReader {
 public:
  using error_code = boost::system::error_code;

  static constexpr std::size_t max_header_size = std::size_t{64} * 1024;

  /// `to_connect` is true for the response to a CONNECT, which consists of a header only.
  ResponseReader(ReadBuffer& in, std::uint64_t max_body_size, bool to_connect = false)
      : in_(in), max_body_size_(max_body_size), to_connect_(to_connect) {
    parser_.emplace(max_body_size, to_connect);
  }

  /// Parses what has arrived. True when the response is complete; false without an error when more has to be read.
  [[nodiscard]] bool advance(error_code& ec) {
    for (;;) {
      while (!ended_ && !parser_->is_done()) {
        if (in_.unread().empty() || !parse_part(ec)) return false;
      }
      if (!parser_->is_done()) return false;
      ambiguous_ = ambiguous_ || parser_->ambiguous();
      if (!parser_->interim()) return complete_ = true;
      // No request asks to switch protocols, and a stream that ends after an interim response lacks the final one.
      if (ended_ || parser_->status() == 101) {
        ec = errc::protocol_error;
        return false;
      }
      parser_.emplace(max_body_size_, to_connect_);
    }
  }

  /// Takes the result of a read: `count` bytes were stored in the buffer, and `ec` is its error. Clears `ec` if it is
  /// an end of the stream that completes the response.
  void arrived(std::size_t count, error_code& ec) {
    in_.fill(count);
    began_ = began_ || count != 0;
    if (ec != boost::asio::error::eof || !parser_->got_some()) return;
    ended_ = true;
    ec = {};
    parser_->put_eof(ec);
  }

  /// Whether any byte has arrived.
  [[nodiscard]] bool began() const noexcept { return began_; }
  /// Whether `advance` has given true.
  [[nodiscard]] bool complete() const noexcept { return complete_; }
  /// Whether the part that was parsed last belongs to a header.
  [[nodiscard]] bool in_header() const noexcept { return in_header_; }
  /// The status of the final response, or 0 until its status line has arrived completely.
  [[nodiscard]] int status() const noexcept {
    if (parser_->status() == 0) return status_line(in_.unread());
    return parser_->interim() ? 0 : parser_->status();
  }
  /// The content coding of the response, or empty for none. No request accepts one.
  [[nodiscard]] std::string_view coding() const noexcept { return parser_->coding(); }
  /// Whether another request may follow on the connection. Valid after `advance` has given true.
  [[nodiscard]] bool keep_alive() const {
    return !ended_ && !ambiguous_ && parser_->keep_alive() && in_.unread().empty();
  }
  /// Whether bytes have arrived after the response.
  [[nodiscard]] bool has_surplus() const noexcept { return !in_.unread().empty(); }
  [[nodiscard]] Response take() noexcept { return parser_->take(); }

 private:
  // Parses the next part: the header, the head of a chunk, some of a body, or the trailers. False when that part has
  // not arrived yet, or at an error.
  bool parse_part(error_code& ec) {
    const auto unread = in_.unread();
    in_header_ = !parser_->is_header_done();
    const auto body_before = parser_->body_size();
    std::size_t size = 0;
    ec = boost::beast::http::error::need_more;
    // Some versions of Beast read an incomplete line again from its beginning, however few bytes have arrived since.
    if (looked_at_ == 0 || unread.find('\n', looked_at_) != unread.npos) {
      size = parser_->put(boost::asio::buffer(unread.data(), unread.size()), ec);
      in_.consume(size);
    }
    const bool incomplete = ec == boost::beast::http::error::need_more;
    looked_at_ = incomplete ? in_.unread().size() : 0;
    if (ec && !incomplete) return false;
    ec = {};
    const auto around = size - (parser_->body_size() - body_before);
    const auto pending = incomplete ? in_.unread().size() : 0;
    auto& sum = in_header_ ? header_ : framing_;
    sum += around;
    const auto allowed = in_header_ ? max_header_size : max_header_size + max_framing_per_byte * parser_->body_size();
    if (sum + pending > allowed || around + pending > max_header_size) {
      ec = boost::beast::http::error::header_limit;
      return false;
    }
    // A server of another protocol may send a few bytes and then wait for the client, so they are judged at once.
    if (incomplete && parser_->status() == 0 && !may_begin_response(in_.unread())) {
      ec = boost::beast::http::error::bad_version;
      return false;
    }
    return !incomplete;
  }

  // A chunk of one byte has five bytes around it, and more where a server pads the length with zeros.
  static constexpr std::size_t max_framing_per_byte = 16;

  ReadBuffer& in_;
  std::uint64_t max_body_size_;
  bool to_connect_;
  std::optional<ResponseParser> parser_;
  std::size_t header_ = 0;     // bytes of all headers
  std::size_t framing_ = 0;    // bytes around the chunks of the body
  std::size_t looked_at_ = 0;  // unread bytes of which Beast needs more
  bool in_header_ = true;
  bool began_ = false;
  bool ended_ = false;
  bool complete_ = false;
  bool ambiguous_ = false;
};

}  // namespace wandb::detail
