// The program views a shape that is already destroyed.
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
