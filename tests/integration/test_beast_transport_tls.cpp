// Tests BeastTransport over TLS: which servers it trusts, the errors for others, and that deadlines also hold there.
#include "test_beast_transport.hpp"

#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace beast_test;
using wandb::BeastTransport;
using wandb::Delivery;
using wandb::errc;
using wandb::Error;
using wandb::testing::Certificate;
using wandb::testing::CertificateAuthority;
using wandb::testing::LoopbackOptions;

namespace {

// A TLS server that echoes, and a transport that trusts it.
struct Trusted {
  LoopbackServer server;
  TemporaryFile ca;
  BeastTransport transport;

  explicit Trusted(LoopbackServer::Handler handler = echo(), std::optional<Certificate> certificate = {})
      : server(std::move(handler), LoopbackOptions{.tls = true, .certificate = std::move(certificate)}),
        ca(server.ca_pem()),
        transport({.ca_file = ca.path()}) {}
};

// Checks that the handshake fails for that reason.
void check_refused(const BeastTransport& transport, const wandb::Request& request, std::string_view reason) {
  const auto response = transport.send(request);
  REQUIRE_FALSE(response.has_value());
  CAPTURE(response.error().reason());
  CHECK(response.error() == errc::tls_failed);
  CHECK(response.error().delivery() == Delivery::nothing_sent);
  CHECK(response.error().reason().find(reason) != std::string::npos);
}

}  // namespace

TEST_CASE("TLS: requests are answered over a kept connection") {
  const Trusted at;
  for (int i = 0; i != 10; ++i) {
    const auto response = at.transport.send(request_to(at.server));
    REQUIRE(response.has_value());
    CHECK(response->body == "{}");
  }
  CHECK(at.server.connections() == 1);
}

TEST_CASE("TLS: bodies of megabytes pass in both directions") {
  const Trusted at;
  const std::string body(std::size_t{3} * 1024 * 1024 + 1, 'x');
  auto request = request_to(at.server);
  request.body = body;
  CHECK(std::string_view(at.transport.send(request).value().body) == body);
}

TEST_CASE("TLS: a server that nobody vouches for is refused") {
  const LoopbackServer server(echo(), LoopbackOptions{.tls = true});
  check_refused(BeastTransport(), request_to(server), "certificate verify failed: ");
  CHECK(server.requests() == 0);
}

TEST_CASE("TLS: a self-signed certificate is refused in these words") {
  const auto self_signed = CertificateAuthority().self_signed();
  const LoopbackServer server(echo(), LoopbackOptions{.tls = true, .certificate = self_signed});
  check_refused(BeastTransport(), request_to(server), "certificate verify failed: self-signed certificate");
}

TEST_CASE("TLS: a certificate for another host is refused") {
  const Trusted at(echo(), CertificateAuthority().issue({.names = "DNS:other.example,IP:10.0.0.1"}));
  check_refused(at.transport, request_to(at.server), "certificate verify failed: hostname mismatch");
  check_refused(at.transport, request_to("127.0.0.1", at.server.port(), true),
                "certificate verify failed: IP address mismatch");
  CHECK(at.server.requests() == 0);
}

TEST_CASE("TLS: an address is verified as an address") {
  const Trusted at(echo(), CertificateAuthority().issue({.names = "IP:127.0.0.1"}));
  CHECK(at.transport.send(request_to("127.0.0.1", at.server.port(), true)).has_value());
  const Trusted named(echo(), CertificateAuthority().issue({.names = "DNS:127.0.0.1"}));
  check_refused(named.transport, request_to("127.0.0.1", named.server.port(), true), "IP address mismatch");
}

TEST_CASE("TLS: a certificate that has expired is refused") {
  const Trusted at(echo(), CertificateAuthority().issue({.valid_to = -60s}));
  check_refused(at.transport, request_to(at.server), "certificate verify failed: certificate has expired");
}

TEST_CASE("TLS: versions before 1.2 are refused, 1.2 is not") {
  const LoopbackServer old(echo(), LoopbackOptions{.tls = true, .max_tls_version = TLS1_1_VERSION});
  const TemporaryFile old_ca(old.ca_pem());
  check_refused(BeastTransport({.ca_file = old_ca.path()}), request_to(old), "protocol version");
  const LoopbackServer recent(echo(), LoopbackOptions{.tls = true, .max_tls_version = TLS1_2_VERSION});
  const TemporaryFile recent_ca(recent.ca_pem());
  const BeastTransport transport({.ca_file = recent_ca.path()});
  CHECK(transport.send(request_to(recent)).has_value());
  CHECK(transport.send(request_to(recent)).has_value());
  CHECK(recent.connections() == 1);
}

TEST_CASE("TLS: a file of authorities that is not there is an error of each call, until it is") {
  const LoopbackServer server(echo(), LoopbackOptions{.tls = true});
  const TemporaryFile place("");
  const auto path = place.path() + ".pem";
  const BeastTransport transport({.ca_file = path});
  check_refused(transport, request_to(server), path);
  check_refused(transport, request_to(server), path);
  server.write_ca(path);
  CHECK(transport.send(request_to(server)).has_value());
  std::filesystem::remove(path);
}

TEST_CASE("TLS: a file without certificates is an error that names it") {
  const LoopbackServer server(echo(), LoopbackOptions{.tls = true});
  const TemporaryFile empty("nothing here");
  check_refused(BeastTransport({.ca_file = empty.path()}), request_to(server), empty.path());
}

