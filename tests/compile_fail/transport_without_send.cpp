// A transport that has no send.
// expect: the transport has no member function send
#include <chrono>

#include <wandb/wandb.hpp>

template <class T>
struct Task {};

struct Mine {
#ifdef MISTAKE
  void transmit();
#else
  wandb::Result<wandb::Response> send(const wandb::Request& request);
#endif
};

void use(Mine& mine) { static_cast<void>(wandb::Api{mine}.base_url()); }
