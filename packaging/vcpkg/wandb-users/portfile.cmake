# This port installs the source tree that it is part of: vcpkg install wandb-users --overlay-ports=packaging/vcpkg.
# vcpkg compares the files of the port, not those of the tree: where the tree has changed, remove the installed package,
# and install with --binarysource=clear. A port in a registry gets SOURCE_PATH from vcpkg_from_github(), with the SHA512
# of a release, instead.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

set(VCPKG_BUILD_TYPE release) # there are only headers

vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
  INVERTED_FEATURES beast CMAKE_DISABLE_FIND_PACKAGE_OpenSSL)
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS ${FEATURE_OPTIONS})
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME wandb-users CONFIG_PATH share/cmake/wandb-users)

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
