// Checks which types are transports.
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include <wandb/any_transport.hpp>
#include <wandb/api.hpp>
#include <wandb/error.hpp>
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
static_assert(wandb::detail::SendGivesResult<NeverWaiting> && !wandb::Transport<NeverWaiting>);

// A transport may have members with the same names as a client's.
struct NamedAsAClient : Synchronous {
  [[nodiscard]] int caller() const { return 1; }
};
static_assert(std::is_same_v<decltype(wandb::Api(NamedAsAClient{})), wandb::Api<NamedAsAClient>>);

// These checks show what an AnyTransport holds, and that its constraints reject everything else.
template <class T>
constexpr bool is_held = std::is_convertible_v<T, wandb::AnyTransport>;
using Function = std::function<Result<Response>(const Request&)>;
static_assert(is_held<Synchronous> && is_held<Const> && is_held<Template> && is_held<MoveOnly>);
static_assert(is_held<std::reference_wrapper<MoveOnly>> && is_held<std::reference_wrapper<const Const>>);
static_assert(is_held<Function> && is_held<const Function&> && is_held<std::reference_wrapper<Function>>);
static_assert(is_held<Result<Response> (*)(const Request&)> && is_held<Result<Response>(const Request&)>);
static_assert(!is_held<Mute> && !is_held<int> && !is_held<wandb::Error> && !is_held<std::optional<Synchronous>>);
static_assert(!std::is_default_constructible_v<wandb::AnyTransport>);
static_assert(wandb::detail::WaitsUntilStopped<wandb::AnyTransport> && !wandb::AsyncTransport<wandb::AnyTransport>);

}  // namespace
