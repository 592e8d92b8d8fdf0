// The selection names an attribute that users do not have.
// expect: GraphQL document: unknown field
// expect(g++): unknown field .{0,2}photoUlr.{0,2} on User; did you mean .{0,2}photoUrl
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  static_cast<void>(api.viewer(wandb::fields<"photoUlr">));
#else
  static_cast<void>(api.viewer(wandb::fields<"photoUrl">));
#endif
}
