// The program loops over the users of an asynchronous transport, but such a loop cannot await the next page.
// expect: [cC]onstraints not satisfied|constraint not satisfied|no viable .begin. function|invalid range expression
#include "support.hpp"

Task<int> use(const wandb::Api<Awaited>& api) {
#ifdef MISTAKE
  for (auto& user : api.users("ann")) static_cast<void>(user);
#else
  auto users = api.users("ann");
  while (auto user = co_await users.next()) static_cast<void>(user);
#endif
  co_return 0;
}
