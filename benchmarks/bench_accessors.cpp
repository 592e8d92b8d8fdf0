// Measures the time of each accessor of a user. Decoding the page is measured elsewhere, because a compiler inlines
// less of it if it is called from more than one place.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <wandb/wandb.hpp>

#include "page_of_users.hpp"

namespace {

// Returns the users of that page as a program gets them.
std::vector<wandb::User<wandb::AnyTransport>> fetch_users() {
  const auto answer = [](const wandb::Request&) -> wandb::Result<wandb::Response> {
    wandb::Response response;
    response.status = 200;
    response.body = bench::make_page();
    return response;
  };
  const wandb::Api<wandb::AnyTransport> api(
      answer, {.base_url = "http://localhost", .api_key = wandb::Secret(std::string(40, 'a'))},
      wandb::Environment::none());
  std::vector<wandb::User<wandb::AnyTransport>> users;
  for (auto& user : api.users()) users.push_back(std::move(user).value());
  return users;
}

// Returns the nanoseconds for each user, the best of many rounds.
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

// Until a program starts a second thread, the standard library counts the owners of a text without atomic operations,
// which are expensive. This function prints the times for both cases.
void print_accessors() {
  const auto users = fetch_users();
  if (users.size() != bench::user_count) std::abort();
  const auto alone = time_accessors(users);
  std::thread([] {}).join();
  const auto beside = time_accessors(users);
  std::printf(
      "one read of a user, in a program of one thread and in one of several (bar, for an attribute: <= 15 ns)\n");
  for (std::size_t i = 0; i != accessors.size(); ++i)
    std::printf("  %-20s %5.1f ns %5.1f ns\n", accessors[i], alone[i], beside[i]);
}

}  // namespace

int main() { print_accessors(); }
