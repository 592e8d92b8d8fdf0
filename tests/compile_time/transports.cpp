// What is a transport, and what is not.
#include <chrono>
#include <functional>
#include <memory>

#include <wandb/transport.hpp>

namespace {

using wandb::Request;
using wandb::Response;
using wandb::Result;

template <class T>
struct Task {};

struct Synchronous {
  Result<Response> send(const Request& request);
};
struct Const {
  Result<Response> send(const Request& request) const;
};
struct Template {
  Result<Response> send(const auto& request);
};
struct MoveOnly {
  Result<Response> send(const Request& request);
  std::unique_ptr<int> socket;
};
static_assert(wandb::SyncTransport<Synchronous> && wandb::SyncTransport<Const> && wandb::SyncTransport<Template>);
static_assert(wandb::SyncTransport<MoveOnly> && wandb::SyncTransport<std::reference_wrapper<MoveOnly>>);
static_assert(!wandb::AsyncTransport<Synchronous>);

struct Asynchronous {
  template <class T>
  using task = Task<T>;
  task<Result<Response>> send(const Request& request);
  task<void> wait(std::chrono::nanoseconds duration);
};
static_assert(wandb::AsyncTransport<Asynchronous> && wandb::Transport<std::reference_wrapper<Asynchronous>>);
static_assert(!wandb::SyncTransport<Asynchronous>);

struct Mute {};
struct ThrowingItsErrors {
  Response send(const Request& request);
};
struct ChangingItsRequest {
  Result<Response> send(Request& request);
};
struct NamingNoTask {
  Task<Result<Response>> send(const Request& request);
  Task<void> wait(std::chrono::nanoseconds duration);
};
struct NeverWaiting {
  template <class T>
  using task = Task<T>;
  task<Result<Response>> send(const Request& request);
};
static_assert(!wandb::Transport<Mute> && !wandb::Transport<ThrowingItsErrors>);
static_assert(!wandb::Transport<ChangingItsRequest> && !wandb::Transport<NamingNoTask>);
static_assert(wandb::SendsAsynchronously<NeverWaiting> && !wandb::Transport<NeverWaiting>);

}  // namespace
