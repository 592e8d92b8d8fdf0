// The transports that the tests of for_each run over, each with a way to run its tasks.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <wandb/for_each_threaded.hpp>

#include "../rigs.hpp"

namespace many {

/// An `io_context` that the given number of threads run.
class Context {
 public:
  explicit Context(int threads) {
    for (int i = 0; i != threads; ++i) threads_.emplace_back([this] { context.run(); });
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    work_.reset();
    context.stop();
    for (auto& thread : threads_) thread.join();
  }
  boost::asio::io_context context;

  template <class R>
  [[nodiscard]] R get(boost::asio::awaitable<R> task) {
    return boost::asio::co_spawn(context, std::move(task), boost::asio::use_future).get();
  }

 private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context.get_executor()};
  std::vector<std::thread> threads_;
};

/// Runs tasks without Asio as far as they can go, and keeps those that wait.
struct SpawnFree {
  std::shared_ptr<std::list<rigs::FreeTask<void>>> tasks = std::make_shared<std::list<rigs::FreeTask<void>>>();
  void operator()(rigs::FreeTask<void> work) const {
    tasks->push_back(std::move(work));
    tasks->back().run();
  }
};
struct SpawnAsio {
  boost::asio::io_context* context;
  void operator()(boost::asio::awaitable<void> work) const {
    boost::asio::co_spawn(*context, std::move(work), [](const std::exception_ptr& thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
  }
};

/// An Asio transport with only the required members.
class BareAsio {
 public:
  template <class T>
  using task = boost::asio::awaitable<T>;
  explicit BareAsio(boost::asio::io_context& context) : inner_(context) {}
  [[nodiscard]] task<wandb::Result<wandb::Response>> send(const wandb::Request& request) const {
    return inner_.send(request);
  }
  [[nodiscard]] task<void> wait(std::chrono::nanoseconds duration) const { return inner_.wait(duration); }
  void spawn(task<void> work) const { inner_.spawn(std::move(work)); }

 private:
  wandb::AsyncBeastTransport inner_;
};

// A rig's `get` runs a task.
using Handler = wandb::testing::LoopbackServer::Handler;

// This rig uses no network.
struct FreeRig {
  using Transport = wandb::testing::AsyncFakeTransport<rigs::Free, SpawnFree>;
  explicit FreeRig(rigs::Account& account) : fake(account) {}
  template <class R>
  [[nodiscard]] static R get(rigs::FreeTask<R> task) {
    return task.run();
  }
  wandb::testing::FakeTransport fake;
  Transport transport{fake};
  std::string base_url = "http://localhost:1";
};

struct ThreadedFakeRig {
  using Transport = wandb::testing::FakeTransport;
  explicit ThreadedFakeRig(rigs::Account& account) : transport(account) {}
  template <class R>
  [[nodiscard]] static R get(R result) {
    return result;
  }
  Transport transport;
  std::string base_url = "http://localhost:1";
};

struct ThreadedRig {
  using Transport = wandb::BeastTransport;
  explicit ThreadedRig(Handler handler) : server(std::move(handler)) {}
  explicit ThreadedRig(rigs::Account& account) : server(account) {}
  template <class R>
  [[nodiscard]] static R get(R result) {
    return result;
  }
  wandb::testing::LoopbackServer server;
  std::string base_url = server.base_url();
  Transport transport;
};

template <class T, int Threads>
struct AsioRig {
  using Transport = T;
  explicit AsioRig(Handler handler) : server(std::move(handler)) {}
  explicit AsioRig(rigs::Account& account) : server(account) {}
  template <class R>
  [[nodiscard]] R get(boost::asio::awaitable<R> task) {
    return context.get(std::move(task));
  }
  wandb::testing::LoopbackServer server;
  std::string base_url = server.base_url();
  Context context{Threads};
  Transport transport{context.context};
};
using OneThread = AsioRig<wandb::AsyncBeastTransport, 1>;
using ManyThreads = AsioRig<wandb::AsyncBeastTransport, 4>;
using Bare = AsioRig<BareAsio, 1>;

struct AsioFakeRig {
  using Transport = wandb::testing::AsyncFakeTransport<wandb::AsyncBeastTransport, SpawnAsio>;
  explicit AsioFakeRig(rigs::Account& account) : transport(account, SpawnAsio{&context.context}) {}
  template <class R>
  [[nodiscard]] R get(boost::asio::awaitable<R> task) {
    return context.get(std::move(task));
  }
  Context context{1};
  Transport transport;
  std::string base_url = "http://localhost:1";
};

template <class Rig>
[[nodiscard]] auto api_of(Rig& rig, const wandb::Secret& key, const wandb::RetryPolicy& retry = {}) {
  return wandb::Api<typename Rig::Transport>(rig.transport, {.base_url = rig.base_url, .api_key = key, .retry = retry},
                                             wandb::Environment::none());
}

/// Returns all results that are still to come.
template <class Rig, class ForEach>
[[nodiscard]] auto rest_of(Rig& rig, ForEach& done) {
  std::vector<typename ForEach::value_type> all;
  while (auto one = rig.get(done.next())) all.push_back(std::move(*one));
  return all;
}

[[nodiscard]] inline std::vector<std::string> emails(int count) {
  std::vector<std::string> out;
  for (int i = 0; i != count; ++i) out.push_back("new" + std::to_string(i) + "@example.com");
  return out;
}

}  // namespace many

#define NETWORK_RIGS many::ThreadedRig, many::OneThread, many::ManyThreads, many::Bare
#define FOR_EACH_RIGS many::FreeRig, many::AsioFakeRig, many::ThreadedFakeRig, NETWORK_RIGS
