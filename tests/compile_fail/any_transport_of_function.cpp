// The program gives an AnyTransport a function that returns a bare response, so it cannot report an error.
// expect: the function does not take a const wandb::Request& and give a wandb::Result<Response>
#include <wandb/wandb.hpp>

wandb::AnyTransport make() {
#ifdef MISTAKE
  return [](const wandb::Request&) { return wandb::Response{}; };
#else
  return [](const wandb::Request&) -> wandb::Result<wandb::Response> { return wandb::Response{}; };
#endif
}
