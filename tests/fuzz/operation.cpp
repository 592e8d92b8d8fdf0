// Fuzzes whole operations against an unreliable but truthful server and network: the contract always holds.
#include <cstddef>
#include <cstdint>
#include <string>

#include <wandb/wandb.hpp>

#include "contract.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wandb;
  Bytes bytes(data, size);
  World world{bytes.below(2) == 0, 1 + bytes.below(2)};
  auto& account = world.account;
  Record record;
  const UnreliableTransport transport(account, bytes, bytes.below(2) == 0 ? world.root_key : world.ann_key, record);
  const int attempts = 1 + static_cast<int>(bytes.below(4));
  const Api api(
      transport,
      {.base_url = "http://localhost", .api_key = Secret(world.root_key), .retry = {.max_attempts = attempts}},
      Environment::none());
  const User ann(api, Attrs::parse(world.ann).value(), Secret(world.ann_key));
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
