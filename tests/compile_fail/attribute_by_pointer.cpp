// The program sets an attribute to a pointer, which is not a value that can be sent.
// expect: no matching|could not convert|cannot convert|no viable conversion
#include "support.hpp"

void use(const int* pointer) {
#ifdef MISTAKE
  const wandb::Attrs attrs{{"name", pointer}};
#else
  const wandb::Attrs attrs{{"name", *pointer}};
  static_cast<void>(attrs);
#endif
}
