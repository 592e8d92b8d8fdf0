// The program reads an attribute as a type that no attribute has, so the call could never succeed.
// expect: AttributeType|[cC]onstraints not satisfied|constraint not satisfied
#include "support.hpp"

void use(const wandb::User<Blocking>& user) {
#ifdef MISTAKE
  static_cast<void>(user.attr<char*>("photo_url"));
#else
  static_cast<void>(user.attr<std::string>("photo_url"));
#endif
}
