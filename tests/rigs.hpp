// The transports over which every test of the contract runs. The list is only defined here.
#pragma once

#include <doctest/doctest.h>

#include <unistd.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <wandb/testing/account.hpp>
#include <wandb/testing/async_fake_transport.hpp>
#include <wandb/testing/fake_transport.hpp>
#include <wandb/testing/loopback_server.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

#include "awaiting.hpp"

namespace rigs {

using wandb::testing::Account;
using wandb::testing::Generation;

/// An account with an admin, `root@example.com`, and a user, `ann@example.com` (Ann), each with one key. Ann is in the
/// teams red and blue.
struct World {
  explicit World(Generation generation = Generation::newer) : account(generation) {
    root_id = account.add_user({.email = "root@example.com", .name = "Root", .admin = true});
    root_key = wandb::Secret(account.add_key("root", "laptop"));
    ann_id = account.add_user({.email = "ann@example.com", .name = "Ann"});
    ann_key = wandb::Secret(account.add_key("ann", "first"));
    ann_key_id = account.key_ids_of("ann").at(0);
    account.add_team("ann", "red");
    account.add_team("ann", "blue");
  }
  Account account;
  std::string root_id;
  std::string ann_id;
  wandb::Secret root_key;
  wandb::Secret ann_key;
  std::string ann_key_id;
};

/// A rig without a network: the account is behind a fake transport.
struct Fake {
  using Transport = wandb::testing::FakeTransport;
  explicit Fake(Account& account) : transport(account) {}
  Transport transport;
  std::string base_url = "http://localhost:1";
};

/// The same, with tasks of the kind that `Like` names.
template <class Like>
struct AsyncFake {
  using Transport = wandb::testing::AsyncFakeTransport<Like>;
  explicit AsyncFake(Account& account) : transport(account) {}
  Transport transport;
  std::string base_url = "http://localhost:1";
};
using AsioFake = AsyncFake<wandb::AsyncBeastTransport>;
using FreeFake = AsyncFake<Free>;

/// A rig with a real server and a real socket.
template <class T, bool Tls>
struct Loopback {
  using Transport = T;
  explicit Loopback(Account& account)
      : server(account, {.tls = Tls}),
        base_url(server.base_url()),
        ca_file(written(server)),
        transport(made(ca_file)) {}
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  ~Loopback() {
    if (Tls) std::filesystem::remove(ca_file);
  }

  wandb::testing::LoopbackServer server;
  std::string base_url;
  std::string ca_file;
  Transport transport;

 private:
  static std::string written(const wandb::testing::LoopbackServer& server) {
    if (!Tls) return {};
    const auto name = "wandb-users-" + std::to_string(::getpid()) + "-" + std::to_string(server.port());
    auto path = (std::filesystem::temp_directory_path() / name).string();
    server.write_ca(path);
    return path;
  }
  static T made(const std::string& ca_file) {
    if constexpr (wandb::AsyncTransport<T>) return T(background().context, {.ca_file = ca_file});
    else return T({.ca_file = ca_file});
  }
};
using Plain = Loopback<wandb::BeastTransport, false>;
using Tls = Loopback<wandb::BeastTransport, true>;
using AsyncPlain = Loopback<wandb::AsyncBeastTransport, false>;
using AsyncTls = Loopback<wandb::AsyncBeastTransport, true>;

/// Retries without delay, so that tests of them take no time.
inline constexpr wandb::RetryPolicy eager{.max_attempts = 3, .initial_backoff = {}, .max_retry_after = {}};

/// A world, a rig that reaches it, and the admin's `Api`.
template <class Rig>
struct Scene {
  explicit Scene(Generation generation = Generation::newer)
      : world(generation), rig(world.account), api(as(world.root_key)) {}
  [[nodiscard]] wandb::Api<typename Rig::Transport> as(const wandb::Secret& key) {
    return wandb::Api<typename Rig::Transport>(
        rig.transport, {.base_url = rig.base_url, .api_key = key, .retry = eager}, wandb::Environment::none());
  }
  [[nodiscard]] auto ann() const { return get(api.user("ann")).value().value(); }

  World world;
  Rig rig;
  wandb::Api<typename Rig::Transport> api;
};

/// Returns all results of a walk over users.
template <class Users>
[[nodiscard]] std::vector<typename Users::value_type> collect(Users users) {
  std::vector<typename Users::value_type> out;
  while (auto user = get(users.next())) out.push_back(std::move(*user));
  return out;
}

/// Returns the names of a range as strings.
template <class Range>
[[nodiscard]] std::vector<std::string> list(const Range& names) {
  std::vector<std::string> out;
  for (const auto name : names) out.emplace_back(name);
  return out;
}

}  // namespace rigs

#define RIGS rigs::Fake, rigs::Plain, rigs::Tls, rigs::AsioFake, rigs::FreeFake, rigs::AsyncPlain, rigs::AsyncTls
