// An attribute asked for as a character: no attribute is one.
// expect: AttributeType
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user.attr<char>("username"));
#else
  static_cast<void>(user.attr<signed char>("totalRuns"));
#endif
}
