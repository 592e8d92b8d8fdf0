// Compares generating a key over a kept-alive connection, plain and TLS, with hand-written Beast and Boost.JSON against
// the same server in the same run: CPU of the client's thread, throughput, heap allocations.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <wandb/detail/text/base64.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

#include "by_hand.hpp"
#include "processors.hpp"

namespace {
thread_local std::size_t allocations = 0;  // counts the client's thread; the server has its own
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  ++allocations;
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

const std::string key(40, 'a');

/// Runs the server, which answers immediately, so that only the clients are measured.
wandb::Response answer(const wandb::Request& request) {
  wandb::Response response;
  response.status = 200;
  response.headers.add("Content-Type", "application/json");
  response.body =
      request.body.find("generateApiKey") != std::string_view::npos
          ? R"({"data":{"generateApiKey":{"apiKey":{"id":"QXBpS2V5OjE=","name":"0123456789abcdef0123456789abcdef01234567","description":"ci"}}}})"
          : R"({"data":{"viewer":{"id":"VXNlcjox","name":"Ann","username":"ann","email":"ann@example.com"}}})";
  return response;
}

struct Server {
  explicit Server(bool tls) : server(wandb::testing::LoopbackServer::Handler(answer), {.tls = tls}) {
    if (!tls) return;
    ca_file = (std::filesystem::temp_directory_path() / ("wandb-users-bench-" + std::to_string(::getpid()) + ".pem"))
                  .string();
    server.write_ca(ca_file);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    if (!ca_file.empty()) std::filesystem::remove(ca_file);
  }
  wandb::testing::LoopbackServer server;
  std::string ca_file;
};

/// Measures this library. The user is reloaded now and then, so that the list of keys stays realistically short.
class Ours {
 public:
  explicit Ours(const Server& server)
      : api_(wandb::BeastTransport({.ca_file = server.ca_file}),
             {.base_url = base_url_ = server.server.base_url(), .api_key = wandb::Secret(key)}),
        me_(api_.viewer().value()) {}
  std::size_t operator()() { return me_.generate_api_key("ci").value().reveal().size(); }
  void refresh() { me_ = api_.viewer().value(); }

 private:
  std::string base_url_;
  wandb::Api<wandb::BeastTransport> api_;
  wandb::User<wandb::BeastTransport> me_;
};

/// Measures the same by hand, without deadlines and checks.
template <class Stream>
class ByHand {
 public:
  template <class... Args>
  explicit ByHand(const Server& server, Args&&... args) : stream_(io_, std::forward<Args>(args)...) {
    const asio::ip::tcp::endpoint endpoint(asio::ip::make_address("127.0.0.1"), server.server.port());
    auto& socket = beast::get_lowest_layer(stream_);
    socket.connect(endpoint);
    socket.set_option(asio::ip::tcp::no_delay(true));
    if constexpr (requires { stream_.handshake(asio::ssl::stream_base::client); })
      stream_.handshake(asio::ssl::stream_base::client);
    const auto header = wandb::detail::basic_authorization(key);
    authorization_.assign(header.data(), header.size());
  }
  std::size_t operator()() {
    namespace json = boost::json;
    const auto request = bench::ask_for_a_key(authorization_);
    http::write(stream_, request);
    http::response<http::string_body> response;
    http::read(stream_, buffer_, response);
    const auto body = json::parse(response.body());
    return body.at("data").at("generateApiKey").at("apiKey").at("name").as_string().size();
  }
  void refresh() {}

 private:
  asio::io_context io_;
  Stream stream_;
  beast::flat_buffer buffer_;
  std::string authorization_;
};

double thread_cpu() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Cost {
  double cpu = 0;
  double wall = 0;
  std::size_t allocations = 0;
};
constexpr int batch = 500;

template <class Client>
Cost measure(Client& client) {
  client.refresh();
  benchmark::DoNotOptimize(client());
  const auto start = std::chrono::steady_clock::now();
  const auto cpu = thread_cpu();
  const auto before = allocations;
  for (int i = 0; i != batch; ++i) benchmark::DoNotOptimize(client());
  return {(thread_cpu() - cpu) / batch,
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / batch,
          (allocations - before) / batch};
}

/// Runs both in turns, so that load on the machine affects both alike. A thread's CPU clock may advance only every 10
/// ms, so that only a long sum of it is meaningful. For the wall clock, the median is used.
template <class First, class Second>
void compare(const char* name, First& ours, Second& theirs) {
  constexpr int rounds = 61;
  std::array<std::vector<Cost>, 2> costs;
  for (int i = 0; i != rounds; ++i) {
    costs[0].push_back(measure(ours));
    costs[1].push_back(measure(theirs));
  }
  const auto mean_cpu = [](const std::vector<Cost>& of) {
    double sum = 0;
    for (const auto& one : of) sum += one.cpu;
    return sum / rounds;
  };
  const auto median = [](std::vector<Cost> of, auto member) {
    std::nth_element(of.begin(), of.begin() + rounds / 2, of.end(),
                     [&](const Cost& a, const Cost& b) { return a.*member < b.*member; });
    return of[rounds / 2].*member;
  };
  const std::array cpu{mean_cpu(costs[0]), mean_cpu(costs[1])};
  const std::array wall{median(costs[0], &Cost::wall), median(costs[1], &Cost::wall)};
  std::printf("%s: CPU %.1f µs, by hand %.1f µs, ratio %.2f (bar <= 0.95); ", name, cpu[0] * 1e6, cpu[1] * 1e6,
              cpu[0] / cpu[1]);
  std::printf("time %.1f µs, by hand %.1f µs, throughput ratio %.2f (bar >= 1.0); ", wall[0] * 1e6, wall[1] * 1e6,
              wall[1] / wall[0]);
  std::printf("allocations %zu, by hand %zu (bar <= 10)\n", median(costs[0], &Cost::allocations),
              median(costs[1], &Cost::allocations));
}

template <class Client>
void report(benchmark::State& state, Client& client) {
  client.refresh();
  for (auto _ : state) benchmark::DoNotOptimize(client());
  client.refresh();
}

}  // namespace

int main(int argc, char** argv) {
  bench::stay_on(1);
  const Server plain(false);
  const Server secure(true);
  bench::stay_on(0);
  asio::ssl::context trust(asio::ssl::context::tls_client);
  trust.load_verify_file(secure.ca_file);
  trust.set_verify_mode(asio::ssl::verify_peer);
  Ours ours_plain(plain);
  Ours ours_tls(secure);
  ByHand<asio::ip::tcp::socket> hand_plain(plain);
  ByHand<asio::ssl::stream<asio::ip::tcp::socket>> hand_tls(secure, trust);
  benchmark::RegisterBenchmark("round_trip/plain/wandb", [&](benchmark::State& state) { report(state, ours_plain); });
  benchmark::RegisterBenchmark("round_trip/plain/by_hand", [&](benchmark::State& state) { report(state, hand_plain); });
  benchmark::RegisterBenchmark("round_trip/tls/wandb", [&](benchmark::State& state) { report(state, ours_tls); });
  benchmark::RegisterBenchmark("round_trip/tls/by_hand", [&](benchmark::State& state) { report(state, hand_tls); });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  compare("plain", ours_plain, hand_plain);
  compare("TLS", ours_tls, hand_tls);
  return 0;
}
