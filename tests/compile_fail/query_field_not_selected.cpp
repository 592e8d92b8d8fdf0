// A field of an answer that the document did not select.
// expect: [cC]onstraints not satisfied|constraint not satisfied
// expect(g++): photoUrl
// expect(clang): Selects<
#include "support.hpp"

void use(const wandb::CheckedAnswer<"{ viewer { id photoUrl } }">& answer) {
#ifdef MISTAKE
  static_cast<void>(answer.get<"photoUrl">());
#else
  static_cast<void>(answer.get<"viewer">().value().get<"photoUrl">());
#endif
}
