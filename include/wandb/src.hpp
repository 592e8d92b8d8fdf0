// All of the library's definitions but those of the Beast transports, for one unit of a program that defines
// `WANDB_SEPARATE_COMPILATION` for all of its units. Such a unit needs Boost.JSON; the others need no Boost.
#pragma once

#if !defined(WANDB_SEPARATE_COMPILATION)
#error "<wandb/src.hpp> is for programs that define WANDB_SEPARATE_COMPILATION; without it the headers are all there is"
#endif

#include <wandb/detail/declare.hpp>
#include <wandb/impl/attrs.ipp>
#include <wandb/impl/call.ipp>
#include <wandb/impl/error.ipp>
#include <wandb/impl/flow.ipp>
#include <wandb/impl/user.ipp>
#include <wandb/impl/values.ipp>
#include <wandb/wandb.hpp>

static_assert(
    wandb::detail::separately_compiled,
    "a header of the library was included before WANDB_SEPARATE_COMPILATION was defined: define it for all units of "
    "the program, on the command line");
