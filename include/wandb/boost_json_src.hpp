// The parts of Boost.JSON's parser that are not templates. Include this in exactly one translation unit of a program
// that does not link boost_json; nothing else of Boost.JSON may then be used. A program that has both gets "multiple
// definition" from the linker with a static boost_json; with a shared one these definitions win, and nothing breaks as
// long as both are of one version.
//
// It compiles with `-fno-exceptions`. Boost then asks the program to define `boost::throw_exception`.
#pragma once

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
