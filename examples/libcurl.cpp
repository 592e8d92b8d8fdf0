// The library over libcurl, instead of its own transports.
#include <iostream>
#include <wandb/wandb.hpp>
#include "libcurl_transport.hpp"

int main() {
  const wandb::Api api{CurlTransport{}};
  const auto me = api.viewer();
  if (!me) return std::cerr << me.error() << '\n', 1;
  std::cout << *me << '\n';
}
