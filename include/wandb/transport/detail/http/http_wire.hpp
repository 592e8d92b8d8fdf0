// Writes a request as bytes, and parses a response with Beast's parser, straight into a `Response`.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/optional/optional.hpp>
#include <boost/version.hpp>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/content_coding.hpp>
#include <wandb/detail/text/http_text.hpp>
#include <wandb/detail/text/secure_memory.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/detail/http/error_codes.hpp>

namespace wandb::inline WANDB_ABI::detail {

/// Says why a request must not be sent. Empty for a valid request.
[[nodiscard]] constexpr std::string_view defect(const Request& request) noexcept {
  if (!is_token(request.method)) return "the request's method is not a token";
  if (!is_word(request.target)) return "the request's target is empty, or holds a space or control character";
  if (!is_word(request.host)) return "the request's host is empty, or holds a space or control character";
  if (request.origin.host.empty()) return "the request's origin has no host";
  if (!is_word(request.origin.host)) return "the host of the request's origin holds a space or control character";
  if (request.origin.port == 0) return "the request's origin has no port";
  for (const auto& field : request.headers) {
    if (!is_token(field.name)) return "the name of a request header is not a token";
    if (!is_field_value(field.value)) return "the value of a request header holds a line break or control character";
    if (is_framing_field(field.name)) return "Host, Content-Length and Transfer-Encoding are the transport's to send";
  }
  return {};
}

/// Appends the whole request in its form on the wire, so that one send can take it.
inline void compose(const Request& request, SecureString& out) {
  const auto field = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  field("Host", request.host);
  for (const auto& header : request.headers) field(header.name, header.value);
  const bool bodiless = request.method == "GET" || request.method == "CONNECT";
  if (!request.body.empty() || !bodiless) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, request.body.size()).ptr;
    field("Content-Length", {digits, static_cast<std::size_t>(end - digits)});
  }
  out.append("\r\n").append(request.body);
}

/// The status of the final response if `text` begins with its complete status line, else 0. This reads text that the
/// parser has not consumed, since Beast's parser looks at a status line that came in pieces only after the whole header
/// has arrived.
[[nodiscard]] constexpr int status_line(std::string_view text) noexcept {
  constexpr std::size_t digits = 9;  // behind "HTTP/1.1 "
  const auto line = text.substr(0, text.find("\r\n"));
  const auto reason = line.substr(std::min(line.size(), digits + 4));
  if (line.size() == text.size() || line.size() < digits + 4 || !consists_of(in_field_value, reason)) return 0;
  if (!line.starts_with("HTTP/1.0 ") && !line.starts_with("HTTP/1.1 ")) return 0;
  int status = 0;
  for (const char c : line.substr(digits, 3)) {
    if (!is_digit(c)) return 0;
    status = status * 10 + (c - '0');
  }
  return line[digits + 3] == ' ' && status >= 200 ? status : 0;
}

/// Whether `text` may be the beginning of a response.
[[nodiscard]] constexpr bool may_begin_response(std::string_view text) noexcept {
  constexpr std::string_view begin = "HTTP/1.";
  return text.substr(0, begin.size()) == begin.substr(0, text.size());
}

/// Parses one response into a `Response`, a part at a time. It reports faults with Beast's error codes, or with an
/// `errc` where Beast has none. It limits the body; `ResponseReader` limits what surrounds the body.
class ResponseParser final : public boost::beast::http::basic_parser<false> {
 public:
  using error_code = boost::system::error_code;
  using text = boost::beast::string_view;

  /// `to_connect` is true for the response to a CONNECT. Such a response has no body, even if its header announces one.
  ResponseParser(std::uint64_t max_body_size, bool to_connect) : max_body_size_(max_body_size) {
    skip(to_connect);
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(max_body_size);
  }
  /// Whether this is an interim response (1xx), which a final one follows.
  [[nodiscard]] bool interim() const noexcept { return response_.status / 100 == 1; }
  /// The status, or 0 before the status line has been parsed.
  [[nodiscard]] int status() const noexcept { return response_.status; }
  [[nodiscard]] std::size_t body_size() const noexcept { return response_.body.size(); }
  /// The content coding that the header names, or empty for none. No request accepts one.
  [[nodiscard]] const std::string& coding() const noexcept { return coding_; }
  /// Whether two readers may disagree on where this response ends. No later response on the connection can be trusted
  /// then.
  [[nodiscard]] bool ambiguous() const noexcept {
    const bool bodiless = interim() || response_.status == 204 || response_.status == 304;
    return lengths_ > 1 || (chunked_ && version_ == 10) || (bodiless && (lengths_ != 0 || chunked_));
  }
  [[nodiscard]] Response take() noexcept { return std::move(response_); }

