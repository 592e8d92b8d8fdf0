// The asynchronous transport has no wait, so a call could not wait before it sends again.
// expect: the asynchronous transport has no wait\(std::chrono::nanoseconds\)
#include <chrono>

#include <wandb/wandb.hpp>

template <class T>
struct Task {};

struct Mine {
#ifdef MISTAKE
  template <class T>
  using task = Task<T>;
  task<wandb::Result<wandb::Response>> send(const wandb::Request& request);
#else
  template <class T>
  using task = Task<T>;
  task<wandb::Result<wandb::Response>> send(const wandb::Request& request);
  task<void> wait(std::chrono::nanoseconds duration);
#endif
};

void use(Mine& mine) { static_cast<void>(wandb::Api{mine}.base_url()); }
