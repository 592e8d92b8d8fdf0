// The program names an Api of a type that is not a transport, so no call could be made with it.
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
