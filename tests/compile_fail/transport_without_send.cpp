// The transport has no send, so no call could be made with it.
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
