// The program stores an attribute that may be null as a type that cannot be null, and so would lose that it is null.
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
