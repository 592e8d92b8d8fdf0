// Tests the users of a synchronous walk as a range of the standard library.
#include <doctest/doctest.h>

#include <iterator>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../rigs.hpp"

using namespace wandb;
using rigs::Scene;

using Walk = Users<BeastTransport>;
static_assert(std::ranges::input_range<Walk> && !std::ranges::forward_range<Walk>);
static_assert(std::sentinel_for<std::default_sentinel_t, Walk::iterator>);
static_assert(std::same_as<std::ranges::range_value_t<Walk>, Result<User<BeastTransport>>>);
static_assert(!std::ranges::range<Users<AsyncBeastTransport>>, "an asynchronous walk is awaited");

TEST_CASE("a walk goes on where a loop left it, and takes no page that nobody needs") {
  Scene<rigs::Fake> setting;
  setting.world.account.add_users(10, "dev");
  const auto before = setting.world.account.requests();
  auto users = setting.api.users("dev", {.size = 3});
  std::vector<std::string> names;
  for (auto& user : users) {
    names.emplace_back(user.value().username());
    if (names.size() == 2) break;
  }
  CHECK(setting.world.account.requests() == before + 1);
  for (auto& user : users) names.emplace_back(user.value().username());
  // The loop ended before it had gone beyond the last user that it read.
  CHECK(names == std::vector<std::string>{"dev0", "dev1", "dev1", "dev2", "dev3", "dev4", "dev5", "dev6", "dev7",
                                          "dev8", "dev9"});
  CHECK(setting.world.account.requests() == before + 4);
}

// clang before 16 does not compile the adaptors of libstdc++.
#if !defined(__clang__) || __clang_major__ >= 16

TEST_CASE("std::views filter, transform and take users page by page") {
  Scene<rigs::Fake> setting;
  setting.world.account.add_users(10, "dev");
  const auto before = setting.world.account.requests();
  auto users = setting.api.users("dev", {.size = 3});
  const auto odd = [](const auto& user) { return (user.value().username().back() - '0') % 2 == 1; };
  const auto email = [](const auto& user) { return std::string(user.value().email()); };
  std::vector<std::string> emails;
  for (const auto& text : users | std::views::filter(odd) | std::views::transform(email) | std::views::take(2)) {
    emails.push_back(text);
  }
  CHECK(emails == std::vector<std::string>{"dev1@example.com", "dev3@example.com"});
  CHECK(setting.world.account.requests() <= before + 2);
}

TEST_CASE("a walk that is a temporary is kept by the view of it") {
  Scene<rigs::Fake> setting;
  setting.world.account.add_users(4, "dev");
  const auto readable = [](const auto& user) { return user.has_value(); };
  std::vector<User<testing::FakeTransport>> kept;
  for (auto& user : setting.api.users("dev", {.size = 3}) | std::views::filter(readable)) kept.push_back(*user);
  REQUIRE(kept.size() == 4);
  CHECK(kept.front().username() == "dev0");
  CHECK(kept.back().username() == "dev3");
}

TEST_CASE("std::ranges algorithms take a walk") {
  Scene<rigs::Fake> setting;
  setting.world.account.add_users(10, "dev");
  auto users = setting.api.users("dev", {.size = 3});
  const auto found = std::ranges::find_if(users, [](const auto& user) { return user.value().username() == "dev4"; });
  REQUIRE(found != users.end());
  CHECK((*found)->username() == "dev4");
}

#endif
