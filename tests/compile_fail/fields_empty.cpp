// The selection names no field, so there would be nothing to request.
// expect: fields<> names the fields of a user
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  static_cast<void>(api.viewer(wandb::fields<"">));
#else
  static_cast<void>(api.viewer());
#endif
}
