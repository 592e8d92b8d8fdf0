// Creates many users on four threads. The server's Retry-After slows all of them down, and no result is lost.
#include <iostream>
#include <vector>
#include <wandb/for_each_threaded.hpp>
#include <wandb/transport/beast.hpp>

int main(int argc, char** argv) {
  using Api = wandb::Api<wandb::BeastTransport>;
  const std::vector<std::string> emails(argv + 1, argv + argc);
  int failed = 0;
  auto all = wandb::for_each(Api{wandb::BeastTransport{}}, emails,
                             [](const Api& api, const std::string& email) { return api.create_user(email); },
                             {.concurrency = 4});
  for (const auto& one : all) {
    if (one.result) std::cout << "created " << *one.result << '\n';
    else std::cerr << one.input << ": " << one.result.error() << '\n', ++failed;
  }
  return failed == 0 ? 0 : 1;
}
