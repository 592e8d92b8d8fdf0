// Tests everything that may be shared between threads: both kinds of transport, and handles of one user. The tests are
// short, because they also run under ThreadSanitizer.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include "../rigs.hpp"

using namespace std::chrono_literals;
using namespace wandb;
namespace asio = boost::asio;
using wandb::testing::LoopbackServer;

namespace {

constexpr std::size_t threads = 4;

Response echo(const Request& request) {
  Response response;
  response.status = 200;
  response.body = request.body;
  return response;
}

// A server that echoes, trusted where it speaks TLS, and requests to it.
struct Server {
  explicit Server(bool tls)
      : server(LoopbackServer::Handler(echo), {.tls = tls}),
        ca_file((std::filesystem::temp_directory_path() / ("wandb-users-threads-" + std::to_string(server.port())))
                    .string()) {
    server.write_ca(ca_file);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { std::filesystem::remove(ca_file); }
  [[nodiscard]] Request request(std::string_view body) const {
    Request made;
    made.origin = {!server.ca_pem().empty(), "localhost", server.port()};
    made.host = "localhost";
    made.body = body;
    made.deadline = std::chrono::steady_clock::now() + 20s;
    return made;
  }
  LoopbackServer server;
  std::string ca_file;
};

// Runs `work(number)` in several threads at once.
template <class Work>
void at_once(Work work) {
  std::vector<std::jthread> all;
  for (std::size_t i = 0; i != threads; ++i) all.emplace_back([&work, i] { work(i); });
}

// Sends the given number of requests one after the other; returns how many answers did not match the request.
asio::awaitable<int> echoes(AsyncBeastTransport transport, const Server& at, std::size_t who, int count) {
  int wrong = 0;
  for (int i = 0; i != count; ++i) {
    const auto body = std::to_string(who) + ":" + std::to_string(i);
    const auto request = at.request(body);
    const auto answer = co_await transport.send(request);
    if (!answer || std::string_view(answer->body) != body) ++wrong;
  }
  co_return wrong;
}

}  // namespace

TEST_CASE_TEMPLATE("threads share a BeastTransport, as it is and as an AnyTransport", T, BeastTransport, AnyTransport) {
  for (const bool tls : {false, true}) {
    const Server at(tls);
    const T transport = BeastTransport({.ca_file = at.ca_file, .max_idle_per_origin = 2});
    std::atomic<int> wrong{0};
    at_once([&](std::size_t who) {
      const T copy = transport;
      for (int i = 0; i != 25; ++i) {
        const auto body = std::to_string(who) + ":" + std::to_string(i);
        const auto answer = (who % 2 == 0 ? transport : copy).send(at.request(body));
        if (!answer || std::string_view(answer->body) != body) ++wrong;
      }
    });
    CHECK(wrong == 0);
  }
}

TEST_CASE("coroutines on a context that several threads run share an AsyncBeastTransport") {
  for (const bool tls : {false, true}) {
    const Server at(tls);
    asio::thread_pool pool(threads);
    const AsyncBeastTransport transport(pool, {.ca_file = at.ca_file, .max_connections_per_origin = 3});
    std::vector<std::future<int>> wrong;
    for (std::size_t who = 0; who != 8; ++who)
      wrong.push_back(asio::co_spawn(pool, echoes(transport, at, who, 10), asio::use_future));
    for (auto& one : wrong) CHECK(one.get() == 0);
    CHECK(at.server.connections() <= 3);
  }
}

TEST_CASE("coroutines on strands share a transport whose connections are on none") {
  const Server at(true);
  asio::thread_pool pool(threads);
  const AsyncBeastTransport transport(pool, {.ca_file = at.ca_file, .max_connections_per_origin = 3});
  std::vector<std::future<int>> wrong;
  for (std::size_t who = 0; who != 8; ++who) {
    wrong.push_back(asio::co_spawn(asio::make_strand(pool), echoes(transport, at, who, 10), asio::use_future));
  }
  for (auto& one : wrong) CHECK(one.get() == 0);
}

TEST_CASE("a transport may be on a strand itself") {
  const Server at(false);
  asio::thread_pool pool(threads);
  const auto strand = asio::make_strand(pool);
  const AsyncBeastTransport transport(strand, {.max_connections_per_origin = 2});
  std::vector<std::future<int>> wrong;
  for (std::size_t who = 0; who != 8; ++who)
    wrong.push_back(asio::co_spawn(strand, echoes(transport, at, who, 10), asio::use_future));
  for (auto& one : wrong) CHECK(one.get() == 0);
}

TEST_CASE("stops come from other threads, deadlines from the watchdog's, and each call has a result") {
  Server at(false);
  asio::thread_pool pool(threads);
  const AsyncBeastTransport transport(pool, {.max_connections_per_origin = 2});
  std::atomic<int> odd{0};
  const auto call = [&](std::stop_token stop, std::chrono::microseconds timeout) -> asio::awaitable<void> {
    auto request = at.request("{}");
    request.stop = std::move(stop);
    request.deadline = std::chrono::steady_clock::now() + timeout;
    const auto answer = co_await transport.send(request);
    if (!answer && !(answer.error() == errc::cancelled) && !(answer.error() == errc::timed_out)) ++odd;
  };
  for (int i = 0; i != 40; ++i) {
    std::stop_source stop;
    std::vector<std::future<void>> all;
    for (int k = 0; k != 4; ++k) {
      all.push_back(asio::co_spawn(pool, call(stop.get_token(), k == 0 ? std::chrono::microseconds(i * 30) : 20s),
                                   asio::use_future));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(i * 20));
    stop.request_stop();
    for (auto& one : all) one.get();
  }
  CHECK(odd == 0);
  auto after = asio::co_spawn(pool, echoes(transport, at, 0, 3), asio::use_future);
  CHECK(after.get() == 0);
}

TEST_CASE("cancellations come on the strand of the coroutine, and each call has a result") {
  Server at(false);
  at.server.inject({.delay = 1ms}, 1000);
  asio::thread_pool pool(threads);
  const AsyncBeastTransport transport(pool, {.max_connections_per_origin = 2});
  const auto call = [&]() -> asio::awaitable<Result<Response>> {
    const auto request = at.request("{}");
    co_return co_await transport.send(request);
  };
  for (int i = 0; i != 20; ++i) {
    const auto strand = asio::make_strand(pool);
    asio::cancellation_signal cancel;
    auto answer = asio::co_spawn(strand, call(), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
    asio::steady_timer timer(strand, std::chrono::microseconds(300 + i * 100));
    auto emitted = timer.async_wait(asio::use_future);
    emitted.get();
    std::promise<void> done;
    asio::dispatch(strand, [&] {
      cancel.emit(asio::cancellation_type::terminal);
      done.set_value();
    });
    done.get_future().get();
    const auto got = answer.get();
    CHECK((got || got.error() == errc::cancelled));
  }
}

TEST_CASE("handles of one user are shared between threads") {
  rigs::Scene<rigs::Plain> setting;
  const auto me = setting.as(setting.world.ann_key).viewer().value();
  const auto seen = me.keys();
  std::atomic<int> wrong{0};
  at_once([&, me](std::size_t who) {
    for (int i = 0; i != 10; ++i) {
      const auto made = me.generate_api_key(std::to_string(who));
      if (!made) ++wrong;
      std::size_t count = 0;
      for (const auto name : me.api_keys()) count += name.size();
      if (count == 0 || me.name().empty()) ++wrong;
      if (!made || !me.delete_api_key(*made)) ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(seen.size() == 1);
  CHECK(me.keys().size() == 1);
}

TEST_CASE("keys are listed in some threads while others generate them") {
  rigs::Scene<rigs::Plain> setting;
  const auto me = setting.as(setting.world.ann_key).viewer().value();
  std::atomic<int> wrong{0};
  at_once([&, me](std::size_t who) {
    for (int i = 0; i != 40; ++i) {
      if (who < 2 && !me.generate_api_key(std::to_string(i))) ++wrong;
      const auto keys = me.keys();
      std::size_t count = 0;
      for (const auto& key : keys) count += key.id().empty() ? 0U : 1U;
      if (count != keys.size()) ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(me.keys().size() == 81);
}

TEST_CASE("a user is read in some threads while others read it anew or change it") {
  rigs::Scene<rigs::Plain> setting;
  const auto ann = setting.ann();
  std::atomic<int> wrong{0};
  at_once([&, ann](std::size_t who) {
    for (int i = 0; i != 10; ++i) {
      if (who == 0 && !ann.reload()) ++wrong;
      if (who == 1 && !ann.set_admin(i % 2 == 0)) ++wrong;
      if (ann.email() != "ann@example.com" || ann.keys().size() != 1 || rigs::list(ann.teams()).size() != 2) ++wrong;
      if (!ann.errors().empty() || !ann.admin()) ++wrong;
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("an Api is shared between coroutines of several threads") {
  rigs::World world;
  LoopbackServer server(world.account);
  asio::thread_pool pool(threads);
  const Api<AsyncBeastTransport> api(AsyncBeastTransport(pool),
                                     {.base_url = server.base_url(), .api_key = world.root_key, .retry = rigs::eager},
                                     Environment::none());
  const auto work = [&](std::size_t who) -> asio::awaitable<bool> {
    const auto made = co_await api.create_user("person-" + std::to_string(who) + "@example.com");
    const auto found = co_await api.user("ann");
    const User ann(api, Attrs{{"id", world.ann_id}}, world.ann_key);
    const auto key = co_await ann.generate_api_key("ci");
    co_return made&& found&& key;
  };
  std::vector<std::future<bool>> all;
  for (std::size_t who = 0; who != 8; ++who) all.push_back(asio::co_spawn(pool, work(who), asio::use_future));
  for (auto& one : all) CHECK(one.get());
}

TEST_CASE("threads share a federated identity, whose access tokens are renewed and revoked meanwhile") {
  testing::Account account;
  account.add_user({.email = "ann@example.com"});
  account.access_token_lifetime(5min + 1s);
  const IdentityToken token([&] { return Secret(account.identity_token("ann@example.com")); });
  const Api api(testing::FakeTransport(account), {.base_url = "http://localhost", .identity_token = &token},
                Environment::none());
  std::atomic<int> wrong{0};
  at_once([&](std::size_t who) {
    for (int i = 0; i != 20; ++i) {
      if (who == 0) account.revoke_access_tokens();
      const auto viewer = api.viewer();
      // A token may be revoked again before it is used.
      if (viewer ? viewer->email() != "ann@example.com" : viewer.error() != errc::unauthorized) ++wrong;
    }
  });
  CHECK(wrong == 0);
}
