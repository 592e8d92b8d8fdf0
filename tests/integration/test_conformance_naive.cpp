// Tests that the conformance suite catches a transport as it is written in a hurry: it verifies no certificate, has no
// deadline of the whole, and takes the first header that comes for the answer's.
#include <doctest/doctest.h>

#include <charconv>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <wandb/testing/conformance.hpp>

namespace {

namespace asio = boost::asio;
using wandb::Delivery;
using wandb::errc;
using wandb::Error;
using wandb::Request;
using wandb::Response;
using Tcp = asio::ip::tcp;

// Sends over a new connection, and reads until it ends.
struct Naive {
  [[nodiscard]] wandb::Result<Response> send(const Request& request) const {
    asio::io_context io;
    asio::ssl::context context(asio::ssl::context::tls_client);
    asio::ssl::stream<Tcp::socket> stream(io, context);
    boost::system::error_code ec;
    stream.next_layer().connect({asio::ip::address_v4::loopback(), request.origin.port}, ec);
    if (ec) return Error(errc::connect_failed, Delivery::nothing_sent);
    if (!request.origin.tls) return exchange(stream.next_layer(), request);
    stream.handshake(asio::ssl::stream_base::client, ec);
    if (ec) return Error(errc::tls_failed, Delivery::nothing_sent);
    return exchange(stream, request);
  }

 private:
  template <class Stream>
  [[nodiscard]] static wandb::Result<Response> exchange(Stream& stream, const Request& request) {
    std::string text = std::string(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
    text.append(request.host).append("\r\nConnection: close\r\n");
    for (const auto& [name, value, secret] : request.headers)
      text.append(name).append(": ").append(value).append("\r\n");
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n";
    text += request.body;
    boost::system::error_code ec;
    asio::write(stream, asio::buffer(text), ec);
    std::string answer;
    asio::read(stream, asio::dynamic_buffer(answer), ec);
    const auto end = answer.find("\r\n\r\n");
    if (end == answer.npos || answer.size() < 12) return Error(errc::connection_lost);
    Response response;
    std::from_chars(answer.data() + 9, answer.data() + 12, response.status);
    response.body = std::string_view(answer).substr(end + 4);
    for (auto line = answer.find("\r\n") + 2; line < end; line = answer.find("\r\n", line) + 2) {
      const auto field = std::string_view(answer).substr(line, answer.find("\r\n", line) - line);
      response.headers.add(field.substr(0, field.find(':')), field.substr(field.find(':') + 1));
    }
    return response;
  }
};

// The words of the complaints about one rule.
std::string complaints(std::string_view rule) {
  std::string text;
  for (const auto& complaint :
       wandb::testing::conformance([](const wandb::testing::Surroundings&) { return Naive(); }, {.only = rule}))
    text += complaint.what + '\n';
  return text;
}

bool says(const std::string& text, std::string_view words) { return text.find(words) != text.npos; }

}  // namespace

TEST_CASE("a naive transport keeps the rules that it can keep") {
  for (const auto* rule : {"sends a request byte for byte", "returns the headers of an answer byte for byte",
                           "returns an answer with any status", "follows no redirect", "answers over TLS",
                           "sends once if the connection is closed", "serves two threads"}) {
    CAPTURE(rule);
    CHECK(complaints(rule) == "");
  }
}

TEST_CASE("a transport that verifies no certificate is caught") {
  const auto unknown = complaints("refuses the certificate of an unknown authority");
  CAPTURE(unknown);
  CHECK(says(unknown, "The server got the request with its credentials, although an unknown authority issued"));
  CHECK(says(unknown, "although the server's certificate is self-signed"));
  const auto another = complaints("refuses the certificate of another host, and one that has expired");
  CHECK(says(another, "although the server's certificate is that of another host"));
  CHECK(says(another, "although the server's certificate has expired"));
}

TEST_CASE("a transport that returns chunks as they are on the wire is caught") {
  CHECK(says(complaints("reads an answer however its end is marked"), "The body of an answer in chunks is another."));
}

TEST_CASE("a transport that takes an interim answer for the final one is caught") {
  const auto interim = complaints("skips interim answers");
  CHECK(says(interim, "send returned the status 100 instead of a final answer"));
  CHECK(says(interim, "send returned the status 103 instead of a final answer"));
}

TEST_CASE("a transport that does not notice that a body is cut is caught") {
  CHECK(says(complaints("reports an answer that is cut or is not HTTP"), "before the length that its header says"));
}
