// Whole operations against a server and a network that do anything but lie: the contract holds, whatever comes.
#include <cstddef>
#include <cstdint>
#include <string>

#include <wandb/wandb.hpp>

#include "contract.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wandb;
  Bytes bytes(data, size);
  testing::Account account(bytes.below(2) == 0 ? testing::Generation::newer : testing::Generation::older);
  account.add_user({.email = "root@example.com", .admin = true});
  const auto root = account.add_key("root", "laptop");
  const auto id = account.add_user({.email = "ann@example.com"});
  const auto own = account.add_key("ann", "first");
  account.page_sizes(1, 1 + bytes.below(2));

  Record record;
  const UnreliableTransport transport(account, bytes, bytes.below(2) == 0 ? root : own, record);
  const int attempts = 1 + static_cast<int>(bytes.below(4));
  const Api api(transport,
                {.base_url = "http://localhost", .api_key = Secret(root), .retry = {.max_attempts = attempts}},
                Environment::none());
  const auto key = R"({"edges":[{"node":{"id":")" + account.key_ids_of("ann").at(0) + R"(","name":"k"}}]})";
  const User ann(api, Attrs::parse(R"({"id":")" + id + R"(","apiKeys":)" + key + "}").value(), Secret(own));
  for (int i = 0; i != 3; ++i) {
    const auto& call = calls[bytes.below(calls.size())];
    record = {};
    const auto before = account.executed(call.mutation);
    const auto others = transport.executed() - before;
    const auto ending = call.run(api, ann);
    const auto after = account.executed(call.mutation);
    check(call, ending, after - before, transport.executed() - after - others, before > 0, record);
    require(record.requests <= 40 * attempts, "requests have their limits", std::to_string(record.requests));
    auto told = ann.errors();
    if (ending) told.push_back(*ending);
    for (const auto& error : told)
      for (const auto& who : {"root", "ann"})
        for (const auto& secret : account.keys_of(who)) check_secrets(error, secret);
  }
  return 0;
}
