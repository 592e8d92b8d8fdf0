#!/bin/sh
# check.sh WAY SOURCE_DIR BUILD_DIR COMPILER...: builds and runs link_client.cpp, taking the library in that way; without
# exceptions misuse_client.cpp too.
set -eu
way=$1 source=$2 build=$3
shift 3
here=$source/tests/packaging
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# bare CLIENT COMPILER...: uses headers only, and links no library of Boost.
bare() {
    client=$1
    shift
    "$@" -std=c++20 -I"$source/include" "$here/$client.cpp" -o "$scratch/consumer"
}

case $way in
subproject)
    cp -r "$here/subproject" "$scratch/project"
    cp "$here/link_client.cpp" "$scratch/project"
    mkdir "$scratch/project/subprojects"
    ln -s "$source" "$scratch/project/subprojects/wandb-users"
    CXX="$*" meson setup "$scratch" "$scratch/project"
    ninja -C "$scratch"
    "$scratch/compiled_consumer"
    ;;
pkg_config)
    meson install -C "$build" --no-rebuild --tags devel --destdir "$scratch/root" >/dev/null
    packages=$(dirname "$(find "$scratch/root" -name wandb-users.pc)")
    # shellcheck disable=SC2046 # flags
    "$@" -std=c++20 -DWANDB_CONSUMER_LINKS_BOOST_JSON "$here/link_client.cpp" -o "$scratch/consumer" \
        $(PKG_CONFIG_PATH=$packages pkg-config --define-variable=prefix="${packages%/*/*}" --cflags --libs wandb-users)
    ;;
compiled) # the definitions are in one unit, and the program sees none of them
    echo '#include <wandb/src.hpp>' >"$scratch/once.cpp"
    "$@" -std=c++20 -DWANDB_SEPARATE_COMPILATION -DWANDB_CONSUMER_LINKS_BOOST_JSON -Wall -Wextra -Werror \
        -I"$source/include" "$scratch/once.cpp" "$here/link_client.cpp" -o "$scratch/consumer" -lboost_json -pthread
    ;;
bare) bare link_client "$@" -O1 -Wall -Wextra -Werror ;; # as strict as a user may be
no_exceptions)
    bare misuse_client "$@" -fno-exceptions -pthread
    "$scratch/consumer"
    bare link_client "$@" -fno-exceptions
    ;;
no_rtti) bare link_client "$@" -fno-rtti ;;
old_boost) # the first error says what is wrong
    mkdir "$scratch/boost"
    echo '#define BOOST_VERSION 108000' >"$scratch/boost/version.hpp"
    "$@" -std=c++20 -fsyntax-only -I"$scratch" -I"$source/include" "$here/link_client.cpp" 2>&1 |
        grep -m 1 error: | grep -q 'needs Boost 1.81 or newer'
    exit
    ;;
libcxx) bare link_client "$@" -stdlib=libc++ ;;
*) exit 2 ;;
esac
"$scratch/consumer"
