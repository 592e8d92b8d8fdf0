// A result that nobody looks at, of a function that does not say so itself.
// expect: nodiscard
#include "support.hpp"

wandb::Result<void> mine();

void use() {
#ifdef MISTAKE
  mine();
#else
  static_cast<void>(mine());
#endif
}
