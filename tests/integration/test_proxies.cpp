// Tests requests through a proxy: what the proxy is asked, what its answers mean, and what it never sees.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>

#include <wandb/environment.hpp>
#include <wandb/testing/account.hpp>
#include <wandb/testing/certificates.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

#include "../awaiting.hpp"
#include "../temporary_directory.hpp"
#include "../variables.hpp"
#include "raw_peer.hpp"
#include "test_async_beast.hpp"

namespace {

using namespace std::chrono_literals;
using wandb::BeastOptions;
using wandb::Delivery;
using wandb::Environment;
using wandb::errc;
using wandb::Outcome;
using wandb::Request;
using wandb::testing::CertificateAuthority;
using wandb::testing::LoopbackServer;

/// Only the proxy can reach this host, because no name service knows it.
constexpr std::string_view host = "wandb.corp.example";

/// A server that only the proxy can reach, with a certificate for the given names.
struct Origin {
  LoopbackServer server{
      [this](const Request& request) {
        const std::lock_guard guard(mutex);
        for (const auto& header : request.headers)
          seen.append(header.name).append(": ").append(header.value).append("\n");
        return beast_test::ok("{}");
      },
      {.tls = true, .certificate = CertificateAuthority().issue({.names = "DNS:wandb.corp.example,IP:2001:db8::1"})}};
  std::mutex mutex;
  std::string seen;

  [[nodiscard]] std::string headers() {
    const std::lock_guard guard(mutex);
    return seen;
  }
};

/// A proxy that reads the head of each request, stores it, and then does what the test specifies.
struct Proxy {
  using Script = std::function<void(raw::Peer&)>;
  explicit Proxy(Script script)
      : server(false, [this, script = std::move(script)](raw::Peer& peer) {
          auto head = peer.take_head();
          {
            const std::lock_guard guard(mutex);
            heads.push_back(std::move(head));
          }
          script(peer);
        }) {}
  [[nodiscard]] std::string url(std::string_view user_info = {}) const {
    return "http://" + std::string(user_info) + "127.0.0.1:" + std::to_string(server.port());
  }
  [[nodiscard]] std::string place() const { return "127.0.0.1:" + std::to_string(server.port()); }
  [[nodiscard]] std::vector<std::string> asked() {
    const std::lock_guard guard(mutex);
    return heads;
  }

