// The server's side of HTTP: parses requests and writes responses, in memory that is reused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/optional/optional.hpp>
#include <boost/version.hpp>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/detail/text/http_text.hpp>
#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI::testing {

/// The ways to mark the end of a body.
enum class Framing { content_length, chunked, until_close };

namespace detail {

/// The text of one request. The next request of the connection reuses its memory.
class RequestText {
 public:
  void clear() noexcept {
    text_.clear();
    fields_.clear();
    body.clear();
  }
  void start(std::string_view method, std::string_view target) {
    method_size_ = method.size();
    target_size_ = target.size();
    text_.append(method).append(target);
  }
  void add(std::string_view name, std::string_view value) {
    fields_.push_back({text_.size(), name.size(), value.size()});
    text_.append(name).append(value);
  }
  /// Views of the request, valid until `clear`. They leave out the fields that frame the message, as a client's
  /// `Request` does.
  [[nodiscard]] Request request(const Origin& origin) {
    Request made;
    const std::string_view text = text_;
    made.method = text.substr(0, method_size_);
    made.target = text.substr(method_size_, target_size_);
    made.origin = origin;
    made.host = {};
    made.body = body;
    headers_.clear();
    for (const auto& [at, name_size, value_size] : fields_) {
      const auto name = text.substr(at, name_size);
      const auto value = text.substr(at + name_size, value_size);
      if (wandb::detail::equal_ignoring_case(name, "Host")) made.host = value;
      if (wandb::detail::is_framing_field(name)) continue;
      headers_.push_back({name, value, wandb::detail::equal_ignoring_case(name, "Authorization")});
    }
    made.headers = headers_;
    return made;
  }

  std::string body;

 private:
  struct Field {
    std::size_t at;
    std::size_t name_size;
    std::size_t value_size;
  };
  std::string text_;
  std::size_t method_size_ = 0;
  std::size_t target_size_ = 0;
  std::vector<Field> fields_;
  std::vector<Header> headers_;
};

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  using error_code = boost::system::error_code;
  using text = boost::beast::string_view;

  explicit RequestParser(RequestText& out) : out_(out) {
    out_.clear();
    body_limit(boost::none);
    header_limit(64 * 1024);
    eager(true);
  }

 private:
  void on_request_impl(boost::beast::http::verb, text method, text target, int, error_code&) override {
    out_.start({method.data(), method.size()}, {target.data(), target.size()});
  }
  void on_response_impl(int, text, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field, text name, text value, error_code&) override {
    out_.add({name.data(), name.size()}, {value.data(), value.size()});
  }
#if BOOST_VERSION >= 109000
  void on_trailer_field_impl(boost::beast::http::field, text, text, error_code&) override {}
#endif
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(text part, error_code&) override {
    out_.body.append(part.data(), part.size());
    return part.size();
  }
  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text part, error_code& ec) override { return on_body_impl(part, ec); }
  void on_finish_impl(error_code&) override {}

  RequestText& out_;
};

/// Appends `body` in chunks. A body that is long enough gets two, so that a reader has to join them.
inline void append_chunked(std::string& out, std::string_view body) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto chunk = [&](std::string_view part) {
    if (part.empty()) return;
    std::string size;
    for (auto left = part.size(); left != 0; left /= 16) size.insert(size.begin(), digits[left % 16]);
    out.append(size).append("\r\n").append(part).append("\r\n");
  };
  chunk(body.substr(0, body.size() / 2));
  chunk(body.substr(body.size() / 2));
  out += "0\r\n\r\n";
}

/// Replaces `out` by the text of the response. `last` says that the connection is closed after it.
inline void compose(const Response& response, Framing framing, bool last, std::string& out) {
  out.assign("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  out.append(reason.data(), reason.size()).append("\r\n");
  for (const auto field : response.headers) {
    if (wandb::detail::is_framing_field(field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (last) out += "Connection: close\r\n";
  if (framing == Framing::chunked) {
    out += "Transfer-Encoding: chunked\r\n\r\n";
    append_chunked(out, response.body);
    return;
  }
  if (framing == Framing::content_length) {
    out.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  }
  out.append("\r\n").append(response.body);
}

}  // namespace detail
}  // namespace wandb::testing
