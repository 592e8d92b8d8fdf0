// All of the library's definitions, those of the Beast transports as well, for one unit of a program that defines
// `WANDB_SEPARATE_COMPILATION` for all of its units. Such a unit needs Boost.Beast and OpenSSL; the others need what
// they use themselves.
#pragma once

#include <wandb/src.hpp>

#include <wandb/impl/async_beast.ipp>
#include <wandb/impl/beast.ipp>
