// A change of an attribute that cannot be changed.
// expect: no non-static data member named|field designator|does not refer to any field
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user.update({.nickname = "Ann"}));
#else
  static_cast<void>(user.update({.name = "Ann"}));
#endif
}
