// The options own memory, which g++ 12 would free twice inside a `co_await` expression.
// expect: OptionsStruct|options are trivially destructible
#include <string>
#include <string_view>

#include <wandb/options.hpp>

struct Mine : wandb::CallOptions {
#ifdef MISTAKE
  std::string note;
#else
  std::string_view note;
#endif
};
static_assert(wandb::OptionsStruct<Mine>, "options are trivially destructible");
