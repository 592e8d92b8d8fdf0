// The transport's send returns a task of a bare response, so it cannot report an error.
// expect: send gives neither a wandb::Result<Response> nor a task of it
#include <chrono>

#include <wandb/wandb.hpp>

template <class T>
struct Task {};

struct Mine {
#ifdef MISTAKE
  template <class T>
  using task = Task<T>;
  task<wandb::Response> send(const wandb::Request& request);
#else
  template <class T>
  using task = Task<T>;
  task<wandb::Result<wandb::Response>> send(const wandb::Request& request);
  task<void> wait(std::chrono::nanoseconds duration);
#endif
};

void use(Mine& mine) { static_cast<void>(wandb::Api{mine}.base_url()); }
