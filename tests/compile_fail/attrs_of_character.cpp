// A character as an attribute: as a number it would be no text.
// expect: no matching (function|constructor)|could not convert|cannot convert|no viable
#include "support.hpp"

wandb::Attrs make() {
#ifdef MISTAKE
  return wandb::Attrs{{"name", "Ann"}, {"initial", 'A'}};
#else
  return wandb::Attrs{{"name", "Ann"}, {"initial", "A"}};
#endif
}
