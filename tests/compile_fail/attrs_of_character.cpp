// The program sets an attribute to a character, which would become a number instead of a text.
// expect: no matching (function|constructor)|could not convert|cannot convert|no viable
#include "support.hpp"

wandb::Attrs make() {
#ifdef MISTAKE
  return wandb::Attrs{{"name", "Ann"}, {"initial", 'A'}};
#else
  return wandb::Attrs{{"name", "Ann"}, {"initial", "A"}};
#endif
}
