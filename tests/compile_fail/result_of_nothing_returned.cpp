// Empty braces in place of a result: they would be neither success nor a reason.
// expect: explicit
#include "support.hpp"

wandb::Result<void> done() {
#ifdef MISTAKE
  return {};
#else
  return wandb::success();
#endif
}
