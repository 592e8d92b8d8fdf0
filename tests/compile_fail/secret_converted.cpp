// The program converts a secret to a text implicitly, so it could be printed or stored unnoticed.
// expect: no suitable|conversion from .const wandb::Secret|no viable conversion
#include "support.hpp"

void use(const wandb::Secret& secret) {
#ifdef MISTAKE
  const std::string_view text = secret;
#else
  const std::string_view text = secret.reveal();
  static_cast<void>(text);
#endif
}
