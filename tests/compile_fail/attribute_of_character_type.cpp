// The program reads an attribute as a character, which no attribute is.
// expect: AttributeType
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user.attr<char>("username"));
#else
  static_cast<void>(user.attr<signed char>("totalRuns"));
#endif
}
