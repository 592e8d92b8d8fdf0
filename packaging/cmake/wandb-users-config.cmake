# Defines wandb::users, the headers; wandb::users_beast, with what the Beast transports need, if OpenSSL is found; and
# wandb::users_compiled, a static library with all definitions. That library is compiled in the project that uses it,
# with the flags of that project. CMakeLists.txt includes this file too.
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

set(wandb_users_definitions wandb/src.hpp)
set(wandb_users_needs wandb::users)
if(OpenSSL_FOUND)
  add_library(wandb::users_beast INTERFACE IMPORTED GLOBAL)
  target_link_libraries(wandb::users_beast INTERFACE wandb::users OpenSSL::SSL OpenSSL::Crypto)
  set(wandb_users_definitions wandb/transport/src.hpp)
  set(wandb_users_needs wandb::users_beast)
endif()

file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/wandb_users.cpp.new" "#include <${wandb_users_definitions}>\n")
configure_file("${CMAKE_CURRENT_BINARY_DIR}/wandb_users.cpp.new" "${CMAKE_CURRENT_BINARY_DIR}/wandb_users.cpp" COPYONLY)
add_library(wandb_users_compiled STATIC EXCLUDE_FROM_ALL "${CMAKE_CURRENT_BINARY_DIR}/wandb_users.cpp")
add_library(wandb::users_compiled ALIAS wandb_users_compiled)
set_target_properties(wandb_users_compiled PROPERTIES
  OUTPUT_NAME wandb-users
  POSITION_INDEPENDENT_CODE ON
  CXX_VISIBILITY_PRESET hidden)
target_compile_definitions(wandb_users_compiled PUBLIC WANDB_SEPARATE_COMPILATION)
target_link_libraries(wandb_users_compiled PUBLIC ${wandb_users_needs})