  std::mutex mutex;
  std::vector<std::string> heads;
  raw::Server server;
};

struct Blocking {
  using Transport = wandb::BeastTransport;
  Blocking(const BeastOptions& options, const Environment& environment) : transport(options, environment) {}
  [[nodiscard]] wandb::Result<wandb::Response> send(const Request& request) { return transport.send(request); }
  [[nodiscard]] Transport made() const { return transport; }
  Transport transport;
};

struct Awaited {
  using Transport = wandb::AsyncBeastTransport;
  Awaited(const BeastOptions& options, const Environment& environment) : transport(io, options, environment) {}
  [[nodiscard]] wandb::Result<wandb::Response> send(const Request& request) {
    return async_test::run(io, async_test::send(transport, request));
  }
  boost::asio::io_context io;
  Transport transport;
};

#define COLOURS Blocking, Awaited

[[nodiscard]] Request request_to(std::string_view name, std::uint16_t port, std::chrono::milliseconds timeout = 10s) {
  auto request = beast_test::request_to(name, port, true, timeout);
  static const wandb::Header headers[] = {{"Authorization", "Basic the-key", true}};
  request.headers = headers;
  return request;
}

/// Lets the request through, as a working proxy does.
Proxy::Script lets_through(std::string_view answer, std::uint16_t port) {
  return [answer = std::string(answer), port](raw::Peer& peer) {
    peer.send(answer);
    peer.tunnel_to(port);
  };
}

struct Passed {
  std::string_view id;
  std::string_view answer;
};
const std::string big_header = "HTTP/1.1 200 OK\r\nX-Big: " + std::string(12 * 1024, 'x') + "\r\n\r\n";
const Passed passed[] = {
    {"K1", "HTTP/1.1 200 Connection established\r\n\r\n"},
    {"K3", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
    {"K4", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
    {"K5", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"K6", "HTTP/1.1 200 \r\n\r\n"},
    {"K7", "HTTP/1.1 201 Created\r\n\r\n"},
    {"K8", "HTTP/1.0 200 OK\r\n\r\n"},
    {"K9", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"},
    {"K10", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"},
    {"K11", big_header},
};

}  // namespace

TEST_CASE_TEMPLATE("a proxy that agrees leads to the server", Rig, COLOURS) {
  Origin origin;
  for (const auto& row : passed) {
    CAPTURE(row.id);
    Proxy proxy(lets_through(row.answer, origin.server.port()));
    const EnvironmentVariables variables{{"HTTPS_PROXY", proxy.url()}};
    Rig rig({.ca_file = origin.server.ca_pem()}, environment_of(variables));
    const auto answer = rig.send(request_to(host, 8443));
    REQUIRE_MESSAGE(answer, answer.error().message());
    CHECK(answer->status == 200);
    REQUIRE(proxy.asked().size() == 1);
    const auto asked = proxy.asked().front();
    CHECK(asked == "CONNECT wandb.corp.example:8443 HTTP/1.1\r\nHost: wandb.corp.example:8443\r\n\r\n");
    CHECK(origin.headers().find("Basic the-key") != std::string::npos);
    CHECK(origin.headers().find("Proxy-") == std::string::npos);
  }
}

TEST_CASE_TEMPLATE("a proxy's answer may come byte by byte (K12)", Rig, COLOURS) {
  Origin origin;
  Proxy proxy([&](raw::Peer& peer) {
    for (const char c : std::string_view("HTTP/1.1 200 OK\r\nVia: x\r\n\r\n")) {
      peer.send(std::string_view(&c, 1));
      std::this_thread::sleep_for(1ms);
    }
    peer.tunnel_to(origin.server.port());
  });
  Rig rig({.ca_file = origin.server.ca_pem(), .proxy = proxy.url()}, Environment::none());
  CHECK(rig.send(request_to(host, 443)));
}

TEST_CASE_TEMPLATE("CONNECT always names the port, and an IPv6 address in brackets (K2, K13)", Rig, COLOURS) {
  Origin origin;
  Proxy proxy(lets_through("HTTP/1.1 200 OK\r\n\r\n", origin.server.port()));
  Rig rig({.ca_file = origin.server.ca_pem(), .proxy = proxy.url()}, Environment::none());
  CHECK(rig.send(request_to(host, 443)));
  CHECK(rig.send(request_to("2001:db8::1", 8443)));
  REQUIRE(proxy.asked().size() == 2);
  CHECK(proxy.asked()[0].starts_with("CONNECT wandb.corp.example:443 HTTP/1.1\r\nHost: wandb.corp.example:443\r\n"));
  CHECK(proxy.asked()[1].starts_with("CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n"));
}

TEST_CASE_TEMPLATE("the proxy's credentials are decoded and go to the proxy alone (K14)", Rig, COLOURS) {
  Origin origin;
  Proxy proxy(lets_through("HTTP/1.1 200 OK\r\n\r\n", origin.server.port()));
  const EnvironmentVariables variables{{"https_proxy", proxy.url("u%40corp:p%3Aw%25@")}};
  Rig rig({.ca_file = origin.server.ca_pem()}, environment_of(variables));
  REQUIRE(rig.send(request_to(host, 443)));
  // This is the base64 form of u@corp:p:w%.
  CHECK(proxy.asked().front().find("\r\nProxy-Authorization: Basic dUBjb3JwOnA6dyU=\r\n") != std::string::npos);
  CHECK(origin.headers().find("dUBjb3JwOnA6dyU=") == std::string::npos);
  CHECK(proxy.asked().front().find("the-key") == std::string::npos);
}

TEST_CASE_TEMPLATE("a connection through a proxy is kept, and asks once", Rig, COLOURS) {
  Origin origin;
  Proxy proxy(lets_through("HTTP/1.1 200 OK\r\n\r\n", origin.server.port()));
  Rig rig({.ca_file = origin.server.ca_pem(), .proxy = proxy.url()}, Environment::none());
  for (int i = 0; i != 3; ++i) CHECK(rig.send(request_to(host, 443)));
  CHECK(proxy.asked().size() == 1);
  CHECK(rig.transport.connections_opened() == 1);
}

namespace {

struct Refused {
  std::string_view id;
  std::string_view answer;
  errc code;
  std::string_view words;
};
const Refused refused[] = {
    {"K15",
     "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: "
     "6\r\n\r\nsecret",
     errc::proxy_refused, "answered 407 to CONNECT wandb.corp.example:443; it asks for Basic"},
    {"K16", "HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate\r\nConnection: close\r\n\r\n",
     errc::proxy_refused, "it asks for NTLM, Negotiate"},
    {"K17", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", errc::proxy_refused, "answered 403"},
    {"K18", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", errc::proxy_refused, "answered 401"},
    {"K19", "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", errc::proxy_refused,
     "answered 302"},
    {"K20", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", errc::connect_failed, "answered 502"},
    {"K21", "HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n", errc::connect_failed, "answered 503"},
    {"K22", "", errc::connection_lost, ""},
    {"K23", "HTTP/1.1 200 OK\r\nVia:", errc::connection_lost, ""},
    {"K24", "SSH-2.0-OpenSSH_9.2\r\n", errc::protocol_error, ""},
    {"K27", "HTTP/1.1 200 OK\r\n\r\nhello", errc::tls_failed, "sent something before the TLS handshake"},
    {"K28", "HTTP/1.1 200 OK\r\n\r\n", errc::tls_failed, ""},
};

}  // namespace

TEST_CASE_TEMPLATE("a proxy's refusal is the proxy's, and nothing was sent", Rig, COLOURS) {
  for (const auto& row : refused) {
    CAPTURE(row.id);
    Proxy proxy([&](raw::Peer& peer) { peer.send(row.answer); });
    const EnvironmentVariables variables{{"HTTPS_PROXY", proxy.url("user:hidden-password@")}};
    Rig rig({}, environment_of(variables));
    const auto answer = rig.send(request_to(host, 443));
    REQUIRE_FALSE(answer);
    const auto& error = answer.error();
    const auto message = error.message();
    CAPTURE(message);
    CHECK(error == row.code);
    CHECK((error == wandb::condition::network) == (row.code != errc::protocol_error));
    CHECK(error.delivery() == Delivery::nothing_sent);
    CHECK(error.status() == 0);
    CHECK(message.find(row.words) != message.npos);
    // After the status 200, the server is the one that does not answer.
    if (row.id != "K28") {
      CHECK(message.find("proxy") != message.npos);
      CHECK(message.find(proxy.place()) != message.npos);
      CHECK(message.find("HTTPS_PROXY") != message.npos);
    }
    CHECK(message.find("hidden-password") == message.npos);
    CHECK(message.find("secret") == message.npos);
  }
}

TEST_CASE_TEMPLATE("interim answers of a proxy without end are an error (K26)", Rig, COLOURS) {
  Proxy proxy([](raw::Peer& peer) {
    while (peer.open()) peer.send("HTTP/1.1 100 Continue\r\n\r\n");
  });
  Rig rig({.proxy = proxy.url()}, Environment::none());
  const auto answer = rig.send(request_to(host, 443));
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == errc::response_too_large);
  CHECK(answer.error().delivery() == Delivery::nothing_sent);
}

TEST_CASE_TEMPLATE("a silent proxy ends at the request's deadline (K25)", Rig, COLOURS) {
  Proxy proxy([](raw::Peer& peer) { peer.wait_until_left(); });
  Rig rig({.proxy = proxy.url()}, Environment::none());
  const beast_test::Stopwatch watch;
  const auto answer = rig.send(request_to(host, 443, 100ms));
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == errc::timed_out);
  CHECK(answer.error().delivery() == Delivery::nothing_sent);
  CHECK(watch.elapsed() < 2s);
}

TEST_CASE_TEMPLATE("a stop ends the wait for a proxy", Rig, COLOURS) {
  Proxy proxy([](raw::Peer& peer) { peer.wait_until_left(); });
  Rig rig({.proxy = proxy.url()}, Environment::none());
  std::stop_source stop;
  auto request = request_to(host, 443);
  request.stop = stop.get_token();
  std::jthread stopper([&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  const auto answer = rig.send(request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == errc::cancelled);
  CHECK(answer.error().delivery() == Delivery::nothing_sent);
}

TEST_CASE_TEMPLATE("a proxy that cannot be reached is named, and nothing goes to the server directly", Rig, COLOURS) {
  const auto port = beast_test::closed_port();
  const EnvironmentVariables variables{{"HTTPS_PROXY", "http://127.0.0.1:" + std::to_string(port)}};
  Rig rig({}, environment_of(variables));
  const auto answer = rig.send(request_to(host, 443));
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == errc::connect_failed);
  CHECK(answer.error().delivery() == Delivery::nothing_sent);
  CHECK(answer.error().message().find("proxy from HTTPS_PROXY") != std::string::npos);
}

TEST_CASE_TEMPLATE("a proxy that cannot be used is an error that names its variable, and never a direct way", Rig,
                   COLOURS) {
  Origin origin;
  for (const std::string_view url : {"socks5://127.0.0.1:1080", "https://127.0.0.1:3129", "http://user:hidden@",
                                     "http://:0", "http://127.0.0.1:99999", "http://127.0.0.1/proxy.pac"}) {
    CAPTURE(url);
    const EnvironmentVariables variables{{"all_proxy", std::string(url)}};
    Rig rig({.ca_file = origin.server.ca_pem()}, environment_of(variables));
    const auto answer = rig.send(request_to(host, origin.server.port()));
    REQUIRE_FALSE(answer);
    CHECK(answer.error() == errc::invalid_environment);
    CHECK(answer.error().delivery() == Delivery::nothing_sent);
    CHECK(answer.error().message().find("all_proxy") != std::string::npos);
    CHECK(answer.error().message().find("hidden") == std::string::npos);
  }
  CHECK(origin.server.connections() == 0);
}

TEST_CASE_TEMPLATE("a host that would add a header to CONNECT is refused", Rig, COLOURS) {
  Proxy proxy([](raw::Peer&) {});
  Rig rig({.proxy = proxy.url()}, Environment::none());
  const auto answer = rig.send(request_to("wandb.corp.example:443 HTTP/1.1\r\nX-Header: x\r\n", 443));
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == errc::invalid_argument);
  CHECK(proxy.asked().empty());
}

TEST_CASE_TEMPLATE("this machine is never reached through a proxy", Rig, COLOURS) {
  LoopbackServer server(beast_test::echo(), {.tls = true});
  Proxy proxy([](raw::Peer&) {});
  Rig rig({.ca_file = server.ca_pem(), .proxy = proxy.url()}, Environment::none());
  CHECK(rig.send(beast_test::request_to(server)));
  CHECK(proxy.asked().empty());
}

TEST_CASE_TEMPLATE("plain http goes through a proxy in absolute form", Rig, COLOURS) {
  Proxy proxy([](raw::Peer& peer) { peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"); });
  const EnvironmentVariables variables{{"http_proxy", proxy.url("u:p@")}};
  Rig rig({}, environment_of(variables));
  auto request = beast_test::request_to(host, 80);
  request.host = host;
  REQUIRE(rig.send(request));
  CHECK(proxy.asked().front() ==
        "POST http://wandb.corp.example/graphql HTTP/1.1\r\nHost: wandb.corp.example\r\n"
        "Proxy-Authorization: Basic dTpw\r\nContent-Length: 2\r\n\r\n");
}

namespace {

/// A client of an account behind the proxy, as an administrator.
template <class Rig>
struct Provisioning {
  explicit Provisioning(Proxy::Script script) : proxy(std::move(script)) {
    account.add_user({.email = "root@example.com", .admin = true});
    key = wandb::Secret(account.add_key("root"));
  }
  [[nodiscard]] auto api(const Proxy& by) {
    rig.emplace(BeastOptions{.ca_file = server.ca_pem(), .proxy = proxy_url = by.url()}, Environment::none());
    return wandb::Api(rig->transport,
                      {.base_url = "https://wandb.corp.example",
                       .api_key = key,
                       .retry = {.max_attempts = 3, .initial_backoff = {}, .max_retry_after = {}}},
                      Environment::none());
  }

  wandb::testing::Account account;
  LoopbackServer server{
      account, {.tls = true, .certificate = CertificateAuthority().issue({.names = "DNS:wandb.corp.example"})}};
  wandb::Secret key;
  Proxy proxy;
  std::string proxy_url;
  std::optional<Rig> rig;
};

}  // namespace

TEST_CASE("a user is made once where the proxy agrees only at the second try") {
  int tries = 0;
  std::uint16_t port = 0;
  Provisioning<Blocking> world([&](raw::Peer& peer) {
    if (++tries == 1) return peer.send("HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    peer.tunnel_to(port);
  });
  port = world.server.port();
  const auto ann = world.api(world.proxy).create_user("ann@example.com");
  REQUIRE_MESSAGE(ann, ann.error().message());
  CHECK(tries == 2);
  CHECK(world.server.requests() == 1);
}

TEST_CASE("a mutation that the proxy refuses has not run, and is not repeated") {
  for (const std::string_view status : {"407 No", "403 No"}) {
    CAPTURE(status);
    Provisioning<Blocking> world(
        [&](raw::Peer& peer) { peer.send("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 0\r\n\r\n"); });
    const auto ann = world.api(world.proxy).create_user("ann@example.com");
    REQUIRE_FALSE(ann);
    CHECK(ann.error() == errc::proxy_refused);
    CHECK(ann.error().outcome() == Outcome::not_run);
    CHECK(ann.error().attempts() == 1);
    CHECK_FALSE(ann.error().retryable());
    CHECK(world.proxy.asked().size() == 1);
  }
}

namespace {

/// A real proxy, which can require a password. Only `upstream` knows the names behind it.
class TinyProxy {
 public:
  TinyProxy(const Proxy& upstream, const std::string& password) {
    const auto settings = "Port " + std::to_string(port_) +
                          "\nListen 127.0.0.1\nTimeout 20\nMaxClients 10\nUpstream http " + upstream.place() + "\n" +
                          (password.empty() ? "" : "BasicAuth ci " + password + "\n");
    const auto file = directory_.put("tinyproxy.conf", settings);
    const char* const arguments[] = {"tinyproxy", "-d", "-c", file.c_str(), nullptr};
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    const int rc =
        ::posix_spawnp(&process_, "tinyproxy", &quiet, nullptr, const_cast<char* const*>(arguments), environ);
    posix_spawn_file_actions_destroy(&quiet);
    REQUIRE_MESSAGE(rc == 0, "tinyproxy could not be started");
    REQUIRE(beast_test::eventually([&] { return listens(); }));
  }
  TinyProxy(const TinyProxy&) = delete;
  TinyProxy& operator=(const TinyProxy&) = delete;
  ~TinyProxy() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  [[nodiscard]] std::string url(std::string_view user_info = {}) const {
    return "http://" + std::string(user_info) + "127.0.0.1:" + std::to_string(port_);
  }

 private:
  [[nodiscard]] bool listens() const {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    boost::system::error_code ec;
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), port_}, ec);
    return !ec;
  }

  std::uint16_t port_ = beast_test::closed_port();
  TemporaryDirectory directory_;
  pid_t process_ = 0;
};

}  // namespace

TEST_CASE_TEMPLATE("tinyproxy leads to the server", Rig, COLOURS) {
  Origin origin;
  Proxy upstream(lets_through("HTTP/1.1 200 OK\r\n\r\n", origin.server.port()));
  const TinyProxy proxy(upstream, "");
  Rig rig({.ca_file = origin.server.ca_pem(), .proxy = proxy.url()}, Environment::none());
  for (int i = 0; i != 2; ++i) {
    const auto answer = rig.send(request_to(host, 443));
    REQUIRE_MESSAGE(answer, answer.error().message());
  }
  CHECK(rig.transport.connections_opened() == 1);
}

TEST_CASE_TEMPLATE("tinyproxy wants the password that it was given", Rig, COLOURS) {
  Origin origin;
  Proxy upstream(lets_through("HTTP/1.1 200 OK\r\n\r\n", origin.server.port()));
  const TinyProxy proxy(upstream, "p-w");
  const auto answer = [&](std::string_view user_info) {
    const auto url = proxy.url(user_info);
    Rig rig({.ca_file = origin.server.ca_pem(), .proxy = url}, Environment::none());
    return rig.send(request_to(host, 443));
  };
  CHECK(answer("ci:p%2Dw@"));
  const auto none = answer("");
  REQUIRE_FALSE(none);
  CHECK(none.error() == errc::proxy_refused);
  CHECK(none.error().message().find("answered 407 to CONNECT wandb.corp.example:443; it asks for Basic") !=
        std::string::npos);
  // It answers a wrong password with 401.
  const auto wrong = answer("ci:other@");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error() == errc::proxy_refused);
  CHECK(wrong.error().message().find("give the user name and the password of the proxy") != std::string::npos);
  CHECK(wrong.error().message().find("other") == std::string::npos);
}

TEST_CASE_TEMPLATE("a proxy that forwards plain http is asked for the request's origin, whatever Host says", Rig,
                   COLOURS) {
  Proxy proxy([](raw::Peer& peer) { peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"); });
  Rig rig({.proxy = proxy.url()}, Environment::none());
  auto request = beast_test::request_to(host, 8080);
  request.host = "another.example";
  REQUIRE(rig.send(request));
  CHECK(proxy.asked().front().starts_with(
      "POST http://wandb.corp.example:8080/graphql HTTP/1.1\r\nHost: another.example\r\n"));
}

TEST_CASE_TEMPLATE("a proxy that wants credentials for plain http has sent nothing on", Rig, COLOURS) {
  Proxy proxy([](raw::Peer& peer) {
    peer.send("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\n{}");
  });
  Rig rig({.proxy = proxy.url("u:hidden@")}, Environment::none());
  const auto answer = rig.send(beast_test::request_to(host, 80));
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == errc::proxy_refused);
  CHECK(answer.error().delivery() == Delivery::nothing_sent);
  CHECK(answer.error().message().find("answered 407 to a request to wandb.corp.example:80; it asks for Basic") !=
        std::string::npos);
  CHECK(answer.error().message().find("hidden") == std::string::npos);
}

TEST_CASE_TEMPLATE("an error behind a proxy names the proxy", Rig, COLOURS) {
  Proxy cut([](raw::Peer&) {});
  Rig plain({.proxy = cut.url()}, Environment::none());
  const auto lost = plain.send(beast_test::request_to(host, 80));
  REQUIRE_FALSE(lost);
  CHECK(lost.error().delivery() == Delivery::perhaps_sent);
  CHECK(lost.error().message().find("through the proxy " + cut.place() + " from BeastOptions::proxy") !=
        std::string::npos);
  Proxy tunnel([](raw::Peer& peer) { peer.send("HTTP/1.1 200 OK\r\n\r\n"); });
  Rig secure({.proxy = tunnel.url()}, Environment::none());
  const auto failed = secure.send(request_to(host, 443));
  REQUIRE_FALSE(failed);
  CHECK(failed.error() == errc::tls_failed);
  CHECK(failed.error().message().find("through the proxy " + tunnel.place()) != std::string::npos);
}

TEST_CASE("a proxy that cannot be used is told at once") {
  const wandb::BeastTransport transport({.proxy = "socks5://proxy.example"}, Environment::none());
  const wandb::Api api(transport,
                       {.base_url = "https://wandb.corp.example", .api_key = wandb::Secret(std::string(40, 'a'))},
                       Environment::none());
  const auto me = api.viewer();
  REQUIRE_FALSE(me);
  CHECK(me.error() == errc::invalid_environment);
  CHECK(me.error().attempts() == 1);
}
