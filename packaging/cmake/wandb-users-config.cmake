# Defines wandb::users, the headers; wandb::users_beast, with what the Beast transports need, if OpenSSL and Boost.Beast
# are found; and wandb::users_compiled, a static library with all definitions. CMakeLists.txt includes this file too.
if(TARGET wandb::users)
  return()
endif()

include(CMakeFindDependencyMacro)
find_dependency(Boost 1.81 CONFIG OPTIONAL_COMPONENTS json)
find_dependency(Threads)
find_package(OpenSSL 3.0 QUIET)

# The headers are in the source tree beside this folder, or below the prefix that this file is installed in.
set(wandb_users_include wandb_users_include-NOTFOUND)
foreach(up .. ../.. ../../.. ../../../..)
  get_filename_component(folder "${CMAKE_CURRENT_LIST_DIR}/${up}/include" ABSOLUTE)
  if(NOT wandb_users_include AND EXISTS "${folder}/wandb/version.hpp")
    set(wandb_users_include "${folder}")
  endif()
endforeach()
if(NOT wandb_users_include)
  message(FATAL_ERROR "wandb-users: no include/wandb/version.hpp in the folders above ${CMAKE_CURRENT_LIST_DIR}")
endif()

add_library(wandb::users INTERFACE IMPORTED GLOBAL)
target_include_directories(wandb::users INTERFACE "${wandb_users_include}")
target_compile_features(wandb::users INTERFACE cxx_std_20)
target_link_libraries(wandb::users INTERFACE Boost::headers Threads::Threads)
# Without this library, one unit of the program includes <wandb/boost_json_src.hpp>.
if(TARGET Boost::json)
  target_link_libraries(wandb::users INTERFACE Boost::json)
endif()

# A package manager may have installed Boost in parts, without Beast.
if(OpenSSL_FOUND AND (TARGET Boost::beast OR EXISTS "${Boost_INCLUDE_DIRS}/boost/beast/version.hpp"))
  add_library(wandb::users_beast INTERFACE IMPORTED GLOBAL)
  target_link_libraries(wandb::users_beast INTERFACE wandb::users OpenSSL::SSL OpenSSL::Crypto)
endif()

include("${CMAKE_CURRENT_LIST_DIR}/wandb-users-compiled.cmake")
