// The transport's send takes a request that it may change, but a call passes a constant one.
// expect: send does not take a const wandb::Request&
#include <chrono>

#include <wandb/wandb.hpp>

template <class T>
struct Task {};

struct Mine {
#ifdef MISTAKE
  wandb::Result<wandb::Response> send(wandb::Request& request);
#else
  wandb::Result<wandb::Response> send(const wandb::Request& request);
#endif
};

void use(Mine& mine) { static_cast<void>(wandb::Api{mine}.base_url()); }
