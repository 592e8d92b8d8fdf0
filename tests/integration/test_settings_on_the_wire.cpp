// Tests the effect of the base URL and the key over real sockets: the host that is resolved, verified and sent, and the
// errors.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include <wandb/testing/detail/has_ipv6.hpp>

#include "awaiting.hpp"
#include "rigs.hpp"
#include "variables.hpp"

using namespace wandb;
using rigs::get;
using testing::LoopbackServer;

namespace {

#define REAL_RIGS rigs::Plain, rigs::Tls, rigs::AsyncPlain, rigs::AsyncTls

const std::string key(40, 'a');

/// Returns `https://localhost:1` with another spelling of its host.
std::string at_host(const std::string& base_url, std::string_view host) {
  const auto begin = base_url.find("://") + 3;
  return base_url.substr(0, begin).append(host).append(base_url.substr(base_url.rfind(':')));
}

/// The variables for a base URL and the key.
EnvironmentVariables variables_for(const std::string& base_url) {
  return {{"WANDB_BASE_URL", base_url}, {"WANDB_API_KEY", key}};
}

}  // namespace

TEST_CASE_TEMPLATE("localhost is localhost however it is spelt, to the resolver, TLS and the server", Rig, REAL_RIGS) {
  rigs::World world(testing::Generation::newer);
  Rig rig(world.account);
  for (const auto* host : {"localhost", "localhost.", "LocalHost", "LOCALHOST."}) {
    CAPTURE(host);
    const Api<typename Rig::Transport> api(
        rig.transport, {.base_url = at_host(rig.base_url, host), .api_key = world.root_key}, Environment::none());
    CHECK(get(api.viewer()).value().username() == "root");
    // Other programs also use a transport, with their own spelling of a host.
    Request request;
    request.origin = {rig.base_url.starts_with("https"), host, rig.server.port()};
    request.host = "localhost";
    CHECK(get(detail::Unwrapped<typename Rig::Transport>(rig.transport).send(request)).has_value());
  }
}

TEST_CASE("an IPv6 address is reached and sent in its one form, and its certificate is checked by it" *
          doctest::skip(!wandb::testing::detail::has_ipv6())) {
  for (const bool tls : {false, true}) {
    std::mutex mutex;
    std::string host;
    const LoopbackServer server(
        [&](const Request& request) {
          const std::lock_guard lock(mutex);
          host = request.host;
          Response response;
          response.status = 200;
          response.body = R"({"data": {"viewer": null}})";
          return response;
        },
        {.tls = tls, .address = "::1"});
    const auto path =
        (std::filesystem::temp_directory_path() / ("wandb-ipv6-" + std::to_string(server.port()))).string();
    if (tls) server.write_ca(path);
    BeastTransport transport({.ca_file = tls ? std::string_view(path) : std::string_view()});
    const auto url = std::string(tls ? "https" : "http") + "://[0:0::0001]:0" + std::to_string(server.port());
    const Api api(transport, {.base_url = url, .api_key = Secret(key)}, Environment::none());
    const auto viewer = api.viewer();
    CHECK(viewer.error() == errc::unauthorized);
    CHECK(host == "[::1]:" + std::to_string(server.port()));
    if (tls) std::filesystem::remove(path);
  }
}

TEST_CASE_TEMPLATE("a refused key and a wrong sub-path say where the settings came from", Rig, REAL_RIGS) {
  rigs::World world(testing::Generation::newer);
  Rig rig(world.account);
  const auto variables = variables_for(rig.base_url + "/graphql/");
  const Api<typename Rig::Transport> api(rig.transport, {}, environment_of(variables));
  const auto wrong = get(api.viewer()).error();
  CAPTURE(wrong.reason());
  CHECK(wrong.reason().find("the key is from WANDB_API_KEY; base URL " + rig.base_url +
                            "/graphql from WANDB_BASE_URL") != std::string::npos);
  CHECK(wrong.reason().find("adds /graphql itself") != std::string::npos);
  CHECK(wrong.reason().find(key) == std::string::npos);
}

TEST_CASE_TEMPLATE("a server that cannot be reached is shown by its whole name, and where that came from", Rig,
                   REAL_RIGS) {
  rigs::World world(testing::Generation::newer);
  Rig rig(world.account);
  const std::string name = "wandb-production-of-the-research-department-0123456789.invalid";
  for (const auto& host : {name, std::string("localhost:9")}) {
    const auto variables = variables_for("https://" + host);
    const Api<typename Rig::Transport> api(rig.transport, {.retry = {.max_attempts = 1}}, environment_of(variables));
    const auto error = get(api.viewer({.timeout = std::chrono::seconds(20)})).error();
    CAPTURE(error.reason());
    if (error == errc::timed_out) continue;  // a machine whose name service does not answer
    CHECK((error == errc::resolve_failed || error == errc::connect_failed));
    CHECK(error.reason().starts_with("could not "));
    CHECK(error.reason().find(host) < error.reason().find("base URL https://" + host + " from WANDB_BASE_URL"));
    CHECK(error.reason().find("****") == std::string::npos);
  }
}
