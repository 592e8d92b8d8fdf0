// The program reads an attribute that it did not select, so the answer does not hold it.
// expect: [cC]onstraints not satisfied|constraint not satisfied
// expect(g++): createdAt
// expect(clang): Selects<
#include "support.hpp"

void use(const wandb::User<Blocking, wandb::Selection<"photoUrl">>& user) {
#ifdef MISTAKE
  static_cast<void>(user.get<"createdAt">());
#else
  static_cast<void>(user.get<"photoUrl">());
#endif
}
