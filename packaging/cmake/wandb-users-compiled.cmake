# Defines wandb::users_compiled, a static library with the definitions of wandb::users, and of wandb::users_beast if there
# is that target. It is compiled in the project that uses it, with the flags of that project. Conan's targets are not
# those of wandb-users-config.cmake, so this file does not ask where they are from.
if(TARGET wandb::users_compiled)
  return()
endif()

set(wandb_users_definitions wandb/src.hpp)
set(wandb_users_needs wandb::users)
if(TARGET wandb::users_beast)
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
target_compile_features(wandb_users_compiled PUBLIC cxx_std_20)
target_compile_definitions(wandb_users_compiled PUBLIC WANDB_SEPARATE_COMPILATION)
target_link_libraries(wandb_users_compiled PUBLIC ${wandb_users_needs})