TEST_CASE("TLS: a server that speaks plain HTTP is told apart") {
  const LoopbackServer plain(echo());
  check_refused(BeastTransport(), request_to("127.0.0.1", plain.port(), true), "TLS handshake with 127.0.0.1:");
  CHECK(plain.requests() == 0);
}

TEST_CASE("TLS: a connection closed during the handshake is a failed handshake") {
  Trusted at;
  at.server.inject({.close_on_accept = true});
  const auto error = at.transport.send(request_to(at.server)).error();
  CHECK(error == errc::tls_failed);
  CHECK(error.delivery() == Delivery::nothing_sent);
}

TEST_CASE("TLS: the deadline ends a handshake that stalls") {
  Trusted at;
  at.server.inject({.stall_on_accept = true});
  const Stopwatch watch;
  const auto error = at.transport.send(request_to(at.server, 100ms)).error();
  CHECK(error == errc::timed_out);
  CHECK(error.delivery() == Delivery::nothing_sent);
  CHECK(watch.elapsed() >= 100ms);
  CHECK(watch.elapsed() < 2s);
}

TEST_CASE("TLS: a stop ends a handshake that stalls") {
  Trusted at;
  at.server.inject({.stall_on_accept = true});
  std::stop_source source;
  std::jthread stopper([&source] {
    std::this_thread::sleep_for(50ms);
    source.request_stop();
  });
  auto request = request_to(at.server);
  request.stop = source.get_token();
  const auto error = at.transport.send(request).error();
  CHECK(error == errc::cancelled);
  CHECK(error.delivery() == Delivery::nothing_sent);
}

TEST_CASE("TLS: the deadline ends waiting for an answer") {
  Trusted at;
  at.server.inject({.stall_after = 0});
  at.server.inject({.stall_after = 20});
  const auto before = at.transport.send(request_to(at.server, 100ms)).error();
  CHECK(before == errc::timed_out);
  CHECK(before.delivery() == Delivery::perhaps_sent);
  const auto within = at.transport.send(request_to(at.server, 100ms)).error();
  CHECK(within == errc::timed_out);
  CHECK(within.delivery() == Delivery::answered);
}

TEST_CASE("TLS: a lost answer is not asked for again") {
  Trusted at;
  at.server.inject({.close_after = 0}, 10);
  const auto error = at.transport.send(request_to(at.server)).error();
  CHECK(error == errc::connection_lost);
  CHECK(error.delivery() == Delivery::perhaps_sent);
  CHECK(at.server.requests() == 1);
}

TEST_CASE("TLS: a connection that the server closed while idle loses no request") {
  Trusted at;
  for (std::size_t i = 1; i != 10; ++i) {
    REQUIRE(at.transport.send(request_to(at.server)).has_value());
    CHECK(at.server.connections() == i);
    at.server.drop_connections();
    await_closed(at.server);
  }
}

TEST_CASE("TLS: an orderly end while idle is noticed too") {
  Trusted at;
  at.server.inject({.close_silently = true});
  REQUIRE(at.transport.send(request_to(at.server)).has_value());
  std::this_thread::sleep_for(50ms);
  const auto second = at.transport.send(request_to(at.server));
  CHECK_MESSAGE(second.has_value(), second.error());
  CHECK(at.server.connections() == 2);
}

TEST_CASE("TLS: a body until the end counts only if the end is authentic") {
  Trusted at;
  at.server.inject({.framing = Framing::until_close});
  CHECK(at.transport.send(request_to(at.server)).value().body == "{}");
  at.server.inject({.framing = Framing::until_close, .close_after = 30});
  const auto error = at.transport.send(request_to(at.server)).error();
  CHECK(error == errc::connection_lost);
  CHECK(error.delivery() == Delivery::answered);
}

TEST_CASE("TLS: a second connection resumes the session of the first") {
  const Trusted at;
  REQUIRE(at.transport.send(request_to(at.server)).has_value());
  at.transport.close_idle();
  REQUIRE(at.transport.send(request_to(at.server)).has_value());
  CHECK(at.server.connections() == 2);
  CHECK(at.server.resumed() == 1);
}

TEST_CASE("TLS: a session is not resumed under another name") {
  const Trusted at(echo(), CertificateAuthority().issue({.names = "DNS:localhost"}));
  REQUIRE(at.transport.send(request_to(at.server)).has_value());
  check_refused(at.transport, request_to("127.0.0.1", at.server.port(), true), "IP address mismatch");
}

TEST_CASE("TLS: many threads share a transport") {
  const Trusted at;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t != 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i != 20; ++i) {
        const auto body = std::to_string(t) + ":" + std::to_string(i);
        auto request = request_to(at.server);
        request.body = body;
        const auto response = at.transport.send(request);
        if (!response || std::string_view(response->body) != body) ++wrong;
        if (i % 10 == 9) at.transport.close_idle();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(at.server.requests() == 160);
}

TEST_CASE("TLS: the server's name goes into the handshake, an address does not") {
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    boost::asio::io_context io;
    tcp::acceptor acceptor(io, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0));
    std::string hello(2000, '\0');
    std::jthread listener([&] {
      auto socket = acceptor.accept();
      hello.resize(socket.read_some(boost::asio::buffer(hello)));
    });
    const BeastTransport transport;
    const auto error = transport.send(request_to(host, acceptor.local_endpoint().port(), true)).error();
    listener.join();
    CHECK(error == errc::tls_failed);
    CHECK((hello.find(host) != std::string::npos) == (host == "localhost"));
  }
}
