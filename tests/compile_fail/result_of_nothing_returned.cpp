// The function returns empty braces instead of a result, which would be neither success nor an error.
// expect: explicit
#include "support.hpp"

wandb::Result<void> done() {
#ifdef MISTAKE
  return {};
#else
  return wandb::success();
#endif
}
