// Calls that are awaited in a coroutine type of the program's own. No method takes another form: the transport decides.
#include <iostream>
#include <wandb/wandb.hpp>
#include "own_task_transport.hpp"

Task<int> print_viewer(wandb::Api<OwnTransport> api) {
  const auto me = co_await api.viewer();
  if (!me) co_return std::cerr << me.error() << '\n', 1;
  std::cout << *me << '\n';
  co_return 0;
}

int main() { return print_viewer(wandb::Api{OwnTransport{wandb::BeastTransport{}}}).run(); }
