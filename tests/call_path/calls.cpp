// Makes one call, which the argument names, and ends when the transport is asked to send: check.py counts the files
// whose functions ran until then.
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>

#include <wandb/testing/fake_transport.hpp>
#include <wandb/wandb.hpp>

extern "C" void __gcov_dump();
extern "C" void __gcov_reset();

namespace {

struct CountedTransport {
  wandb::testing::FakeTransport fake;
  bool counted = false;

  wandb::Result<wandb::Response> send(const wandb::Request& request) {
    if (!counted) return fake.send(request);
    __gcov_dump();
    std::_Exit(EXIT_SUCCESS);
  }
};

}  // namespace

int main(int count, char** arguments) {
  const std::string_view call = count == 2 ? arguments[1] : "";
  wandb::testing::Account account;
  account.add_user({.email = "ann@example.com", .username = "ann", .admin = true});
  const wandb::Secret secret(account.add_key("ann"));
  CountedTransport transport{wandb::testing::FakeTransport(account)};
  wandb::Api api{std::ref(transport), {.base_url = "http://127.0.0.1", .api_key = secret}};
  const auto me = api.viewer().value();
  const std::string key{me.keys()[0].id()};
  const std::string name{me.api_keys()[0]};

  transport.counted = true;
  __gcov_reset();
  if (call == "viewer") (void)api.viewer();
  if (call == "user") (void)api.user("ann");
  if (call == "users") (void)*api.users("ann").begin();
  if (call == "create_user") (void)api.create_user("bob@example.com");
  if (call == "generate_api_key") (void)me.generate_api_key("ci");
  if (call == "delete_api_key") (void)me.delete_api_key(name);
  if (call == "set_admin") (void)me.set_admin(true);
  if (call == "remove") (void)me.remove();
  if (call == "reload") (void)me.reload();
  std::cerr << "no request was sent\n";
  return EXIT_FAILURE;
}
