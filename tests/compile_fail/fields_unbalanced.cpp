// The selection closes a brace that it did not open, which would change the document around it.
// expect: fields<> names the fields of a user, and closes no brace that it does not open
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  static_cast<void>(api.viewer(wandb::fields<"photoUrl } other: viewer { id">));
#else
  static_cast<void>(api.viewer(wandb::fields<"photoUrl">));
#endif
}
