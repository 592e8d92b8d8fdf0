#include <cstdio>

#include <wandb/wandb.hpp>

// It fails if the package lacks a header or what the library links.
int main() {
  const auto attrs = wandb::Attrs::parse(R"({"email":"ann@example.com"})");
  std::printf("wandb-users %.*s\n", static_cast<int>(wandb::version.size()), wandb::version.data());
  return attrs ? 0 : 1;
}
