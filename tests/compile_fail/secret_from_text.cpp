// The program converts a text to a secret implicitly, so a reader could not see where a secret begins.
// expect: no suitable|no viable conversion|cannot convert|could not bind|no known conversion
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  static_cast<void>(api.as("text"));
#else
  static_cast<void>(api.as(wandb::Secret("text")));
#endif
}
