// A view of a shape that is gone.
// expect: deleted
#include "support.hpp"

void use() {
#ifdef MISTAKE
  constexpr wandb::Shape shape = wandb::shapes::shape(wandb::shapes::string("name"));
#else
  static constexpr auto owner = wandb::shapes::shape(wandb::shapes::string("name"));
  constexpr wandb::Shape shape = owner;
  static_cast<void>(shape.fields.size());
#endif
}
