// A page of 1,000 users decoded and read, beside Boost.JSON's DOM with a monotonic resource: speed, peak memory and
// allocations. And what a program reads of such users: the time of each accessor.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/detail/answer/decoder.hpp>
#include <wandb/detail/answer/page.hpp>
#include <wandb/detail/answer/shape.hpp>
#include <wandb/wandb.hpp>

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

constexpr std::size_t user_count = 1000;

std::string make_page() {
  std::string text = R"({"data":{"users":{"edges":[)";
  for (std::size_t i = 0; i != user_count; ++i) {
    const auto n = std::to_string(i);
    if (i != 0) text += ',';
    text += R"({"node":{"id":"VXNlcjo)" + n + R"(","name":"Person Number )" + n + R"(","username":"person)" + n +
            R"(","email":"person)" + n + R"(@example.com","admin":)" + (i % 10 == 0 ? "true" : "false") +
            R"(,"flags":"{\"noAdmin\":true}","entity":"person)" + n + R"(","deletedAt":null,"apiKeys":{"edges":[)";
    for (std::size_t key = 0; key != i % 4; ++key) {
      text += key != 0 ? "," : "";
      text += R"({"node":{"id":"QXBpS2V5Om)" + n + R"(","name":"0123456789abcdef0123456789abcdef01234567",)" +
              R"("description":"laptop"}})";
    }
    text += R"(],"pageInfo":{"endCursor":"abc","hasNextPage":false}},"teams":{"edges":[)";
    for (std::size_t team = 0; team != i % 3; ++team) {
      text += std::string(team != 0 ? "," : "") + R"({"node":{"name":"team)" + std::to_string(team) + R"("}})";
    }
    text += "]}}}";
  }
  return text + R"(],"pageInfo":{"endCursor":"abc","hasNextPage":false}}}})";
}

const std::string page_text = make_page();

// Each reads every text of every user, and every key's and team's name.
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

// An answer about one user, as most calls get it.
std::size_t read_one() {
  static constexpr auto viewer_fields = shape(object("viewer", required(string("id")), string("email"), keys, teams));
  const auto decoded = wandb::detail::decode(
      viewer_fields,
      wandb::SecureString(
          R"({"data":{"viewer":{"id":"VXNlcjox",)"
          R"("email":"ann@example.com","apiKeys":{"edges":[{"node":{"id":"1","name":"ci"}}]},"teams":{"edges":[]}}}})"));
  return decoded.page->root().object("viewer")->string("email")->size();
}

// The best of many, in turns, so that both see the same machine.
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

// The users of that page, as a program gets them.
std::vector<wandb::User<wandb::AnyTransport>> fetch_users() {
  const auto answer = [](const wandb::Request&) -> wandb::Result<wandb::Response> {
    wandb::Response response;
    response.status = 200;
    response.body = page_text;
    return response;
  };
  const wandb::Api<wandb::AnyTransport> api(
      answer, {.base_url = "http://localhost", .api_key = wandb::Secret(std::string(40, 'a'))},
      wandb::Environment::none());
  std::vector<wandb::User<wandb::AnyTransport>> users;
  for (auto& user : api.users()) users.push_back(std::move(user).value());
  return users;
}

// Nanoseconds for each user, the best of many rounds.
template <class Users, class Read>
double time_of(const Users& users, Read read) {
  double best = 1e9;
  for (int round = 0; round != 300; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (const auto& user : users) benchmark::DoNotOptimize(read(user));
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / static_cast<double>(users.size()));
  }
  return best;
}

constexpr std::array accessors{"user.id()",         "user.email()",         "user.deleted_at()",
                               "user.admin()",      "user[\"deleted_at\"]", "user.teams()",
                               "user.teams(), read"};

template <class Users>
std::array<double, accessors.size()> time_accessors(const Users& users) {
  return {time_of(users, [](const auto& user) { return user.id(); }),
          time_of(users, [](const auto& user) { return user.email(); }),
          time_of(users, [](const auto& user) { return user.deleted_at(); }),
          time_of(users, [](const auto& user) { return user.admin(); }),
          time_of(users, [](const auto& user) { return user["deleted_at"]; }),
          time_of(users, [](const auto& user) { return user.teams(); }),
          time_of(users, [](const auto& user) {
            std::size_t sum = 0;
            for (const auto team : user.teams()) sum += std::string_view(team).size();
            return sum;
          })};
}

// Where a program has never had a second thread, the standard library counts the owners of a text without atomic
// operations, which are dear: both are told.
void print_accessors() {
  const auto users = fetch_users();
  if (users.size() != user_count) std::abort();
  const auto alone = time_accessors(users);
  std::thread([] {}).join();
  const auto beside = time_accessors(users);
  std::printf(
      "one read of a user, in a program of one thread and in one of several (bar, for an attribute: <= 15 ns)\n");
  for (std::size_t i = 0; i != accessors.size(); ++i)
    std::printf("  %-20s %5.1f ns %5.1f ns\n", accessors[i], alone[i], beside[i]);
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
  print_accessors();
}
