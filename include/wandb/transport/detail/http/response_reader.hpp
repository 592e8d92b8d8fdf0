// One response out of whatever a stream brings. No I/O of its own: both colours read with it.
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

namespace wandb::detail {

/// Reads the final response: `while (!reader.advance(ec) && !ec) reader.arrived(<bytes read into the buffer>, ec);`
///
/// What surrounds a body is bounded, in whatever pieces it comes: the header, those of interim responses included, the
/// head of a chunk, and the trailers, by `largest_header` each; and all that surrounds a body in chunks by that and a
/// multiple of the body.
class ResponseReader {
 public:
  using error_code = boost::system::error_code;

  static constexpr std::size_t largest_header = std::size_t{64} * 1024;

  /// `to_connect`: the response to a CONNECT, of which there is only the header.
  ResponseReader(ReadBuffer& in, std::uint64_t largest_body, bool to_connect = false)
      : in_(in), largest_body_(largest_body), to_connect_(to_connect) {
    parser_.emplace(largest_body, to_connect);
  }

  /// Parses what was read. True when the response is complete; false with no error when more must be read.
  [[nodiscard]] bool advance(error_code& ec) {
    for (;;) {
      while (!ended_ && !parser_->is_done()) {
        if (in_.unread().empty() || !parse_part(ec)) return false;
      }
      if (!parser_->is_done()) return false;
      ambiguous_ = ambiguous_ || parser_->ambiguous();
      if (!parser_->interim()) return complete_ = true;
      // A switch of protocols was not asked for, and an interim answer is no answer.
      if (ended_ || parser_->status() == 101) {
        ec = errc::protocol_error;
        return false;
      }
      parser_.emplace(largest_body_, to_connect_);
    }
  }

  /// That much came, or it ended so. Only an end that completes the response is no error.
  void arrived(std::size_t count, error_code& ec) {
    in_.fill(count);
    began_ = began_ || count != 0;
    if (ec != boost::asio::error::eof || !parser_->got_some()) return;
    ended_ = true;
    ec = {};
    parser_->put_eof(ec);
  }

  /// Whether anything came at all.
  [[nodiscard]] bool began() const noexcept { return began_; }
  /// Whether `advance` was true.
  [[nodiscard]] bool complete() const noexcept { return complete_; }
  /// Whether what was parsed last belongs to a header.
  [[nodiscard]] bool in_header() const noexcept { return in_header_; }
  /// The status of the final response, 0 while its status line has not come whole.
  [[nodiscard]] int status() const noexcept {
    if (parser_->status() == 0) return status_line(in_.unread());
    return parser_->interim() ? 0 : parser_->status();
  }
  /// The coding that the response's body has, though nobody asked for one; empty for none.
  [[nodiscard]] std::string_view coding() const noexcept { return parser_->coding(); }
  /// Whether another request may follow, after `advance` was true.
  [[nodiscard]] bool keep_alive() const {
    return !ended_ && !ambiguous_ && parser_->keep_alive() && in_.unread().empty();
  }
  /// Whether more came than the response.
  [[nodiscard]] bool has_surplus() const noexcept { return !in_.unread().empty(); }
  [[nodiscard]] Response take() noexcept { return parser_->take(); }

 private:
  // Parses the next part: the header, the head of a chunk, some of a body, the trailers. False when that part is not
  // there yet, or at an error.
  bool parse_part(error_code& ec) {
    const auto unread = in_.unread();
    in_header_ = !parser_->is_header_done();
    const auto body_before = parser_->body_size();
    const auto size = parser_->put(boost::asio::buffer(unread.data(), unread.size()), ec);
    in_.consume(size);
    const bool incomplete = ec == boost::beast::http::error::need_more;
    if (ec && !incomplete) return false;
    ec = {};
    const auto around = size - (parser_->body_size() - body_before);
    const auto pending = incomplete ? in_.unread().size() : 0;
    auto& sum = in_header_ ? header_ : framing_;
    sum += around;
    const auto allowed = in_header_ ? largest_header : largest_header + most_framing * parser_->body_size();
    if (sum + pending > allowed || around + pending > largest_header) {
      ec = boost::beast::http::error::header_limit;
      return false;
    }
    // Another protocol's first bytes may be few, and the peer then waits for us.
    if (incomplete && parser_->status() == 0 && !may_begin_response(in_.unread())) {
      ec = boost::beast::http::error::bad_version;
      return false;
    }
    return !incomplete;
  }

  // A chunk of one byte has five around it, and some servers write a fixed number of digits.
  static constexpr std::size_t most_framing = 16;

  ReadBuffer& in_;
  std::uint64_t largest_body_;
  bool to_connect_;
  std::optional<ResponseParser> parser_;
  std::size_t header_ = 0;   // bytes of all headers so far
  std::size_t framing_ = 0;  // bytes around the body's chunks so far
  bool in_header_ = true;
  bool began_ = false;
  bool ended_ = false;
  bool complete_ = false;
  bool ambiguous_ = false;
};

}  // namespace wandb::detail
