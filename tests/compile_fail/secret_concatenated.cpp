// The program appends a secret to a text, so it could be printed or stored unnoticed.
// expect: no match for .operator\+|invalid operands to binary expression
#include "support.hpp"

void use(const wandb::Secret& secret) {
#ifdef MISTAKE
  const std::string line = "key " + secret;
#else
  const std::string line = "key " + std::string(secret.reveal());
  static_cast<void>(line);
#endif
}
