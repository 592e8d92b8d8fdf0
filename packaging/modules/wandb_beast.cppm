// The module `wandb.beast`: the module `wandb`, and the transports over Boost.Beast.
module;

#include <wandb/transport/async_beast.hpp>
#include <wandb/transport/beast.hpp>

export module wandb.beast;

export import wandb;

export namespace wandb {

using wandb::AsyncBeastTransport;
using wandb::BeastOptions;
using wandb::BeastTransport;

}  // namespace wandb
