// A pointer as a variable of a document, which would become a boolean.
// expect: no matching|could not convert|no known conversion
#include "support.hpp"

void use(const int* number) {
#ifdef MISTAKE
  const wandb::Variables variables{{"first", number}};
#else
  const wandb::Variables variables{{"first", *number}};
#endif
  static_cast<void>(variables.json());
}
