// The templates of the transport, instantiated once for `AnyTransport`. `wandb.hpp` declares that.
#pragma once

#include <wandb/wandb.hpp>

namespace wandb::inline WANDB_ABI {

template class Client<AnyTransport>;
template class Api<AnyTransport>;
template class User<AnyTransport>;
template class Users<AnyTransport>;

}  // namespace wandb
