// Tests the server that the other tests rely on, through a bare socket.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include <wandb/testing/loopback_server.hpp>

#include "test_beast_transport.hpp"

using namespace beast_test;

namespace {

// A client that only sends and receives bytes.
class Bare {
 public:
  explicit Bare(const LoopbackServer& server) : socket_(io_) {
    socket_.connect({boost::asio::ip::make_address(server.address()), server.port()});
  }
  void write(std::string_view text) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(text.data(), text.size()), ignored);
  }
  // Reads until the server closes the connection.
  [[nodiscard]] std::string rest() {
    std::string text;
    boost::system::error_code ec;
    boost::asio::read(socket_, boost::asio::dynamic_buffer(text), ec);
    return text;
  }
  // Reads the given number of bytes, or fewer if the server closes earlier.
  [[nodiscard]] std::string bytes(std::size_t count) {
    std::string text(count, '\0');
    boost::system::error_code ec;
    text.resize(boost::asio::read(socket_, boost::asio::buffer(text), ec));
    return text;
  }

 private:
  boost::asio::io_context io_;
  tcp::socket socket_;
};

constexpr std::string_view ask = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi";
constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
constexpr std::string_view last_ask = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

struct Object {
  std::string name;
  [[nodiscard]] wandb::Response handle(const wandb::Request& request) const {
    return ok(name + std::string(request.body));
  }
};

}  // namespace

TEST_CASE("the loopback server answers one request after the other on a connection") {
  const LoopbackServer server(echo());
  Bare client(server);
  for (int i = 0; i != 3; ++i) {
    client.write(ask);
    CHECK(client.bytes(answer.size()) == answer);
  }
  CHECK(server.connections() == 1);
  CHECK(server.requests() == 3);
}

TEST_CASE("the loopback server answers requests that come together, and in pieces") {
  const LoopbackServer server(echo());
  Bare client(server);
  client.write(std::string(ask) + std::string(ask) + std::string(ask.substr(0, 30)));
  CHECK(client.bytes(2 * answer.size()) == std::string(answer) + std::string(answer));
  client.write(ask.substr(30));
  CHECK(client.bytes(answer.size()) == answer);
}

