// An alias that is the name of another field: whoever reads that name would get the one for the other.
// expect: fields<>: an alias is the name of another field of its type; choose an alias that names none
// expect(g++): AliasOfAnotherField<.*"private".*"User"
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  static_cast<void>(api.viewer(wandb::fields<"private: name">));
#else
  static_cast<void>(api.viewer(wandb::fields<"mine: name private: private is_private: private">));
#endif
}
