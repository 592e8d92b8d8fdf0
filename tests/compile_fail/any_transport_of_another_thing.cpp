// The program gives an AnyTransport an object that cannot send, so no call could be made with it.
// expect: deleted
// expect: the_transport_has_no_member_function_send
#include <wandb/wandb.hpp>

struct Mine {
#ifdef MISTAKE
  void transmit();
#else
  wandb::Result<wandb::Response> send(const wandb::Request& request);
#endif
};

wandb::AnyTransport make() { return Mine{}; }
