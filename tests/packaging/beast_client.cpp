// A consumer of the synchronous Beast transport and of the fake, which is built without exceptions.
#include <cstdlib>
#include <exception>

#include <wandb/testing/fake_transport.hpp>
#include <wandb/transport/beast.hpp>
#include <wandb/wandb.hpp>

namespace boost {
void throw_exception(const std::exception&) { std::abort(); }
void throw_exception(const std::exception&, const boost::source_location&) { std::abort(); }
}  // namespace boost

int main() {
  wandb::testing::Account account;
  account.add_user({.email = "ann@example.com"});
  const wandb::Secret key(account.add_key("ann"));
  const wandb::Api fake{wandb::testing::FakeTransport(account), {.base_url = "http://localhost", .api_key = key}};
  const auto ann = fake.viewer();

  // Nothing listens at that port.
  const wandb::Options options{.base_url = "http://127.0.0.1:1", .api_key = key, .retry = {.max_attempts = 1}};
  const wandb::Api api{wandb::BeastTransport{}, options};
  const auto me = api.viewer();
  return ann && ann->email() == "ann@example.com" && !me && me.error() == wandb::errc::connect_failed ? 0 : 1;
}
