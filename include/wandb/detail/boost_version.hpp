// Refuses a Boost that is too old, before its headers cause errors that do not say so.
#pragma once

#include <boost/version.hpp>

#if BOOST_VERSION < 108100
#error "wandb-users needs Boost 1.81 or newer"
#include "wandb-users needs Boost 1.81"  // does not exist: see detail/declare.hpp
#endif
