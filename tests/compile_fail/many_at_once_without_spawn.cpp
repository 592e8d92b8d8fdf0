// Many calls at once on a transport that cannot have them.
// expect: Spawns|spawn
#include "support.hpp"

const std::vector<std::string> names{"ann@example.com"};
constexpr auto make = [](const wandb::Api<Awaited>& api, const std::string& name) { return api.create_user(name); };

void use(const wandb::Api<Awaited>& api) {
#ifdef MISTAKE
  static_cast<void>(wandb::for_each(api, names, make));
#else
  static_cast<void>(make(api, names[0]));
#endif
}
