// The compiled parts of Boost.JSON that the library needs, for programs that do not link boost_json: include this in
// exactly one translation unit. In a program that does link it, leave this out: the same functions would be there
// twice.
#pragma once

#ifndef BOOST_JSON_SOURCE
#define BOOST_JSON_SOURCE
#endif
#include <boost/json/detail/config.hpp>

#include <boost/json/impl/error.ipp>
#include <boost/json/impl/null_resource.ipp>

#include <boost/json/detail/impl/default_resource.ipp>
#include <boost/json/detail/impl/except.ipp>
#include <boost/json/detail/impl/stack.ipp>
