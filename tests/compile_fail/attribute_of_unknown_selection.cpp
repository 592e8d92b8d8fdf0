// A typed attribute of a user of whom the compiler does not know what was selected.
// expect: no member named .get.|has no member named .get.
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user.get<"photoUrl">());
#else
  static_cast<void>(user["photoUrl"]);
#endif
}
