// The program gives an AnyTransport a transport whose send returns a bare response, so it cannot report an error.
// expect: send gives a bare Response, which can tell no error: give a wandb::Result<Response>
#include <wandb/wandb.hpp>

struct Mine {
#ifdef MISTAKE
  wandb::Response send(const wandb::Request& request);
#else
  wandb::Result<wandb::Response> send(const wandb::Request& request);
#endif
};

wandb::AnyTransport make() { return Mine{}; }
