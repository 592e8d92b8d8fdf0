// The program reads a typed attribute of a user whose selection is not part of its type, so the type is unknown.
// expect: no member named .get.|has no member named .get.
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user.get<"photoUrl">());
#else
  static_cast<void>(user["photoUrl"]);
#endif
}
