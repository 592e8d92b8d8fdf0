// The program compares a secret with a text, which would not take constant time.
// expect: no match for .operator==|invalid operands to binary expression
#include "support.hpp"

void use(const wandb::Secret& secret) {
#ifdef MISTAKE
  static_cast<void>(secret == "text");
#else
  static_cast<void>(secret == wandb::Secret("text"));
#endif
}
