// Shows the main task from beginning to end, against both generations of the server. `./dev demo` runs it.
#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

#include <wandb/testing/account.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

namespace {

using Api = wandb::Api<wandb::BeastTransport>;
using User = wandb::User<wandb::BeastTransport>;

void step(std::string_view what) {
  std::cout << "  " << what << std::string(what.size() < 34 ? 34 - what.size() : 1, ' ');
}

template <class Range>
std::string joined(const Range& names) {
  std::string text;
  for (const auto name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text.empty() ? "none" : text;
}

void print_keys(const User& user) {
  std::cout << user.keys().size() << (user.keys().size() == 1 ? " key" : " keys");
  for (const auto& key : user.keys())
    std::cout << "  [" << key.name() << (key.description().empty() ? "" : " · ") << key.description() << "]";
  std::cout << '\n';
}

/// Makes a key for the user, uses it once, and deletes it.
void key_life(const User& user) {
  step("generate a key as that user");
  const auto secret = user.generate_api_key("ci").value();
  std::cout << secret << "  (its text is shown to the program alone)\n";
  step("the user now has");
  print_keys(user);

  step("act as the user");
  const auto acting = user.user_api().value().viewer().value();
  std::cout << "the server says: " << acting << '\n';

  step("delete the key");
  user.delete_api_key(secret).value();
  print_keys(user);
}

void embedded(wandb::testing::Generation generation, bool tls) {
  const bool newer = generation == wandb::testing::Generation::newer;
  wandb::testing::Account account(generation);
  account.add_user({.email = "root@example.com", .name = "Root", .admin = true});
  const wandb::Secret root_key(account.add_key("root", "laptop"));
  account.add_team("root", "research");
  account.add_team("root", "platform");
  account.add_users(120, "dev");

  wandb::testing::LoopbackServer server(account, {.tls = tls});
  const auto ca = std::filesystem::temp_directory_path() / ("wandb-users-demo-" + std::to_string(::getpid()) + ".pem");
  if (tls) server.write_ca(ca.string());
  std::cout << "\nA server of the " << (newer ? "newer" : "older") << " generation at " << server.base_url()
            << (newer ? "  (a key's name is its ID, its first part)" : "  (a key's name is the key)") << '\n';

  const wandb::BeastTransport transport({.ca_file = tls ? ca.string() : std::string{}});
  const Api api{transport, {.base_url = server.base_url(), .api_key = root_key}};

  step("who am I");
  const auto me = api.viewer().value();
  std::cout << me << (me.admin() == true ? ", an admin" : "") << '\n';
  step("my teams");
  std::cout << joined(me.teams()) << '\n';
  step("my keys");
  print_keys(me);

  step("create a user");
  const auto ann = api.create_user("ann@example.com").value();
  std::cout << ann << "  id " << ann.id() << '\n';
  step("look her up by e-mail, exactly");
  std::cout << api.user("ANN@example.com").value().value() << '\n';
  step("a prefix is not a person");
  std::cout << (api.user("ann@").value() ? "found?!" : "nobody") << '\n';
  step("walk all users, page by page");
  std::size_t count = 0;
  for (const auto& user : api.users()) count += user.has_value() ? 1U : 0U;
  std::cout << count << " users in " << server.requests() << " requests over " << server.connections()
            << " connection(s)\n";

  step("a key for her, with my credentials");
  const auto error = ann.generate_api_key("ci").error();
  std::cout << "refused: " << error.reason() << "; " << error.advice() << '\n';
  step("with somebody else's secret");
  const wandb::Secret wrong(account.add_key("dev7"));
  auto impostor = ann;
  impostor.authenticate(wrong).value();
  std::cout << "refused: " << impostor.generate_api_key("ci").error().reason() << '\n';
  step("with her own secret");
  const wandb::Secret own(account.add_key("ann@example.com", "first login"));
  impostor.authenticate(own).value();
  impostor.reload().value();
  print_keys(impostor);
  key_life(impostor);

  step("make her an admin, and no longer");
  ann.set_admin(true).value();
  std::cout << (ann.admin() == true ? "admin" : "not admin");
  ann.set_admin(false).value();
  std::cout << ", " << (ann.admin() == true ? "admin" : "not admin") << '\n';
  step("remove and restore her");
  ann.remove().value();
  std::cout << "deleted at " << ann.deleted_at();
  ann.restore().value();
  std::cout << ", restored\n";
  step("create her again");
  const auto conflict = api.create_user("ann@example.com").error();
  std::cout << conflict << '\n';
  step("is that a conflict, and did it run");
  std::cout << std::boolalpha << (conflict == wandb::condition::conflict) << ", " << to_string(conflict.outcome())
            << '\n';
  if (tls) std::filesystem::remove(ca);
}

/// Does the same against a real server and leaves it unchanged: makes a key of the caller, uses it, and deletes it.
void live() {
  const auto api = Api::make(wandb::BeastTransport()).value();
  std::cout << "The server at " << api.base_url() << '\n';
  step("who am I");
  const auto me = api.viewer().value();
  std::cout << me << '\n';
  step("my teams");
  std::cout << joined(me.teams()) << '\n';
  key_life(me);
}

}  // namespace

int main(int argc, char** argv) {
  const bool wants_live = argc == 2 && std::string_view(argv[1]) == "--live";
  if (argc > 1 && !wants_live) {
    std::cerr << "usage: wandb-demo [--live]\n";
    return 2;
  }
  try {
    if (wants_live) {
      live();
    } else {
      const auto began = std::chrono::steady_clock::now();
      embedded(wandb::testing::Generation::newer, true);
      embedded(wandb::testing::Generation::older, false);
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
      std::cout << "\nDone in " << static_cast<int>(took.count()) << " ms.\n";
    }
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "\nwandb-demo: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
