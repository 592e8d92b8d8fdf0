// The program changes an attribute that users do not have, so the server could not store it.
// expect: cannot convert .<brace-enclosed initializer list>|field designator|no matching member function
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user.update({.nickname = "Ann"}));
#else
  static_cast<void>(user.update({.name = "Ann"}));
#endif
}
