// An attribute asked for as something that it can never be.
// expect: AttributeType|[cC]onstraints not satisfied|constraint not satisfied
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user.attr<char*>("photo_url"));
#else
  static_cast<void>(user.attr<std::string>("photo_url"));
#endif
}
