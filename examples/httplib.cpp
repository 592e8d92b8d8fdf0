// The library over cpp-httplib, instead of its own transports.
#include <iostream>
#include <wandb/wandb.hpp>
#include "httplib_transport.hpp"

int main() {
  const wandb::Api api{HttplibTransport{}};
  const auto me = api.viewer();
  if (!me) return std::cerr << me.error() << '\n', 1;
  std::cout << *me << '\n';
}
