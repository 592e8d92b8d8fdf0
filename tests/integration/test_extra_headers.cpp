// Tests the headers that the caller adds over every transport, what a proxy gets of them, and the settings that the
// Beast transports tell.
#include <doctest/doctest.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include <wandb/detail/text/ascii.hpp>
#include <wandb/environment.hpp>
#include <wandb/testing/certificates.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

#include "../variables.hpp"
#include "raw_peer.hpp"
#include "rigs.hpp"
#include "test_async_beast.hpp"

using namespace wandb;
using rigs::get;
using testing::LoopbackServer;

namespace {

const std::string token = "iap-token-0123456789";

/// Counts the headers of that name and value in each request of an account.
struct Counter {
  std::mutex mutex;
  std::vector<std::vector<std::pair<std::string, std::string>>> requests;

  explicit Counter(testing::Account& account) {
    account.before([this](const Request& request) -> std::optional<Response> {
      const std::lock_guard guard(mutex);
      auto& headers = requests.emplace_back();
      for (const auto& header : request.headers) headers.emplace_back(header.name, header.value);
      return std::nullopt;
    });
  }
  /// The values under that name in one request, joined.
  [[nodiscard]] static std::string in(const std::vector<std::pair<std::string, std::string>>& headers,
                                      std::string_view name) {
    std::string values;
    for (const auto& [field, value] : headers) {
      if (detail::equal_ignoring_case(field, name)) values.append("[").append(value).append("]");
    }
    return values;
  }
};

/// The heads of the requests that a proxy gets. It opens each tunnel.
struct Proxy {
  explicit Proxy(std::uint16_t port)
      : server(false, [this, port](raw::Peer& peer) {
          auto head = peer.take_head();
          const bool tunnel = head.starts_with("CONNECT");
          {
            const std::lock_guard guard(mutex);
            heads += head;
          }
          peer.send(tunnel ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
          if (tunnel) peer.tunnel_to(port);
        }) {}
  [[nodiscard]] std::string url(std::string_view user = {}) const {
    return "http://" + std::string(user) + "127.0.0.1:" + std::to_string(server.port());
  }
  [[nodiscard]] std::string asked() {
    const std::lock_guard guard(mutex);
    return heads;
  }
  std::mutex mutex;
  std::string heads;
  raw::Server server;
};

struct Blocking {
  using Transport = BeastTransport;
  Transport transport;
  Blocking(const BeastOptions& options, const Environment& environment) : transport(options, environment) {}
};
struct Awaited {
  using Transport = AsyncBeastTransport;
  Transport transport;
  Awaited(const BeastOptions& options, const Environment& environment)
      : transport(rigs::background().context, options, environment) {}
};
#define COLOURS Blocking, Awaited

/// The parts of the transport's settings as lines.
template <class Transport>
std::string told(const Transport& transport, const Origin& origin) {
  std::string text;
  for (const auto& [name, value, source] : transport.settings(origin))
    text += name + " = " + value + " from " + source + "\n";
  return text;
}
constexpr Origin far{true, "wandb.corp.example", 443};
constexpr Origin plain{false, "wandb.corp.example", 80};

}  // namespace

TEST_CASE_TEMPLATE("extra headers arrive once with each request, beside the library's own", Rig, RIGS) {
  rigs::World world(testing::Generation::newer);
  Counter counter(world.account);
  Rig rig(world.account);
  const EnvironmentVariables variables{
      {"WANDB_X_EXTRA_HTTP_HEADERS",
       R"({"CF-Access-Client-Secret": "iap-token-0123456789", "X-Two": "1", "Proxy-Authorization": "Basic eDp5"})"},
      {"WANDB_USERNAME", "ann"},
      {"WANDB_USER_EMAIL", "ann@example.com"}};
  const Header given[] = {{"x-two", "z\u00fcrich !\"#~"}};
  const Api<typename Rig::Transport> api(rig.transport,
                                         {.base_url = rig.base_url, .api_key = world.root_key, .extra_headers = given},
                                         environment_of(variables));
  CHECK(get(api.viewer()).value().username() == "root");
  CHECK(get(get(api.as(world.ann_key).viewer()).value().generate_api_key("ci")));
  CHECK(counter.requests.size() >= 3);
  for (const auto& headers : counter.requests) {
    CHECK(Counter::in(headers, "CF-Access-Client-Secret") == "[" + token + "]");
    CHECK(Counter::in(headers, "X-Two") == "[z\u00fcrich !\"#~]");
    CHECK(Counter::in(headers, "X-WANDB-USERNAME") == "[ann]");
    CHECK(Counter::in(headers, "X-WANDB-USER-EMAIL") == "[ann@example.com]");
    CHECK(Counter::in(headers, "Proxy-Authorization").empty());
    CHECK(Counter::in(headers, "Use-Admin-Privileges") == "[true]");
    CHECK(Counter::in(headers, "Authorization").starts_with("[Basic "));
    CHECK(Counter::in(headers, "Authorization").find("][") == std::string::npos);
  }
}

TEST_CASE_TEMPLATE("a server that repeats an extra header's value is not told with it", Rig, RIGS) {
  rigs::World world(testing::Generation::newer);
  world.account.before([](const Request&) -> std::optional<Response> {
    Response response;
    response.status = 403;
    response.headers.add("Content-Type", "application/json");
    response.body = R"({"error": "no entry with X-Token iap-token-0123456789"})";
    return response;
  });
  Rig rig(world.account);
  const Header given[] = {{"X-Token", token}};
  const Api<typename Rig::Transport> api(rig.transport,
                                         {.base_url = rig.base_url, .api_key = world.root_key, .extra_headers = given},
                                         Environment::none());
  const auto error = get(api.viewer()).error();
  CAPTURE(error.message());
  CHECK(error.message().find("no entry with X-Token ****") != std::string::npos);
}

TEST_CASE_TEMPLATE("Proxy-Authorization of the variable goes to CONNECT alone", Rig, COLOURS) {
  std::string seen;
  std::mutex mutex;
  const LoopbackServer origin(
      [&](const Request& request) {
        const std::lock_guard guard(mutex);
        for (const auto& header : request.headers) seen.append(header.name).append(": ").append(header.value) += '\n';
        return beast_test::ok(R"({"data": {"viewer": null}})");
      },
      {.tls = true, .certificate = testing::CertificateAuthority().issue({.names = "DNS:wandb.corp.example"})});
  Proxy proxy(origin.port());
  const EnvironmentVariables variables{
      {"https_proxy", proxy.url()},
      {"WANDB_X_EXTRA_HTTP_HEADERS",
       R"({"Proxy-Authorization": "Bearer for-the-proxy", "X-Token": "for-the-server"})"}};
  const Rig rig({.ca_pem = origin.ca_pem()}, environment_of(variables));
  const Secret key(std::string(40, 'a'));
  const Api<typename Rig::Transport> api(rig.transport, {.base_url = "https://wandb.corp.example", .api_key = key},
                                         environment_of(variables));
  CHECK(get(api.viewer()).error() == errc::unauthorized);
  CHECK(proxy.asked() ==
        "CONNECT wandb.corp.example:443 HTTP/1.1\r\nHost: wandb.corp.example:443\r\n"
        "Proxy-Authorization: Bearer for-the-proxy\r\n\r\n");
  CHECK(seen.find("X-Token: for-the-server\n") != std::string::npos);
  CHECK(seen.find("for-the-proxy") == std::string::npos);
  CHECK(seen.find("Proxy-Authorization") == std::string::npos);
}

TEST_CASE_TEMPLATE("credentials in the proxy's URL win, and plain http has none of the variable", Rig, COLOURS) {
  Proxy proxy(1);
  const EnvironmentVariables variables{
      {"https_proxy", proxy.url("u:p@")},
      {"http_proxy", proxy.url()},
      {"WANDB_X_EXTRA_HTTP_HEADERS", R"({"proxy-authorization": "Bearer for-the-proxy"})"}};
  const Rig rig({}, environment_of(variables));
  static_cast<void>(get(rig.transport.send(beast_test::request_to("wandb.corp.example", 443, true))));
  CHECK(proxy.asked().find("Proxy-Authorization: Basic dTpw\r\n") != std::string::npos);
  CHECK(get(rig.transport.send(beast_test::request_to("wandb.corp.example", 80))));
  CHECK(proxy.asked().find("POST http://wandb.corp.example/graphql ") != std::string::npos);
  CHECK(proxy.asked().find("for-the-proxy") == std::string::npos);
}

TEST_CASE_TEMPLATE("a variable that is of no use is told by a transport that needs it, and sends nothing", Rig,
                   COLOURS) {
  Proxy proxy(1);
  const EnvironmentVariables variables{{"https_proxy", proxy.url()},
                                       {"WANDB_X_EXTRA_HTTP_HEADERS", R"({"Proxy-Authorization": "a\nb-hidden"})"}};
  const Rig rig({}, environment_of(variables));
  const auto answer = get(rig.transport.send(beast_test::request_to("wandb.corp.example", 443, true)));
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == errc::invalid_environment);
  CHECK(answer.error().delivery() == Delivery::nothing_sent);
  CHECK(answer.error().message().find("hidden") == std::string::npos);
  CHECK(proxy.asked().empty());
}

