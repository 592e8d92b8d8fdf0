// A change of an attribute that cannot be changed.
// expect: cannot convert .<brace-enclosed initializer list>|field designator|no matching member function
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user.update({.nickname = "Ann"}));
#else
  static_cast<void>(user.update({.name = "Ann"}));
#endif
}
