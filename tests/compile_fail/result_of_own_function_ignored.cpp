// The program ignores the result of its own function, which is not marked as nodiscard. An error would be lost.
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