TEST_CASE_TEMPLATE("a transport tells Proxy-Authorization of the variable apart from the proxy", Rig, COLOURS) {
  const auto told_for = [](std::string proxy, const Origin& origin) {
    const EnvironmentVariables variables{{"HTTPS_PROXY", proxy},
                                         {"HTTP_PROXY", proxy},
                                         {"WANDB_X_EXTRA_HTTP_HEADERS", R"({"Proxy-Authorization": "Bearer hidden"})"}};
    return told(Rig({}, environment_of(variables)).transport, origin);
  };
  const std::string header = "header Proxy-Authorization = **** from WANDB_X_EXTRA_HTTP_HEADERS\n";
  CHECK(told_for("http://proxy:3128", far).starts_with("proxy = http://proxy:3128 from HTTPS_PROXY\n" + header));
  const auto of_url = told_for("http://ann:secret@proxy:3128", far);
  CHECK(of_url.starts_with("proxy = http://****@proxy:3128 from HTTPS_PROXY\n"));
  CHECK(of_url.find(header) == std::string::npos);
  CHECK(told_for("http://proxy:3128", plain).find(header) == std::string::npos);
}

TEST_CASE_TEMPLATE("a transport tells its proxy and where it comes from, without the password", Rig, COLOURS) {
  const auto first = [](const std::string& text) { return text.substr(0, text.find('\n')); };
  const auto proxy_of = [&](const BeastOptions& options, const EnvironmentVariables& variables, const Origin& origin) {
    return first(told(Rig(options, environment_of(variables)).transport, origin));
  };
  CHECK(proxy_of({}, {}, far) == "proxy = none from the default");
  CHECK(proxy_of({}, {{"HTTPS_PROXY", "http://ann:hidden@proxy:3128"}}, far) ==
        "proxy = http://****@proxy:3128 from HTTPS_PROXY");
  CHECK(proxy_of({}, {{"WANDB_HTTP_PROXY", "proxy"}}, plain) == "proxy = http://proxy:80 from WANDB_HTTP_PROXY");
  CHECK(proxy_of({}, {{"http_proxy", "proxy"}, {"no_proxy", "corp.example"}}, plain) == "proxy = none from no_proxy");
  CHECK(proxy_of({}, {{"http_proxy", "proxy"}}, {false, "localhost", 80}) ==
        "proxy = none from the server is on this machine");
  CHECK(proxy_of({.proxy = "direct"}, {{"https_proxy", "proxy"}}, far) == "proxy = none from BeastOptions::proxy");
  CHECK(proxy_of({.proxy = "http://proxy:8080"}, {}, far) == "proxy = http://proxy:8080 from BeastOptions::proxy");
  CHECK(
      proxy_of({}, {{"https_proxy", "socks5://ann:hidden@proxy"}}, far) ==
      "proxy = unusable: the proxy in https_proxy is neither an http:// nor an https:// proxy; others, such as SOCKS, "
      "are not supported from https_proxy");
}

