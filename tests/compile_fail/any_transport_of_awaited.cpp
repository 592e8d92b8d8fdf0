// The program gives an AnyTransport an asynchronous transport, whose send returns a task and not a response.
// expect: send gives a task: AnyTransport holds synchronous transports, whose send gives a wandb::Result<Response>
#include <chrono>

#include <wandb/wandb.hpp>

template <class T>
struct Task {};

struct Mine {
#ifdef MISTAKE
  template <class T>
  using task = Task<T>;
  task<wandb::Result<wandb::Response>> send(const wandb::Request& request);
  task<void> wait(std::chrono::nanoseconds duration);
#else
  wandb::Result<wandb::Response> send(const wandb::Request& request);
#endif
};

wandb::AnyTransport make() { return Mine{}; }
