// All definitions of the library and of the Beast transports. A program that defines `WANDB_SEPARATE_COMPILATION` for
// all of its units includes this in one of them. Only that unit needs Boost.Beast and OpenSSL.
#pragma once

#include <wandb/src.hpp>

#include <wandb/impl/async_beast.ipp>
#include <wandb/impl/beast.ipp>
