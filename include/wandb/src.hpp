// The library's definitions, without those of the Beast transports. A program that defines
// `WANDB_SEPARATE_COMPILATION` includes this in exactly one unit, which needs Boost.JSON; its other units do not.
#pragma once

#if !defined(WANDB_SEPARATE_COMPILATION)
#error "<wandb/src.hpp> is for programs that define WANDB_SEPARATE_COMPILATION; without it the headers are all there is"
#endif

#include <wandb/detail/declare.hpp>
#include <wandb/impl/any_transport.ipp>
#include <wandb/impl/attempts.ipp>
#include <wandb/impl/attrs.ipp>
#include <wandb/impl/call.ipp>
#include <wandb/impl/credentials_file.ipp>
#include <wandb/impl/error.ipp>
#include <wandb/impl/federation.ipp>
#include <wandb/impl/flow.ipp>
#include <wandb/impl/struct_reader.ipp>
#include <wandb/impl/token_exchange.ipp>
#include <wandb/impl/user.ipp>
#include <wandb/impl/values.ipp>
#include <wandb/impl/variables.ipp>
#include <wandb/wandb.hpp>

static_assert(
    wandb::detail::separately_compiled,
    "a header of the library was included before WANDB_SEPARATE_COMPILATION was defined: define it for all units of "
    "the program, on the command line");
