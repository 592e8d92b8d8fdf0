// The program uses a task as if it were its result, although nothing has awaited it.
// expect: no member named .value.|has no member named .value.
#include "support.hpp"

Task<int> use(const wandb::Api<Awaited>& api) {
#ifdef MISTAKE
  static_cast<void>(api.viewer().value());
#else
  static_cast<void>((co_await api.viewer()).value());
#endif
  co_return 0;
}
