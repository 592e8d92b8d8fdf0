// Forward declarations of the templates that have a transport.
#pragma once

#include <wandb/transport.hpp>

namespace wandb::inline WANDB_ABI {

struct AnySelection;
/// The default selection: the attributes that the library always reads.
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
