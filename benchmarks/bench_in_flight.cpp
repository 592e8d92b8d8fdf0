// Compares many generated keys in flight on one thread with a hand-written loop of coroutines over Beast, with
// deadlines, against the same server in the same run: CPU of the client's thread, and throughput.
#include <benchmark/benchmark.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <wandb/detail/text/base64.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/wandb.hpp>

#include "by_hand.hpp"
#include "processors.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;

const std::string key(40, 'a');
constexpr int in_flight = 64;
constexpr int each = 100;

/// Answers every request with a new key, or with the viewer, as fast as a single thread can. It never sleeps, so that a
/// client neither pays for waking it nor waits for it, and only the clients are measured.
class Server {
 public:
  Server() : acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}), thread_([this] { serve(); }) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    stopping_ = true;
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  static std::string response(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
  }
  void serve() {
    const auto made = response(
        R"({"data":{"generateApiKey":{"apiKey":{"id":"QXBpS2V5OjE=","name":"0123456789abcdef0123456789abcdef01234567","description":"ci"}}}})");
    const auto viewer =
        response(R"({"data":{"viewer":{"id":"VXNlcjox","name":"Ann","username":"ann","email":"ann@example.com"}}})");
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    const int listener = acceptor_.native_handle();
    const auto watch = [poll](int fd) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fd;
      ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    };
    watch(listener);
    std::array<epoll_event, in_flight> events{};
    std::array<char, 8192> in{};
    while (!stopping_) {
      const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 0);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener) {
          watch(::accept(listener, nullptr, nullptr));
          continue;
        }
        // A request of this size arrives in one piece.
        const auto size = ::recv(fd, in.data(), in.size(), 0);
        if (size <= 0) {
          ::close(fd);
          continue;
        }
        const std::string_view request(in.data(), static_cast<std::size_t>(size));
        const auto& answer = request.find("generateApiKey") != request.npos ? made : viewer;
        if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) ::close(fd);
      }
    }
    ::close(poll);
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// Measures this library: each coroutine has a user, and all share one transport. Each user is reloaded before a batch,
/// so that the list of keys stays realistically short.
class Ours {
 public:
  explicit Ours(const Server& server)
      : base_url_("http://127.0.0.1:" + std::to_string(server.port())),
        api_(wandb::AsyncBeastTransport(io_), {.base_url = base_url_, .api_key = wandb::Secret(key)}) {}
  void refresh() {
    users_.assign(in_flight, std::nullopt);
    run([](Ours& self, std::size_t which) -> asio::awaitable<void> {
      self.users_[which] = (co_await self.api_.viewer()).value();
    });
  }
  void operator()() {
    run([](Ours& self, std::size_t which) -> asio::awaitable<void> {
      const auto& user = *self.users_[which];
      for (int i = 0; i != each; ++i) {
        const auto made = co_await user.generate_api_key("ci");
        benchmark::DoNotOptimize(made.value().reveal().size());
      }
    });
  }

 private:
  template <class Task>
  void run(Task task) {
    for (std::size_t i = 0; i != in_flight; ++i) {
      asio::co_spawn(io_, task(*this, i), [](const std::exception_ptr& thrown) {
        if (thrown) std::rethrow_exception(thrown);
      });
    }
    io_.restart();
    io_.run();
  }

  asio::io_context io_{1};
  std::string base_url_;
  wandb::Api<wandb::AsyncBeastTransport> api_;
  std::vector<std::optional<wandb::User<wandb::AsyncBeastTransport>>> users_;
};

/// Measures the same by hand, without checks: each coroutine has a stream, and each request a deadline.
class ByHand {
 public:
  explicit ByHand(const Server& server) {
    const auto header = wandb::detail::basic_authorization(key);
    authorization_.assign(header.data(), header.size());
    for (int i = 0; i != in_flight; ++i) {
      auto& stream = streams_.emplace_back(io_);
      stream.socket().connect({asio::ip::make_address("127.0.0.1"), server.port()});
      stream.socket().set_option(asio::ip::tcp::no_delay(true));
    }
    buffers_.resize(in_flight);
  }
  void refresh() {}
  void operator()() {
    for (std::size_t i = 0; i != in_flight; ++i) {
      asio::co_spawn(io_, loop(streams_[i], buffers_[i]), [](const std::exception_ptr& thrown) {
        if (thrown) std::rethrow_exception(thrown);
      });
    }
    io_.restart();
    io_.run();
  }

 private:
  asio::awaitable<void> loop(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
    for (int i = 0; i != each; ++i) {
      const auto request = bench::ask_for_a_key(authorization_);
      stream.expires_after(std::chrono::seconds(19));
      co_await http::async_write(stream, request, asio::use_awaitable);
      http::response<http::string_body> response;
      co_await http::async_read(stream, buffer, response, asio::use_awaitable);
      const auto body = json::parse(response.body());
      benchmark::DoNotOptimize(body.at("data").at("generateApiKey").at("apiKey").at("name").as_string().size());
    }
  }

  asio::io_context io_{1};
  std::vector<beast::tcp_stream> streams_;
  std::vector<beast::flat_buffer> buffers_;
  std::string authorization_;
};

struct Cost {
  double cpu = 0;
  double wall = 0;
};

double thread_cpu() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Client>
Cost measure(Client& client) {
  client.refresh();
  const auto start = std::chrono::steady_clock::now();
  const auto cpu = thread_cpu();
  client();
  constexpr double calls = double{in_flight} * each;
  return {(thread_cpu() - cpu) / calls,
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls};
}

double median(std::vector<Cost> of, double Cost::*member) {
  const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
  std::nth_element(of.begin(), middle, of.end(), [&](const Cost& a, const Cost& b) { return a.*member < b.*member; });
  return (*middle).*member;
}

/// Runs both clients in turns, so that load on the machine affects both alike.
template <class First, class Second>
void compare(First& ours, Second& theirs) {
  std::array<std::vector<Cost>, 2> costs;
  for (int i = 0; i != 31; ++i) {
    costs[0].push_back(measure(ours));
    costs[1].push_back(measure(theirs));
  }
  const std::array cpu{median(costs[0], &Cost::cpu), median(costs[1], &Cost::cpu)};
  const std::array wall{median(costs[0], &Cost::wall), median(costs[1], &Cost::wall)};
  std::printf("%d in flight: %.2f µs an operation, by hand %.2f µs, throughput ratio %.2f (bar >= 1.2); ", in_flight,
              wall[0] * 1e6, wall[1] * 1e6, wall[1] / wall[0]);
  std::printf("CPU %.2f µs, by hand %.2f µs, ratio %.2f\n", cpu[0] * 1e6, cpu[1] * 1e6, cpu[0] / cpu[1]);
}

template <class Client>
void report(benchmark::State& state, Client& client) {
  for (auto _ : state) {
    state.PauseTiming();
    client.refresh();
    state.ResumeTiming();
    client();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * in_flight * each);
}

}  // namespace

int main(int argc, char** argv) {
  bench::stay_on(1);
  const Server server;
  bench::stay_on(0);
  Ours ours(server);
  ByHand by_hand(server);
  benchmark::RegisterBenchmark("in_flight/wandb", [&](benchmark::State& state) { report(state, ours); });
  benchmark::RegisterBenchmark("in_flight/by_hand", [&](benchmark::State& state) { report(state, by_hand); });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  compare(ours, by_hand);
  return 0;
}
