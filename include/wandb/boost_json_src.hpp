// The definitions of Boost.JSON's parser that are not templates. A program that does not link boost_json includes this
// in exactly one translation unit, and may use nothing else of Boost.JSON. If a program has both, the linker reports
// "multiple definition" with a static boost_json; with a shared one these definitions are used, which works if both
// have the same version.
//
// It compiles with `-fno-exceptions`. Boost then requires the program to define `boost::throw_exception`.
#pragma once

#include <wandb/detail/boost_version.hpp>

#include <boost/json/storage_ptr.hpp>
#include <boost/system/system_error.hpp>

#if __has_include(<boost/json/detail/charconv/impl/from_chars.ipp>)
#include <boost/json/detail/charconv/impl/from_chars.ipp>
#endif
#include <boost/json/detail/impl/default_resource.ipp>
#if __has_include(<boost/json/detail/impl/except.ipp>)
#include <boost/json/detail/impl/except.ipp>
#endif
#include <boost/json/detail/impl/shared_resource.ipp>
#include <boost/json/detail/impl/stack.ipp>
#include <boost/json/impl/error.ipp>
