// A type that is no transport, named where a transport is needed.
// expect: constraints not satisfied|constraint not satisfied|does not satisfy|template constraint failure
// expect(clang): HasSend
#include <wandb/wandb.hpp>

#ifdef MISTAKE
struct Mine {};
#else
struct Mine {
  wandb::Result<wandb::Response> send(const wandb::Request& request);
};
#endif

void use(const wandb::Api<Mine>& api);
