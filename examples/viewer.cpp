// Prints whose key WANDB_API_KEY is, with teams and keys.
#include <iostream>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

int main() {
  const wandb::Api api{wandb::BeastTransport{}};
  const auto me = api.viewer();
  if (!me) return std::cerr << me.error() << '\n', 1;
  std::cout << *me << (me->admin().value_or(false) ? ", an admin\n" : "\n");
  for (const auto team : me->teams()) std::cout << "team " << team << '\n';
  for (const auto& key : me->keys()) std::cout << "key " << key << '\n';
}
