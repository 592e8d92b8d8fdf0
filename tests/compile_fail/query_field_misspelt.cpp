// A field of an answer whose name is misspelt.
// expect: [cC]onstraints not satisfied|constraint not satisfied
// expect(g++): emial
// expect(clang): Selects<
#include "support.hpp"

void use(const wandb::CheckedAnswer<"{ viewer { email } }">& answer) {
  const auto viewer = answer.get<"viewer">().value();
#ifdef MISTAKE
  static_cast<void>(viewer.get<"emial">());
#else
  static_cast<void>(viewer.get<"email">());
#endif
}
