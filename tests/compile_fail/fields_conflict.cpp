// The selection requests the keys in another way than the library does, under the same name, so the answer could hold
// only one of the two.
// expect: GraphQL document: conflicting fields
// expect(g++): "apiKeys"
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  static_cast<void>(api.viewer(wandb::fields<"apiKeys(first: 1) { edges { cursor } }">));
#else
  static_cast<void>(api.viewer(wandb::fields<"one: apiKeys(first: 1) { edges { cursor } }">));
#endif
}
