// An attribute that may be null, taken as if it could not be.
// expect: cannot convert|no viable conversion|could not convert|conversion from
#include "support.hpp"

void use(const wandb::User<Blocking, wandb::Selection<"photoUrl">>& user) {
#ifdef MISTAKE
  const std::string_view url = user.get<"photoUrl">();
#else
  const std::string_view url = user.get<"photoUrl">().value_or("");
  static_cast<void>(url);
#endif
}
