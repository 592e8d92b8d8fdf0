// The selection uses the name of another field as an alias, inside an object and a fragment, so that a reader of that
// name would get the wrong value.
// expect: fields<>: an alias is the name of another field of its type; choose an alias that names none
// expect(g++): AliasOfAnotherField<.*"memberCount".*"Entity"
#include "support.hpp"

void use(const wandb::Api<Blocking>& api) {
#ifdef MISTAKE
  static_cast<void>(api.viewer(wandb::fields<"defaultEntity { title: name ... on Node { memberCount: id } }">));
#else
  static_cast<void>(api.viewer(wandb::fields<"defaultEntity { title: name ... on Node { node_id: id } }">));
#endif
}