 private:
  void on_request_impl(boost::beast::http::verb, text, text, int, error_code&) override {}
  void on_response_impl(int status, text, int version, error_code& ec) override {
    if (status < 100) {
      ec = boost::beast::http::error::bad_status;
      return;
    }
    version_ = version;
    response_.status = status;
    response_.headers.reserve(initial_headers_capacity);
  }
  void on_field_impl(boost::beast::http::field name, text name_text, text value, error_code& ec) override {
    using boost::beast::http::field;
    if (header_done_) return;  // Trailers are ignored.
    if (name == field::transfer_encoding) {
      if (!equal_ignoring_case(view(value), "chunked")) ec = boost::beast::http::error::bad_transfer_encoding;
      chunked_ = true;
    } else if (name == field::content_length) {
      lengths_ += view(value).find(',') == std::string_view::npos ? 1U : 2U;
    } else if (name == field::content_encoding && coding_.empty()) {
      coding_ = first_coding(view(value));
    }
    if (!ec) response_.headers.add(view(name_text), view(value));
  }
#if BOOST_VERSION >= 109000  // From 1.90 on, Beast reports trailers to a function of their own.
  void on_trailer_field_impl(boost::beast::http::field, text, text, error_code&) override {}
#endif
  void on_header_impl(error_code&) override { header_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code&) override {
    // The length is only announced, so the memory that is reserved before any byte arrives is limited.
    if (size) response_.body.reserve(static_cast<std::size_t>(std::min({*size, max_body_size_, max_reserved_body})));
  }
  std::size_t on_body_impl(text part, error_code& ec) override {
    // Only a success needs its body. Any other response is reported by its status, even if its body cannot be read.
    if (!coding_.empty() && response_.status / 100 == 2 && !part.empty()) {
      ec = errc::protocol_error;
      return 0;
    }
    if (part.size() > max_body_size_ - response_.body.size()) {
      ec = errc::response_too_large;
      return 0;
    }
    response_.body.append(part.data(), part.size());
    return part.size();
  }
  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text part, error_code& ec) override { return on_body_impl(part, ec); }
  void on_finish_impl(error_code&) override {}

  [[nodiscard]] static std::string_view view(text part) noexcept { return {part.data(), part.size()}; }

  static constexpr std::size_t initial_headers_capacity = 512;
  static constexpr std::uint64_t max_reserved_body = 1024 * 1024;

  std::uint64_t max_body_size_;
  Response response_;
  std::string coding_;
  int version_ = 11;
  unsigned lengths_ = 0;
  bool chunked_ = false;
  bool header_done_ = false;
};

/// Holds what has been read from a stream and has not been parsed. `reset` wipes it, since bodies may contain keys.
class ReadBuffer {
 public:
  [[nodiscard]] std::string_view unread() const noexcept { return {memory_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t size) noexcept {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Memory to read into, at least one byte. It grows when the last read has filled it.
  [[nodiscard]] std::pair<char*, std::size_t> room() {
    if (memory_.empty()) memory_.resize(initial_size);
    if (begin_ != 0) {
      std::copy(memory_.data() + begin_, memory_.data() + end_, memory_.data());
      end_ -= std::exchange(begin_, std::size_t{0});
    }
    const bool more = std::exchange(filled_, false) && memory_.size() < max_eager_size;
    if (more || end_ == memory_.size()) memory_.resize(memory_.size() * 2);
    return {memory_.data() + end_, memory_.size() - end_};
  }
  void fill(std::size_t size) noexcept {
    end_ += size;
    used_ = std::max(used_, end_);
    filled_ = end_ == memory_.size();
  }
  /// Drops all content and wipes it.
  void reset() noexcept {
    wipe(memory_.data(), used_);
    begin_ = end_ = used_ = 0;
  }

 private:
  static constexpr std::size_t initial_size = 16 * 1024;
  static constexpr std::size_t max_eager_size = 64 * 1024;
  SecureString memory_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t used_ = 0;
  bool filled_ = false;
};

}  // namespace wandb::detail
