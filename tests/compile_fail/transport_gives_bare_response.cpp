// The transport's send returns a bare response, so it cannot report an error.
// expect: send gives a bare Response, which can tell no error
#include <chrono>

#include <wandb/wandb.hpp>

template <class T>
struct Task {};

struct Mine {
#ifdef MISTAKE
  wandb::Response send(const wandb::Request& request);
#else
  wandb::Result<wandb::Response> send(const wandb::Request& request);
#endif
};

void use(Mine& mine) { static_cast<void>(wandb::Api{mine}.base_url()); }
