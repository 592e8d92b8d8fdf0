// The program awaits a call and ignores its result, so an error would be lost.
// expect(clang): nodiscard
// accepted(g++)
#include "support.hpp"

Task<int> use(const wandb::Api<Awaited>& api) {
#ifdef MISTAKE
  co_await api.create_user("ann@example.com");
#else
  static_cast<void>(co_await api.create_user("ann@example.com"));
#endif
  co_return 0;
}
