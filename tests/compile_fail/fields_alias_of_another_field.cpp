// The selection uses the name of another field as an alias, so a reader of that name would get the wrong value.
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
