// What the transports need of the system's sockets, one file for each kind of system.
#pragma once

#if defined(_WIN32)
#include <wandb/transport/detail/net/sockets_windows.hpp>
#else
#include <wandb/transport/detail/net/sockets_posix.hpp>
#endif
