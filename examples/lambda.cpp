// Any function that sends is a transport. This one answers by itself; a real one calls the HTTP client of the program.
#include <iostream>
#include <wandb/wandb.hpp>

int main() {
  const wandb::Api<wandb::AnyTransport> api{
      [](const wandb::Request& request) -> wandb::Result<wandb::Response> {
        if (request.stop.stop_requested()) return wandb::Error(wandb::errc::cancelled, wandb::Delivery::nothing_sent);
        wandb::Response response;
        response.status = 200;
        response.headers.add("Content-Type", "application/json");
        response.body = R"({"data":{"viewer":{"id":"1","username":"ann","email":"ann@example.com","teams":null}}})";
        return response;
      },
      {.base_url = "http://localhost"}};
  const auto me = api.viewer({.keys = false});
  if (!me) return std::cerr << me.error() << '\n', 1;
  std::cout << *me << '\n';
}
