// The asynchronous transport does not name its task, so the library would not know what a call should return.
// expect: an asynchronous transport names its task
#include <chrono>

#include <wandb/wandb.hpp>

template <class T>
struct Task {};

struct Mine {
#ifdef MISTAKE
  Task<wandb::Result<wandb::Response>> send(const wandb::Request& request);
#else
  template <class T>
  using task = Task<T>;
  task<wandb::Result<wandb::Response>> send(const wandb::Request& request);
  task<void> wait(std::chrono::nanoseconds duration);
#endif
};

void use(Mine& mine) { static_cast<void>(wandb::Api{mine}.base_url()); }
