// The names of what has a transport, for headers that only mention it.
#pragma once

#include <wandb/transport.hpp>

namespace wandb {

struct AnySelection;
/// A user of whom the library reads what it does unasked.
using any_selection = AnySelection;

template <Transport T>
class Client;
template <Transport T>
class Api;
template <Transport T, class S = any_selection>
class User;
template <Transport T, class S = any_selection>
class Users;

}  // namespace wandb
