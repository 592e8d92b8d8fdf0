// A field of a program's own document that the schema does not have.
// expect: GraphQL document: unknown field
// expect(g++): unknown field .{0,2}emial.{0,2} on User; did you mean .{0,2}email
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  static_cast<void>(api.query(wandb::document<"{ viewer { emial } }">));
#else
  static_cast<void>(api.query(wandb::document<"{ viewer { email } }">));
#endif
}
