// Walks 100,000 users page by page, in a blocking and in an awaiting program, to show that the time is linear in the
// number of users and the memory is constant.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

#include "processors.hpp"

namespace {

/// Counts the heap of one thread in bytes; the server's threads have counters of their own.
struct Heap {
  std::ptrdiff_t now = 0;
  std::ptrdiff_t peak = 0;
};
thread_local Heap heap;

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  heap.now += static_cast<std::ptrdiff_t>(::malloc_usable_size(memory));
  heap.peak = std::max(heap.peak, heap.now);
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  heap.now -= static_cast<std::ptrdiff_t>(::malloc_usable_size(memory));
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { ::operator delete(memory); }

namespace {

namespace asio = boost::asio;

constexpr int page = 100;
const std::string key(40, 'a');

/// Runs a server with the given number of users. It makes each page when the page is requested.
class Everybody {
 public:
  explicit Everybody(int count) : count_(count) {}
  wandb::Response handle(const wandb::Request& request) const {
    int first = 0;
    constexpr std::string_view mark = R"("after":")";
    if (const auto at = request.body.find(mark); at != request.body.npos) {
      const auto text = request.body.substr(at + mark.size());
      std::from_chars(text.data(), text.data() + text.size(), first);
    }
    const int last = std::min(first + page, count_);
    wandb::Response response;
    response.status = 200;
    response.body = R"({"data":{"users":{"edges":[)";
    for (int i = first; i < last; ++i) {
      const auto n = std::to_string(i);
      response.body.append(i == first ? R"({"node":{"id":"VXNlcjo)" : R"(,{"node":{"id":"VXNlcjo)").append(n);
      response.body.append(R"(","name":"Person )").append(n).append(R"(","username":"person)").append(n);
      response.body.append(R"(","email":"person)")
          .append(n)
          .append(
              R"(@example.com","admin":false,"flags":"{}","entity":"person","deletedAt":null,"apiKeys":{"edges":[{"node":{"id":"QXBpS2V5OjE=","name":"576f3d594bd873290a66","description":"laptop"}}],"pageInfo":{"endCursor":"1","hasNextPage":false}},"teams":{"edges":[{"node":{"name":"research"}}]}}})");
    }
    response.body.append(R"(],"pageInfo":{"endCursor":")").append(std::to_string(last)).append(R"(","hasNextPage":)");
    response.body.append(last < count_ ? "true" : "false").append("}}}}");
    return response;
  }

 private:
  int count_;
};

struct Cost {
  double seconds = 0;
  std::ptrdiff_t peak = 0;
  int users = 0;
};

/// Runs `walk(base_url)` against a server with the given number of users.
template <class Walk>
Cost measure(int count, Walk walk) {
  Everybody everybody(count);
  bench::stay_on(1);
  const wandb::testing::LoopbackServer server(everybody);
  bench::stay_on(0);
  const auto url = server.base_url();
  heap = {};
  const auto start = std::chrono::steady_clock::now();
  const int users = walk(url);
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), heap.peak, users};
}

int walk_blocking(const std::string& url) {
  wandb::Api api(wandb::BeastTransport(), wandb::Options{.base_url = url, .api_key = wandb::Secret(key)},
                 wandb::Environment::none());
  int count = 0;
  for (auto& user : api.users({}, {.size = page})) count += user.value().email().empty() ? 0 : 1;
  return count;
}

asio::awaitable<int> walk(wandb::Api<wandb::AsyncBeastTransport> api) {
  int count = 0;
  auto users = api.users({}, {.size = page});
  while (auto user = co_await users.next()) count += user->value().email().empty() ? 0 : 1;
  co_return count;
}
int walk_awaiting(const std::string& url) {
  asio::io_context io(1);
  const wandb::Secret secret(key);
  wandb::Api api(wandb::AsyncBeastTransport(io), wandb::Options{.base_url = url, .api_key = secret},
                 wandb::Environment::none());
  auto count = asio::co_spawn(io, walk(std::move(api)), asio::use_future);
  io.run();
  return count.get();
}

/// Compares a walk over a tenth of the users with a walk over all of them.
template <class Walk>
void compare(const char* name, Walk walk) {
  constexpr std::array counts{10'000, 100'000};
  const std::array costs{measure(counts[0], walk), measure(counts[1], walk)};
  const double growth = costs[1].seconds / costs[0].seconds;
  const double memory = static_cast<double>(costs[1].peak) / static_cast<double>(costs[0].peak);
  std::printf("%s: %d users in %.2f s, %d in %.2f s, %.1f times as long (linear: 10, bar <= 13); ", name,
              costs[0].users, costs[0].seconds, costs[1].users, costs[1].seconds, growth);
  std::printf("heap at most %td and %td bytes, %.2f times as much (bar <= 1.1)\n", costs[0].peak, costs[1].peak,
              memory);
}

template <class Walk>
void report(benchmark::State& state, Walk walk) {
  for (auto _ : state) {
    const auto cost = measure(static_cast<int>(state.range(0)), walk);
    state.SetIterationTime(cost.seconds);
    state.counters["heap"] = static_cast<double>(cost.peak);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("walk/blocking", [](benchmark::State& state) { report(state, walk_blocking); })
      ->Arg(10'000)
      ->UseManualTime();
  benchmark::RegisterBenchmark("walk/awaiting", [](benchmark::State& state) { report(state, walk_awaiting); })
      ->Arg(10'000)
      ->UseManualTime();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  compare("blocking", walk_blocking);
  compare("awaiting", walk_awaiting);
  return 0;
}
