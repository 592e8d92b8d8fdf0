// One response out of whatever a stream brings. No I/O of its own: both colours read with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/transport.hpp>
#include <wandb/transport/detail/http_wire.hpp>

namespace wandb::detail {

/// Reads the final response: `while (!reader.advance(ec) && !ec) reader.arrived(<bytes read into the buffer>, ec);`
class ResponseReader {
 public:
  using error_code = boost::system::error_code;

  ResponseReader(ReadBuffer& in, std::uint64_t largest_body) : in_(in), largest_body_(largest_body) {
    parser_.emplace(largest_body);
  }

  /// Parses what was read. True when the response is complete; false with no error when more must be read.
  [[nodiscard]] bool advance(error_code& ec) {
    for (;;) {
      const auto unread = in_.unread();
      if (unread.empty() && !ended_) return false;
      if (!ended_) in_.consume(parser_->put(boost::asio::buffer(unread.data(), unread.size()), ec));
      if (ec == boost::beast::http::error::need_more) ec = {};
      if (ec || !parser_->is_done()) return false;
      if (!parser_->interim()) return true;
      // A switch of protocols was not asked for, and interim answers without end are no answer.
      if (ended_ || parser_->status() == 101 || received_ > ResponseParser::largest_header) {
        ec = errc::protocol_error;
        return false;
      }
      parser_.emplace(largest_body_);
    }
  }

  /// That much came, or it ended so. Only an end that completes the response is no error.
  void arrived(std::size_t count, error_code& ec) {
    in_.fill(count);
    received_ += count;
    if (ec != boost::asio::error::eof || !parser_->got_some()) return;
    ended_ = true;
    ec = {};
    parser_->put_eof(ec);
  }

  /// Whether anything came at all.
  [[nodiscard]] bool began() const noexcept { return received_ != 0; }
  /// The status of the final response, 0 while its status line has not come whole.
  [[nodiscard]] int status() const noexcept {
    if (parser_->status() == 0) return status_line(in_.unread());
    return parser_->interim() ? 0 : parser_->status();
  }
  /// Whether another request may follow, after `advance` was true.
  [[nodiscard]] bool keep_alive() const { return !ended_ && parser_->keep_alive() && in_.unread().empty(); }
  [[nodiscard]] Response take() noexcept { return parser_->take(); }

 private:
  ReadBuffer& in_;
  std::uint64_t largest_body_;
  std::optional<ResponseParser> parser_;
  std::size_t received_ = 0;
  bool ended_ = false;
};

}  // namespace wandb::detail
