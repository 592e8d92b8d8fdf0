// The program ignores the result of a call, so an error would be lost.
// expect: nodiscard
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  api.create_user("ann@example.com");
#else
  static_cast<void>(api.create_user("ann@example.com"));
#endif
}