TEST_CASE("the loopback server closes when it is asked to") {
  const LoopbackServer server(echo());
  Bare client(server);
  client.write(last_ask);
  CHECK(client.rest() == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("the loopback server closes on what is not HTTP") {
  const LoopbackServer server(echo());
  Bare client(server);
  client.write("\x16\x03\x01 hello\r\n\r\n");
  CHECK(client.rest().empty());
  CHECK(server.requests() == 0);
}

TEST_CASE("the loopback server turns an exception into a 500") {
  const LoopbackServer server([](const wandb::Request&) -> wandb::Response { throw std::runtime_error("why"); });
  Bare client(server);
  client.write(last_ask);
  const auto text = client.rest();
  CHECK(text.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  CHECK(text.ends_with("\r\n\r\nwhy"));
}

TEST_CASE("the loopback server serves an object, by reference or shared") {
  Object object{"mine: "};
  const LoopbackServer by_reference(object);
  const LoopbackServer shared(std::make_shared<Object>(Object{"ours: "}));
  object.name = "changed: ";
  Bare one(by_reference);
  one.write(last_ask);
  CHECK(one.rest().ends_with("\r\n\r\nchanged: "));
  Bare two(shared);
  two.write(last_ask);
  CHECK(two.rest().ends_with("\r\n\r\nours: "));
}

TEST_CASE("the loopback server frames as it is told") {
  LoopbackServer server(echo());
  server.inject({.framing = Framing::chunked, .last = true});
  Bare chunked(server);
  chunked.write(ask);
  CHECK(chunked.rest().ends_with("Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"));
  server.inject({.framing = Framing::until_close});
  Bare until_close(server);
  until_close.write(ask);
  CHECK(until_close.rest() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi");
}

TEST_CASE("the loopback server's faults come in order, each as often as it was said, and then no more") {
  LoopbackServer server(echo());
  server.inject({.raw = "one"}, 2);
  server.inject({.raw = "two", .close_silently = true});
  Bare client(server);
  client.write(std::string(ask) + std::string(ask) + std::string(ask));
  CHECK(client.rest() == "oneonetwo");
  Bare next(server);
  next.write(ask);
  CHECK(next.bytes(answer.size()) == answer);
  server.inject({.raw = "never"});
  server.behave();
  next.write(ask);
  CHECK(next.bytes(answer.size()) == answer);
}

TEST_CASE("the loopback server can lose an answer, or the request") {
  LoopbackServer server(echo());
  server.inject({.close_after = 5});
  server.inject({.close_after_reading = true});
  server.inject({.close_before_reading = true});
  Bare cut(server);
  cut.write(ask);
  CHECK(cut.rest() == "HTTP/");
  CHECK(server.requests() == 1);
  for (int i = 0; i != 2; ++i) {
    Bare lost(server);
    lost.write(ask);
    CHECK(lost.rest().empty());
  }
  CHECK(server.requests() == 1);
}

TEST_CASE("the loopback server can delay, and answer in pieces") {
  LoopbackServer server(echo());
  server.inject({.delay = 30ms, .piece = 10, .pause = 10ms});
  Bare client(server);
  const Stopwatch watch;
  client.write(ask);
  CHECK(client.bytes(answer.size()) == answer);
  CHECK(watch.elapsed() >= 60ms);
}

TEST_CASE("the loopback server can read nothing, so that a long request gets stuck, until it is told to end") {
  LoopbackServer server(echo());
  server.inject({.read_nothing = true});
  Bare client(server);
  const std::string body(std::size_t{16} << 20, 'x');
  std::atomic<bool> sent{false};
  std::thread writer([&] {
    client.write(body);
    sent = true;
  });
  std::this_thread::sleep_for(200ms);
  CHECK_FALSE(sent.load());
  server.drop_connections();
  writer.join();
  CHECK(client.rest().empty());
}

TEST_CASE("the loopback server that stalls reads all the same") {
  LoopbackServer server(echo());
  server.inject({.stall_on_accept = true});
  Bare client(server);
  client.write(std::string(std::size_t{16} << 20, 'x'));
  server.drop_connections();
  CHECK(client.rest().empty());
}

TEST_CASE("the loopback server ends at once, whatever its connections do") {
  const Stopwatch watch;
  {
    LoopbackServer server(echo());
    server.inject({.stall_on_accept = true});
    server.inject({.read_nothing = true});
    const Bare stalled(server);
    const Bare stuck(server);
    REQUIRE(eventually([&] { return server.connections() == 2; }));
    const Bare idle(server);
    Bare delayed(server);
    REQUIRE(eventually([&] { return server.connections() == 4; }));
    server.inject({.delay = 60s});
    delayed.write(ask);
    REQUIRE(eventually([&] { return server.requests() == 1; }));
  }
  CHECK(watch.elapsed() < 2s);
}

TEST_CASE("the loopback server drops its connections when it is told") {
  LoopbackServer server(echo());
  Bare client(server);
  client.write(ask);
  CHECK(client.bytes(answer.size()) == answer);
  CHECK(server.open_connections() == 1);
  server.drop_connections();
  CHECK(client.rest().empty());
  CHECK(eventually([&] { return server.open_connections() == 0; }));
}

TEST_CASE("the loopback server says where it is and whom to trust") {
  const LoopbackServer plain(echo());
  CHECK(plain.base_url() == "http://127.0.0.1:" + std::to_string(plain.port()));
  CHECK(plain.ca_pem().empty());
  const LoopbackServer tls(echo(), wandb::testing::LoopbackOptions{.tls = true});
  CHECK(tls.base_url() == "https://localhost:" + std::to_string(tls.port()));
  const TemporaryFile file("");
  tls.write_ca(file.path());
  std::ifstream in(file.path());
  const std::string written{std::istreambuf_iterator<char>(in), {}};
  CHECK(written == tls.ca_pem());
  CHECK(written.starts_with("-----BEGIN CERTIFICATE-----"));
  CHECK_THROWS_AS(tls.write_ca("/no/such/directory/ca.pem"), std::runtime_error);
}