TEST_CASE_TEMPLATE("a transport tells what it trusts and how it identifies itself, where that counts", Rig, COLOURS) {
  const auto rest_of = [](const BeastOptions& options, const EnvironmentVariables& variables,
                          const Origin& origin = far) {
    const auto text = told(Rig(options, environment_of(variables)).transport, origin);
    return text.substr(text.find('\n') + 1);
  };
  const auto own = testing::CertificateAuthority().issue();
  CHECK(rest_of({.ca_file = "/a.pem", .client_certificate = "/c.pem", .client_key = own.key_pem}, {}) ==
        "certificate authorities = /a.pem from BeastOptions::ca_file\n"
        "client certificate = /c.pem from BeastOptions::client_certificate\n"
        "client key = (PEM text) from BeastOptions::client_key\n");
  CHECK(rest_of({.ca_file = "/a.pem", .client_certificate = "/c.pem"}, {}, plain).empty());
  CHECK(rest_of({.ca_pem = own.ca_pem, .extra_ca = "/b.pem"}, {{"SSL_CERT_FILE", "/d.pem"}}) ==
        "certificate authorities = (PEM text) from BeastOptions::ca_pem\n"
        "certificate authorities = /b.pem from BeastOptions::extra_ca\n");
  CHECK(rest_of({}, {{"SSL_CERT_FILE", "/d.pem"}, {"REQUESTS_CA_BUNDLE", "/e.pem"}, {"SSL_CERT_DIR", "/f:/g"}}) ==
        "certificate authorities = /d.pem from SSL_CERT_FILE\n"
        "certificate authorities = /f:/g from SSL_CERT_DIR\n");
  CHECK(rest_of({}, {{"REQUESTS_CA_BUNDLE", "/e.pem"}}) ==
        "certificate authorities = /e.pem from REQUESTS_CA_BUNDLE\n");
  const auto system = rest_of({}, {{"SSL_CERT_FILE", "/d.pem"}});
  CHECK(system.starts_with("certificate authorities = /d.pem from SSL_CERT_FILE\ncertificate authorities = /"));
  CHECK(system.ends_with(" from the default\n"));
  CHECK(std::count(system.begin(), system.end(), '\n') == 2);
}

TEST_CASE_TEMPLATE("status tells the settings of a Beast transport after the client's own", Rig, COLOURS) {
  const EnvironmentVariables variables{{"https_proxy", "http://proxy:3128"}};
  const Rig rig({.ca_file = "/a.pem"}, environment_of(variables));
  const Api<typename Rig::Transport> api(
      rig.transport, {.base_url = "https://wandb.corp.example", .api_key = Secret(std::string(40, 'a'))},
      environment_of(variables));
  const auto settings = api.status().value();
  REQUIRE(settings.size() == 6);
  CHECK(settings[0].name == "base URL");
  CHECK(settings[4].name == "proxy");
  CHECK(settings[4].source == "https_proxy");
  CHECK(settings[5].value == "/a.pem");
}
