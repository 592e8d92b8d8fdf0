// A transport around another one that logs each request. It prints no header and no body: they contain secrets.
#include <iostream>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

template <wandb::SyncTransport Inner>
struct Logging {
  Inner inner;

  wandb::Result<wandb::Response> send(const wandb::Request& request) const {
    const auto began = std::chrono::steady_clock::now();
    auto result = inner.send(request);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
    std::clog << request.operation << ", attempt " << request.attempt << ": ";
    if (result) std::clog << result->status;
    else std::clog << result.error().reason();
    std::clog << ", " << took << " ms\n";
    return result;
  }
};

int main() {
  const wandb::Api api{Logging<wandb::BeastTransport>{wandb::BeastTransport{}}};
  const auto me = api.viewer();
  if (!me) return std::cerr << me.error() << '\n', 1;
  std::cout << *me << '\n';
}
