// Helpers for the tests of BeastTransport: requests, misbehaving peers, and clocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/transport/detail/net/connection.hpp>
#include <wandb/transport/detail/net/sockets.hpp>

#include "../temporary_directory.hpp"

namespace beast_test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using tcp = boost::asio::ip::tcp;
using wandb::testing::Fault;
using wandb::testing::Framing;
using wandb::testing::LoopbackServer;

/// Whether the system discards what has arrived and has not been read when the peer resets the connection, as Windows
/// does. POSIX systems let it be read.
#if defined(_WIN32)
inline constexpr bool reset_discards_received = true;
#else
inline constexpr bool reset_discards_received = false;
#endif

[[nodiscard]] inline wandb::Response ok(std::string_view body, int status = 200) {
  wandb::Response response;
  response.status = status;
  response.body = body;
  return response;
}

/// A handler that answers with the request's body.
[[nodiscard]] inline LoopbackServer::Handler echo() {
  return [](const wandb::Request& request) { return ok(request.body); };
}

[[nodiscard]] inline wandb::Request request_to(std::string_view host, std::uint16_t port, bool tls = false,
                                               std::chrono::milliseconds timeout = 10s) {
  wandb::Request request;
  request.origin = {tls, host, port};
  request.host = "test.example";
  request.target = "/graphql";
  request.body = "{}";
  request.deadline = Clock::now() + timeout;
  return request;
}
[[nodiscard]] inline wandb::Request request_to(const LoopbackServer& server, std::chrono::milliseconds timeout = 10s) {
  const bool tls = !server.ca_pem().empty();
  return request_to(tls ? std::string_view("localhost") : std::string_view(server.address()), server.port(), tls,
                    timeout);
}

/// Returns how long a function took.
class Stopwatch {
 public:
  [[nodiscard]] std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_);
  }

 private:
  Clock::time_point start_ = Clock::now();
};

/// Waits until `done()`, for a few seconds at most; returns whether it happened.
template <class Done>
[[nodiscard]] bool eventually(Done done) {
  for (const Stopwatch watch; watch.elapsed() < 5s; std::this_thread::sleep_for(1ms)) {
    if (done()) return true;
  }
  return false;
}

/// Waits until the server has closed all its connections. It may still be returning from the write of an answer that
/// the client has read.
inline void await_closed(const LoopbackServer& server) {
  REQUIRE(eventually([&] { return server.open_connections() == 0; }));
}

/// An address that never answers a connection: its queue is full and nobody accepts.
class BlackHole {
 public:
  explicit BlackHole(const char* address = "127.0.0.1", std::uint16_t port = 0) : acceptor_(io_) {
    const tcp::endpoint wanted(boost::asio::ip::make_address(address), port);
    acceptor_.open(wanted.protocol());
    acceptor_.bind(wanted);
    acceptor_.listen(0);
    for (int i = 0; i != 8; ++i) {
      fillers_.emplace_back(io_, wanted.protocol());
      fillers_.back().native_non_blocking(true);
      const auto filled = acceptor_.local_endpoint();
      // Asio's own connect would wait for the outcome.
      static_cast<void>(wandb::detail::begin_connect(fillers_.back().native_handle(), filled.data(), filled.size()));
    }
    std::this_thread::sleep_for(5ms);
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::vector<tcp::socket> fillers_;
};

/// A port where nobody listens.
[[nodiscard]] inline std::uint16_t closed_port() {
  boost::asio::io_context io;
  return tcp::acceptor(io, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0)).local_endpoint().port();
}

/// A file with the given text, which is deleted with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text) : path_(directory_.put("file", text)) {}
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  TemporaryDirectory directory_;
  std::string path_;
};

}  // namespace beast_test
