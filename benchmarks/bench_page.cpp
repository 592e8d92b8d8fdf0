// Compares decoding and reading a page of 1,000 users with Boost.JSON's DOM with a monotonic resource: speed, peak
// memory and allocations.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>

#include "page_of_users.hpp"

namespace {

struct Heap {
  std::size_t live = 0;
  std::size_t peak = 0;
  std::size_t allocations = 0;
};
Heap heap;

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  heap.live += malloc_usable_size(memory);
  heap.peak = std::max(heap.peak, heap.live);
  ++heap.allocations;
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory != nullptr) heap.live -= malloc_usable_size(memory);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace {

using namespace wandb::shapes;
constexpr auto page_info = object("pageInfo", string("endCursor"), required(boolean("hasNextPage")));
constexpr auto keys = object(
    "apiKeys", list("edges", object("node", required(string("id")), string("name"), string("description"))), page_info);
constexpr auto teams = object("teams", list("edges", object("node", required(string("name")))));
constexpr auto node =
    object("node", required(string("id")), required(string("name")), string("username"), string("email"),
           boolean("admin"), raw("flags"), string("entity"), string("deletedAt"), keys, teams);
constexpr auto fields = shape(object("users", list("edges", node), page_info));
constexpr wandb::Shape users_shape = fields;

using bench::user_count;
const std::string page_text = bench::make_page();

// Each of these functions reads every text of every user, and the name of every key and team.
std::size_t read_page() {
  const auto decoded = wandb::detail::decode(users_shape, wandb::SecureString(page_text));
  std::size_t sum = 0;
  const auto users = decoded.page->root().object("users");
  for (const auto edge : users->list("edges")) {
    const auto user = *edge.object("node");
    for (const auto* key : {"id", "name", "username", "email", "entity", "deletedAt"}) {
      sum += user.string(key).value_or("").size();
    }
    sum += user.raw("flags").value_or("").size();
    sum += user.boolean("admin").value_or(false) ? 1 : 0;
    for (const auto key : user.object("apiKeys")->list("edges")) sum += key.object("node")->string("name")->size();
    for (const auto team : user.object("teams")->list("edges")) sum += team.object("node")->string("name")->size();
  }
  return sum;
}

std::size_t read_dom() {
  const std::string body(page_text);
  boost::json::monotonic_resource memory;
  const auto document = boost::json::parse(body, &memory);
  std::size_t sum = 0;
  const auto text = [](const boost::json::object& of, std::string_view key) {
    const auto* value = of.if_contains({key.data(), key.size()});
    return value != nullptr && value->is_string() ? value->get_string().size() : 0;
  };
  const auto nodes = [](const boost::json::value& of, auto each) {
    for (const auto& edge : of.at("edges").as_array()) each(edge.at("node").as_object());
  };
  nodes(document.at("data").at("users"), [&](const boost::json::object& user) {
    for (const auto* key : {"id", "name", "username", "email", "flags", "entity", "deletedAt"}) sum += text(user, key);
    sum += user.at("admin").as_bool() ? 1 : 0;
    nodes(user.at("apiKeys"), [&](const auto& key) { sum += text(key, "name"); });
    nodes(user.at("teams"), [&](const auto& team) { sum += text(team, "name"); });
  });
  return sum;
}

template <std::size_t Read()>
Heap measure_heap() {
  const auto before = heap;
  heap.peak = heap.live;
  benchmark::DoNotOptimize(Read());
  return {0, heap.peak - before.live, heap.allocations - before.allocations};
}

// Makes an answer about one user, as most calls receive it.
std::size_t read_one() {
  static constexpr auto viewer_fields = shape(object("viewer", required(string("id")), string("email"), keys, teams));
  const auto decoded = wandb::detail::decode(
      viewer_fields,
      wandb::SecureString(
          R"({"data":{"viewer":{"id":"VXNlcjox",)"
          R"("email":"ann@example.com","apiKeys":{"edges":[{"node":{"id":"1","name":"ci"}}]},"teams":{"edges":[]}}}})"));
  return decoded.page->root().object("viewer")->string("email")->size();
}

// Runs both in turns, so that load on the machine affects both alike, and takes the best of many rounds.
double speed_ratio() {
  const auto time = [](auto read) {
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(read());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  double ours = 1;
  double theirs = 1;
  for (int i = 0; i != 200; ++i) {
    ours = std::min(ours, time(read_page));
    theirs = std::min(theirs, time(read_dom));
  }
  return theirs / ours;
}

template <std::size_t Read()>
void run(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Read());
}
BENCHMARK(run<read_one>)->Name("one_user/wandb");
BENCHMARK(run<read_page>)->Name("page/wandb");
BENCHMARK(run<read_dom>)->Name("page/boost_json_dom");

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  const auto ours = measure_heap<read_page>();
  const auto theirs = measure_heap<read_dom>();
  std::printf("page of %zu users, %zu bytes\n", user_count, page_text.size());
  std::printf("speed: %.2f x the DOM's (bar: >= 2)\n", speed_ratio());
  std::printf("peak memory: %zu bytes, %.2f x the DOM's %zu (bar: <= 0.6)\n", ours.peak,
              static_cast<double>(ours.peak) / static_cast<double>(theirs.peak), theirs.peak);
  std::printf("allocations per user: %.3f, the DOM's %.3f (bar: <= 0.02)\n",
              static_cast<double>(ours.allocations) / user_count, static_cast<double>(theirs.allocations) / user_count);
}
