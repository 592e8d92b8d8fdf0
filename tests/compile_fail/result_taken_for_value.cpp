// The program uses a result as if it were the value, although it may be an error.
// expect: no member named .email.|has no member named .email.
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  static_cast<void>(api.viewer().email());
#else
  static_cast<void>(api.viewer().value().email());
#endif
}
