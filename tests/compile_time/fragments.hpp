// What the blocks of the documentation use that are no programs of their own.
#pragma once

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/awaitable.hpp>
#include <wandb/for_each_threaded.hpp>
#include <wandb/testing/conformance.hpp>
#include <wandb/testing/fake_transport.hpp>
#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

#if defined(__GNUC__) && !defined(__clang__)
// The fragments name their pages as files. g++ takes these for headers, and warns of lambdas in coroutines there.
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

using namespace std::chrono_literals;

using AwaitedApi = wandb::Api<wandb::AsyncBeastTransport>;
using awaited_fragment = boost::asio::awaitable<void>;

/// The transport that a program writes for itself.
struct MyTransport {
  wandb::Result<wandb::Response> send(const wandb::Request& request) const;
};

/// A store of tokens that a program has.
struct Vault {
  [[nodiscard]] std::string token_for(std::string_view service) const;
};
wandb::Secret issue_token(std::string_view email);

extern wandb::BeastTransport transport;
extern wandb::Api<wandb::BeastTransport> api;
extern wandb::User<wandb::BeastTransport> me;
extern wandb::User<wandb::BeastTransport> ann;
extern wandb::Secret secret;
extern wandb::StopToken token;
extern Vault vault;
extern wandb::testing::FakeTransport fake;
extern std::string client_id;
extern std::string client_secret;
