// A secret as a variable of a document.
// expect: deleted function
// expect(g++): VariableValue
#include "support.hpp"

void use(const wandb::Api<Blocking>& api, const wandb::Secret& secret) {
  constexpr auto& find = wandb::document<"query($id: ID!) { user(id: $id) { id } }">;
#ifdef MISTAKE
  static_cast<void>(api.query(find, {{"id", secret}}));
#else
  static_cast<void>(api.query(find, {{"id", secret.reveal()}}));
#endif
}
